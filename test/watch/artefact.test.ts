import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { loadArtefact } from '../../shared/model/artefact.ts';
import { chooseBackend } from '../../shared/model/backend.ts';
import { createModel } from '../../shared/model/model.ts';
import type { Ensemble } from '../../shared/model/network.ts';
import type { PatchMlp } from '../../shared/model/networks/patch-mlp.ts';
import { artefactLimits } from '../../shared/model/reading.ts';
import { artefactsDir, copyArtefact, editManifest, replaceFile, type TempDir, tempDir } from './artefacts.ts';

const types = loadMachineTypes();
const pump = types.get('pump')!;

let temp: TempDir;
let folder: string;
beforeEach(() => {
  temp = tempDir();
  folder = copyArtefact(temp.path);
});
afterEach(() => temp.remove());

function refusalOf(type: MachineType = pump, path = folder): string {
  try {
    loadArtefact(path, type);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function edited(name: 'model.json', edit: (architecture: PatchMlp) => void): void {
  const ensemble = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Ensemble;
  edit(ensemble.members[0] as PatchMlp);
  replaceFile(folder, name, Buffer.from(JSON.stringify(ensemble)));
}

describe('an artefact', () => {
  it.each([...types.values()].filter((type) => type.model).map((type) => [type.model!, type] as const))(
    '%s as it comes with the product is accepted',
    (name, type) => {
      const { manifest, weights, ensemble } = loadArtefact(join(artefactsDir, name), type);
      expect(manifest.metrics.model!.rmse).toBeLessThan(manifest.metrics['linear regression']!.rmse);
      expect(manifest.metrics.model!.rmse).toBeLessThan(manifest.metrics['mean life']!.rmse);
      expect(weights).toHaveLength(ensemble.members.length);
    },
  );

  it('that does not exist is refused', () => {
    expect(refusalOf(pump, join(temp.path, 'nothing'))).toBe('MODEL_REFUSED_MISSING');
  });

  it('whose weights were changed by one bit is refused', () => {
    const path = join(folder, 'weights.bin');
    const bytes = readFileSync(path);
    bytes[1_000]! ^= 1;
    writeFileSync(path, bytes);
    expect(refusalOf()).toBe('MODEL_REFUSED_HASH');
  });

  it.each(['model.json', 'weights.bin'] as const)('whose %s is cut off is refused', (name) => {
    truncateSync(join(folder, name), 50);
    expect(refusalOf()).toBe('MODEL_REFUSED_TRUNCATED');
  });

  it('with weights that are not numbers is refused, although the hash is right', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const bytes = readFileSync(join(folder, 'weights.bin'));
      bytes.writeFloatLE(bad, 400);
      replaceFile(folder, 'weights.bin', bytes);
      expect(refusalOf()).toBe('MODEL_REFUSED_WEIGHTS');
    }
  });

  it('with too few or too many weights for its network is refused', () => {
    const bytes = readFileSync(join(folder, 'weights.bin'));
    replaceFile(folder, 'weights.bin', bytes.subarray(0, -4));
    expect(refusalOf()).toBe('MODEL_REFUSED_SHAPE');
    replaceFile(folder, 'weights.bin', Buffer.concat([bytes, Buffer.alloc(4)]));
    expect(refusalOf()).toBe('MODEL_REFUSED_SHAPE');
  });

  it('whose network takes other windows than those of its manifest is refused', () => {
    edited('model.json', (architecture) => {
      architecture.columns = 13;
    });
    expect(refusalOf()).toBe('MODEL_REFUSED_SHAPE');
  });

  it('whose patches do not divide its window is refused', () => {
    edited('model.json', (architecture) => {
      architecture.patchRows = 7;
    });
    expect(refusalOf()).toBe('MODEL_REFUSED_SHAPE');
  });

  it('whose network is enormous is refused before memory is allocated for it', () => {
    edited('model.json', (architecture) => {
      architecture.patchUnits = 1e9;
    });
    expect(refusalOf()).toBe('MODEL_REFUSED_MANIFEST');
  });

  it('whose window differs from that of its machine type is refused', () => {
    expect(refusalOf({ ...pump, windowRows: 60 })).toBe('MODEL_REFUSED_SHAPE');
  });

  it('with a huge header is refused without being read', () => {
    writeFileSync(join(folder, 'manifest.json'), Buffer.alloc(artefactLimits.manifestBytesMax + 1, ' '));
    expect(refusalOf()).toBe('MODEL_REFUSED_SIZE');
    const sound = copyArtefact(join(temp.path, 'second'));
    writeFileSync(join(sound, 'model.json'), Buffer.alloc(artefactLimits.modelBytesMax + 1, ' '));
    expect(refusalOf(pump, sound)).toBe('MODEL_REFUSED_SIZE');
  });

  it('for another machine type is refused', () => {
    expect(refusalOf(types.get('turbofan')!)).toBe('MODEL_REFUSED_MACHINE_TYPE');
  });

  it('trained on other sensors or units is refused, and says which', () => {
    const [first, second, ...rest] = pump.sensors;
    expect(refusalOf({ ...pump, sensors: [second!, ...rest] })).toBe('MODEL_REFUSED_CONTRACT');
    expect(() => loadArtefact(folder, { ...pump, sensors: [second!, ...rest] })).toThrow(
      `(${first!.name} is not there any more)`,
    );
    expect(refusalOf({ ...pump, sensors: [{ ...first!, unit: 'in/s' }, second!, ...rest] })).toBe(
      'MODEL_REFUSED_CONTRACT',
    );
    expect(refusalOf({ ...pump, lifeUnit: 'hours' })).toBe('MODEL_REFUSED_CONTRACT');
  });

  it('goes on where sensors were added or moved, and answers the same', async () => {
    await chooseBackend('wasm');
    const fresh = { ...pump.sensors[0]!, name: 'sound' };
    const grown = { ...pump, sensors: [fresh, ...pump.sensors.toReversed()] };
    const [own, other] = [pump, grown].map((type) => createModel(loadArtefact(folder, type)));
    const { values } = simulatePumpRuns({ machines: 1, seed: 4 }).runs[0]!;
    const rows = pump.windowRows;
    const window = values.subarray(0, rows * pump.sensors.length);
    const wide = new Float32Array(rows * grown.sensors.length).fill(7);
    const back = new Int32Array(pump.sensors.length).map((_, at) => pump.sensors.length - at);
    for (let row = 0; row < rows; row++)
      back.forEach((to, from) => {
        wide[row * grown.sensors.length + to] = window[row * pump.sensors.length + from]!;
      });
    const [before, after] = [own!.score(window, 1), other!.score(wide, 1)];
    expect(after.lives).toEqual(before.lives);
    expect(after.familiarity).toEqual(before.familiarity);
    expect([...other!.path.channels].sort((a, b) => a - b)).toEqual([...back].sort((a, b) => a - b));
    for (const model of [own, other]) model!.dispose();
  });

  it.each([
    ['is not JSON', () => writeFileSync(join(folder, 'manifest.json'), '{"format":')],
    [
      'is of another format',
      () => editManifest(folder, (manifest) => Object.assign(manifest, { format: 'x' })),
    ],
    [
      'divides by nothing',
      () =>
        editManifest(folder, (manifest) => {
          manifest.features.conditions[0]!.std[0] = 0;
        }),
    ],
    [
      'names a sensor that does not exist',
      () => editManifest(folder, (manifest) => Object.assign(manifest.features.channels, [99])),
    ],
    [
      'has features of other lengths',
      () => editManifest(folder, (manifest) => manifest.features.stillRowsMax.pop()),
    ],
    [
      'has an interval with falling knots',
      () =>
        editManifest(folder, ({ output }) => {
          output.interval = { at: [2, 1], p10Shift: [0, 0], p90Shift: [0, 0] };
        }),
    ],
    [
      'leaves its folder',
      () => editManifest(folder, (manifest) => Object.assign(manifest.files, { '../x': {} })),
    ],
  ])('whose manifest %s is refused', (_, poison) => {
    poison();
    expect(refusalOf()).toBe('MODEL_REFUSED_MANIFEST');
  });
});
