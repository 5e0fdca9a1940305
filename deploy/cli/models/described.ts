import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../shared/files/paths.ts';
import type { ModelManifest } from '../../../shared/model/manifest.ts';
import { type ContentFile, readCard, readContents } from '../../../shared/model/trust/contents.ts';
import { findArtefacts } from '../../../shared/model/trust/find-artefacts.ts';
import { readSignature, type Signature, signatureProblem } from '../../../shared/model/trust/signature.ts';
import { shippedDigests, thisBuild } from '../../../shared/model/trust/trust.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';

/** A model as it is shown, wherever it is. */
export interface DescribedModel {
  manifest: ModelManifest;
  files: readonly ContentFile[];
  digest: string;
  card: string | null;
  signature: Signature | null;
  /** Where it was found. */
  place: string;
}

export const refPattern = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63})(?:@(\d+\.\d+\.\d+))?$/;

/** Finds a model that is a folder, or that comes with the product, by its name and perhaps its version. @throws HarbingerError */
export function describedHere(text: string): DescribedModel | null {
  if (existsSync(join(text, 'manifest.json'))) return describedFolder(text);
  const [, name, version] = refPattern.exec(text) ?? [];
  if (name === undefined) return null;
  const shipped = findArtefacts(join(packageRoot, 'models', 'artefacts')).map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as ModelManifest,
  }));
  const found = shipped.find(
    ({ manifest }) => manifest.name === name && (version === undefined || manifest.version === version),
  );
  return found ? describedFolder(found.folder) : null;
}

export function describedFolder(folder: string): DescribedModel {
  const { manifest, files, digest } = readContents(folder);
  const card = readCard(folder)?.toString('utf8') ?? null;
  return { manifest, files, digest, card, signature: readSignature(folder), place: folder };
}

export function unknownModel(text: string): HarbingerError {
  return new HarbingerError(
    'USAGE',
    'cli',
    `there is no model '${text}'; give the folder of one, or NAME@VERSION`,
  );
}

/** Says who stands for it, and whether that is so. */
export function signerText({ manifest, files, digest, signature }: DescribedModel): string {
  if (shippedDigests().has(digest)) return `${thisBuild} (it comes with the product)`;
  if (!signature) return 'nobody';
  const problem = signatureProblem({ manifest, files, digest }, signature);
  return `${signature.key}, key ${signature.fingerprint}${problem ? `; ${problem}` : ''}`;
}
