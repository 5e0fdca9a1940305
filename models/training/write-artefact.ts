import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelManifest } from '../../shared/features/manifest.ts';
import { weightCount } from '../../shared/features/network.ts';
import { metricsTable } from './metrics.ts';
import type { TrainedModel } from './train.ts';

function weightBytes(weights: readonly Float32Array[]): Buffer {
  const bytes = Buffer.alloc(weights.reduce((sum, part) => sum + part.length, 0) * 4);
  let at = 0;
  for (const part of weights) for (const weight of part) at = bytes.writeFloatLE(weight, at);
  return bytes;
}

function entry(bytes: Buffer): { sha256: string; bytes: number } {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function card(manifest: ModelManifest, weights: number): string {
  const { output, training } = manifest;
  const { train, select, calibrate, test } = training.machines;
  return `# ${manifest.name} ${manifest.version}

Estimates the remaining life of a machine of type \`${manifest.machineType}\` from its last ${manifest.windowRows} readings:
p10, p50 and p90 in ${output.unit}. It does not tell more than ${output.labelCap} ${output.unit} apart.

- **Trained on**: ${training.data} (${training.windows.toLocaleString('en')} windows of ${train} machines;
  the epoch chosen on ${select} others, the interval set on ${calibrate} more).
- **Network**: ${weights.toLocaleString('en')} weights, one patch layer and two dense layers; pinball loss; ${training.epochs} epochs, seed ${training.seed}.
- **Not for**: machines with other sensors or operating conditions than in its training data, and life ended by
  anything but wear.

On ${test} machines that neither training nor calibration has seen:

\`\`\`text
${metricsTable(manifest.metrics, output.unit).join('\n')}
\`\`\`

"Near end" is where at most ${output.labelCap / 2} ${output.unit} are left; 80 % of the labels below the cap should lie in
p10…p90. *Linear regression* reads the last row's sensors; *mean life* knows the machine's age and nothing else.
`;
}

/**
 * Writes the artefact's folder, replacing one of the same name only when all is written.
 * @returns the manifest with the hashes of the files
 */
export function writeArtefact(folder: string, model: TrainedModel): ModelManifest {
  const architecture = json(model.architecture);
  const weights = weightBytes(model.weights);
  const manifest: ModelManifest = {
    ...model.manifest,
    files: { 'model.json': entry(architecture), 'weights.bin': entry(weights) },
  };
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(fresh);
  writeFileSync(join(fresh, 'model.json'), architecture);
  writeFileSync(join(fresh, 'weights.bin'), weights);
  writeFileSync(join(fresh, 'manifest.json'), json(manifest));
  writeFileSync(join(fresh, 'MODEL-CARD.md'), card(manifest, weightCount(model.architecture)));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return manifest;
}
