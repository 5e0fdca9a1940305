/**
 * Trust in models (shared/model/trust): which artefacts may run. Here: what an artefact consists of, as one text and one digest
 * that stand for all of its files. Whether it can run is artefact.ts, one folder up.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '../manifest.ts';
import { artefactLimits, readBounded, readListed, readManifest } from '../reading.ts';

/** The files of an artefact in the order of their names; others in its folder belong to nobody and are passed over. */
export const contentNames = ['MODEL-CARD.md', 'manifest.json', 'model.json', 'weights.bin'] as const;
export type ContentName = (typeof contentNames)[number];

export const contentBytesMax: Readonly<Record<ContentName, number>> = {
  'MODEL-CARD.md': artefactLimits.cardBytesMax,
  'manifest.json': artefactLimits.manifestBytesMax,
  'model.json': artefactLimits.modelBytesMax,
  'weights.bin': artefactLimits.weightsBytesMax,
};

export interface ContentFile {
  name: ContentName;
  bytes: number;
  sha256: string;
}

export interface ArtefactContents {
  manifest: ModelManifest;
  files: readonly ContentFile[];
  /** SHA-256 of the canonical text, in hexadecimal digits. */
  digest: string;
}

export function contentFile(name: ContentName, content: Buffer): ContentFile {
  return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** The text that is signed. It depends on what is in the files alone, not on where they are, or on how JSON is written. */
export function canonicalText(
  { name, version, contractHash }: Pick<ModelManifest, 'name' | 'version' | 'contractHash'>,
  files: readonly ContentFile[],
): string {
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    'harbinger-model-contents-1',
    `name ${name}`,
    `version ${version}`,
    `contract ${contractHash}`,
    ...inOrder.map((file) => `file ${file.name} ${file.bytes} ${file.sha256}`),
    '',
  ].join('\n');
}

export function contentsOf(manifest: ModelManifest, files: readonly ContentFile[]): ArtefactContents {
  const digest = createHash('sha256').update(canonicalText(manifest, files)).digest('hex');
  return { manifest, files, digest };
}

/** The model card is for people: one that is missing stops no model. */
export function readCard(folder: string): Buffer | null {
  const name = 'MODEL-CARD.md';
  return existsSync(join(folder, name)) ? readBounded(folder, name, contentBytesMax[name]) : null;
}

/** Reads what an artefact consists of; its files are those that its manifest lists. @throws HarbingerError MODEL_REFUSED_* */
export function readContents(folder: string): ArtefactContents {
  const { manifest, bytes } = readManifest(folder);
  const card = readCard(folder);
  const listed = (['model.json', 'weights.bin'] as const).map((name) =>
    contentFile(name, readListed(folder, manifest, name, contentBytesMax[name])),
  );
  const files = [...(card ? [contentFile('MODEL-CARD.md', card)] : []), contentFile('manifest.json', bytes)];
  return contentsOf(manifest, [...files, ...listed]);
}
