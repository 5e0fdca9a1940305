/** The signature of an artefact: `signature.json` in its folder, by which somebody stands for all of its files. */
import { sign, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../../contract/topics.ts';
import { replaceFileSync } from '../../files/replace.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { parseJson, readBounded, refusal } from '../reading.ts';
import { type ArtefactContents, canonicalText } from './contents.ts';
import { fingerprintOf, publicKeyOf, publicTextOf, type SigningKey } from './keys.ts';

export const signatureName = 'signature.json';
export const signatureBytesMax = 16 << 10;

export const Signature = Type.Object({
  format: Type.Literal('harbinger-model-signature-1'),
  key: Type.String({ ...plainName, description: 'the name of the key, as its owner calls it' }),
  fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the public key' }),
  publicKey: Type.String({
    maxLength: 200,
    description: 'proves nothing: a gateway goes by its own list of keys',
  }),
  digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'of the files that were signed' }),
  signature: Type.String({
    maxLength: 200,
    description: 'Ed25519 over the canonical text of the files, in base64',
  }),
});
export type Signature = Static<typeof Signature>;

const check = compileValidator(Signature);

export function signContents(contents: ArtefactContents, { name, privateKey }: SigningKey): Signature {
  const text = Buffer.from(canonicalText(contents.manifest, contents.files));
  return {
    format: 'harbinger-model-signature-1',
    key: name,
    fingerprint: fingerprintOf(privateKey),
    publicKey: publicTextOf(privateKey),
    digest: contents.digest,
    signature: sign(null, text, privateKey).toString('base64'),
  };
}

export function writeSignature(folder: string, signature: Signature): void {
  replaceFileSync(join(folder, signatureName), `${JSON.stringify(signature, null, 2)}\n`);
}

/** Null if nobody has signed it. @throws HarbingerError MODEL_REFUSED_SIGNATURE if it is not a signature */
export function readSignature(folder: string): Signature | null {
  if (!existsSync(join(folder, signatureName))) return null;
  const bytes = readBounded(folder, signatureName, signatureBytesMax);
  return parseSignature(folder, bytes);
}

export function parseSignature(folder: string, bytes: Buffer): Signature {
  const fail = (problem: string) =>
    refusal('MODEL_REFUSED_SIGNATURE', folder, `its ${signatureName} is not sound: ${problem}`);
  return check(parseJson(folder, signatureName, bytes), fail);
}

/** Says why a signature is not that of these files by the key that it names; null if it is. */
export function signatureProblem(contents: ArtefactContents, signature: Signature): string | null {
  if (signature.digest !== contents.digest) return 'files of it were changed after it was signed';
  const text = Buffer.from(canonicalText(contents.manifest, contents.files));
  try {
    const key = publicKeyOf(signature.publicKey);
    if (fingerprintOf(key) !== signature.fingerprint) return 'its signature names another key than it has';
    return verify(null, text, key, Buffer.from(signature.signature, 'base64'))
      ? null
      : 'its signature is wrong';
  } catch {
    return 'its signature has no key';
  }
}
