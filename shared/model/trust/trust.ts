import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../files/paths.ts';
import { refusal } from '../reading.ts';
import type { ArtefactContents } from './contents.ts';
import { fingerprintOf, shortFingerprint, type TrustedKey } from './keys.ts';
import { readSignature, signatureProblem } from './signature.ts';

export const thisBuild = 'this build';

/** The file in which the build notes the digests of the artefacts that come with it. */
export const digestsFile = join('dist', 'model-digests.json');

export interface TrustOptions {
  /** Digests of artefacts that come with the product. */
  digests: ReadonlySet<string>;
  keys: readonly TrustedKey[];
}

/**
 * Returns who stands for an artefact: the build, wherever it lies, or the name of a key.
 * @throws HarbingerError MODEL_REFUSED_UNSIGNED, MODEL_REFUSED_KEY, MODEL_REFUSED_SIGNATURE
 */
export function trustedBy(
  folder: string,
  contents: ArtefactContents,
  { digests, keys }: TrustOptions,
): string {
  if (digests.has(contents.digest)) return thisBuild;
  const signature = readSignature(folder);
  if (!signature)
    throw refusal(
      'MODEL_REFUSED_UNSIGNED',
      folder,
      'nobody has signed it; sign it with `harbinger models sign`, and name the key under [[models.keys]] of the gateway',
    );
  const problem = signatureProblem(contents, signature);
  if (problem)
    throw refusal(
      'MODEL_REFUSED_SIGNATURE',
      folder,
      `${problem}; sign it again with \`harbinger models sign\``,
    );
  const key = keys.find(({ publicKey }) => fingerprintOf(publicKey) === signature.fingerprint);
  if (!key)
    throw refusal(
      'MODEL_REFUSED_KEY',
      folder,
      `it is signed with the key '${signature.key}' (${shortFingerprint(signature.fingerprint)}), which is not among [[models.keys]] of the gateway: ${signature.publicKey}`,
    );
  return key.name;
}

/** The digests that the build has noted; none where nothing is built. */
export function shippedDigests(): ReadonlySet<string> {
  try {
    const noted = JSON.parse(readFileSync(join(packageRoot, digestsFile), 'utf8')) as unknown;
    return new Set(
      Array.isArray(noted) ? noted.filter((each): each is string => typeof each === 'string') : [],
    );
  } catch {
    return new Set();
  }
}
