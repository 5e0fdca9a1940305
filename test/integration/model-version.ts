/** Versions of the pump's model, which are signed with a key of the test. */
import { createPrivateKey } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../shared/files/paths.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { newKeyPair } from '../../shared/model/trust/keys.ts';
import { signContents, writeSignature } from '../../shared/model/trust/signature.ts';

const pair = newKeyPair();
const signer = { name: 'ours', privateKey: createPrivateKey(pair.privatePem) };

/** An entry of the gateway's `models.keys`. */
export const trustedKey = { name: 'site', publicKey: pair.publicText };

export interface Version {
  version: string;
  /** How many times as long a life it says, of all machines. */
  lives?: number;
  /** Bytes of its model card. */
  padding?: number;
}

/** Writes a copy of the pump's model under another version, and signs it. */
export async function makeVersion(
  into: string,
  { version, lives = 1, padding = 0 }: Version,
): Promise<string> {
  await cp(join(packageRoot, 'models', 'artefacts', 'pump-rul'), into, { recursive: true });
  const path = join(into, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  manifest.version = version;
  manifest.output.labelCap *= lives;
  await writeFile(path, JSON.stringify(manifest));
  if (padding > 0) await writeFile(join(into, 'MODEL-CARD.md'), 'x'.repeat(padding));
  writeSignature(into, signContents(readContents(into), signer));
  return into;
}
