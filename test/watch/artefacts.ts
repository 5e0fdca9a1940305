/** Artefacts for tests to damage: copies of a real one, and small crafted ones with known answers. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtefact } from '../../models/training/write-artefact.ts';
import { contractHash, type MachineType } from '../../shared/domain/machine-type.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import type { ModelManifest } from '../../shared/model/manifest.ts';
import { type Architecture, weightShapes } from '../../shared/model/network.ts';

export const artefactsDir = join(packageRoot, 'models', 'artefacts');

export interface TempDir {
  path: string;
  remove(): void;
}

export function tempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), 'harbinger-models-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A copy of the artefact that comes with the product. */
export function copyArtefact(into: string, name = 'pump-rul'): string {
  const folder = join(into, name);
  cpSync(join(artefactsDir, name), folder, { recursive: true });
  return folder;
}

export function editManifest(folder: string, edit: (manifest: ModelManifest) => void): void {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as ModelManifest;
  edit(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

/** Replaces a file and updates the manifest to match, so that only the deeper checks can object. */
export function replaceFile(folder: string, name: 'model.json' | 'weights.bin', bytes: Buffer): void {
  writeFileSync(join(folder, name), bytes);
  editManifest(folder, (manifest) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    manifest.files[name] = { sha256, bytes: bytes.length };
  });
}

/**
 * A model that depends on one sensor only: p50 falls from about the cap as that sensor's values rise above their mean,
 * and no other sensor matters. All means are 0 and all standard deviations 1.
 */
export function writeOneSensorModel(folder: string, type: MachineType, sensor: string): void {
  const sensors = type.sensors.length;
  const architecture: Architecture = {
    kind: 'patch-mlp',
    rows: type.windowRows,
    columns: sensors,
    patchRows: type.windowRows,
    patchUnits: 1,
    hiddenUnits: 1,
  };
  const column = type.sensors.findIndex(({ name }) => name === sensor);
  const weights = weightShapes(architecture).map(({ shape }) => new Float32Array(shape[0] * shape[1]));
  const [patchKernel, , hiddenKernel, , kernel, bias] = weights;
  for (let row = 0; row < type.windowRows; row++) patchKernel![row * sensors + column] = 1 / type.windowRows;
  hiddenKernel!.set([1]);
  kernel!.set([-0.2, 0, 0]);
  bias!.set([0.95, -3, -3]);
  writeArtefact(folder, {
    ensemble: { members: [architecture] },
    weights: [weights],
    manifest: plainManifest(type),
  });
}

/** Manifest of a model that reads the sensors without preparation. */
function plainManifest(type: MachineType): Omit<ModelManifest, 'files'> {
  const each = <T>(value: T) => type.sensors.map(() => value);
  const features = {
    settings: [],
    settingScale: [],
    conditions: [{ centre: [], reach: 0, share: 1, mean: each(0), std: each(1) }],
    channels: type.sensors.map((_, index) => index),
    stillRowsMax: each(null),
    correlation: type.sensors.flatMap((_, a) => type.sensors.map((_, b) => (a === b ? 1 : 0))),
  };
  return {
    format: 'harbinger-model-2',
    name: 'one-sensor',
    version: '0.0.1',
    machineType: type.name,
    contractHash: contractHash(type),
    windowRows: type.windowRows,
    windowRowsMin: type.windowRows,
    inputs: type.sensors.map(({ name, unit }) => ({ name, unit })),
    features,
    output: { unit: type.lifeUnit, labelCap: 100, interval: { at: [50], p10Shift: [0], p90Shift: [0] } },
    baseline: { bias: 50, weights: each(0), mean: each(0), std: each(1) },
    training: {
      data: 'none: written by hand',
      dataSha256: '0'.repeat(64),
      seed: 0,
      backend: 'none',
      epochs: 0,
      windowsPerEpoch: 0,
      machines: 0,
      folds: 0,
    },
    metrics: {},
  };
}
