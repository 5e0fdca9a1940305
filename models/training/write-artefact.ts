import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFolderSync } from '../../shared/files/replace.ts';
import type { ModelManifest } from '../../shared/model/manifest.ts';
import { modelCard } from './model-card.ts';
import type { TrainedModel } from './train.ts';

function weightBytes(weights: readonly Float32Array[][]): Buffer {
  const parts = weights.flat();
  const bytes = Buffer.alloc(parts.reduce((sum, part) => sum + part.length, 0) * 4);
  let at = 0;
  for (const part of parts) for (const weight of part) at = bytes.writeFloatLE(weight, at);
  return bytes;
}

function entry(bytes: Buffer): { sha256: string; bytes: number } {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/**
 * Serialises with indentation but lists of numbers on one line, because people read these files and they are
 * kept in version control.
 */
function json(value: unknown): Buffer {
  const text = JSON.stringify(value, null, 2);
  const flat = text.replace(/\[[\s\d.eE+,-]*(?:null[\s\d.eE+,-]*)*\]/g, (list) => list.replace(/\s+/g, ' '));
  return Buffer.from(`${flat}\n`);
}

/**
 * Writes the artefact's folder; an existing one is replaced only after everything has been written.
 * @param notes remarks for the model card
 * @returns the manifest with the hashes of the files
 */
export function writeArtefact(
  folder: string,
  model: TrainedModel,
  notes: readonly string[] = [],
): ModelManifest {
  const ensemble = json(model.ensemble);
  const weights = weightBytes(model.weights);
  const manifest: ModelManifest = {
    ...model.manifest,
    files: { 'model.json': entry(ensemble), 'weights.bin': entry(weights) },
  };
  replaceFolderSync(folder, (fresh) => {
    writeFileSync(join(fresh, 'model.json'), ensemble);
    writeFileSync(join(fresh, 'weights.bin'), weights);
    writeFileSync(join(fresh, 'manifest.json'), json(manifest));
    writeFileSync(join(fresh, 'MODEL-CARD.md'), modelCard(manifest, model.ensemble, notes));
  });
  return manifest;
}
