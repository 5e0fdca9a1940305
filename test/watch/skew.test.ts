/**
 * Training and serving see the same numbers: one life through the gateway's windows and through the training's path.
 */
import { describe, expect, it } from 'vitest';
import { MachineWindow } from '../../gateway/watch/windows/machine-window.ts';
import type { Run } from '../../models/data/dataset.ts';
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import { cutWindow, prepareRun } from '../../models/data/prepared-runs.ts';
import { artefactFolder, artefactsDir } from '../../models/main.ts';
import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { loadArtefact } from '../../shared/model/artefact.ts';
import { chooseBackend } from '../../shared/model/backend.ts';
import { createModel } from '../../shared/model/model.ts';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';

const types = loadMachineTypes();

/** An engine under the six operating conditions that the artefact knows, flight by flight. */
function engineLife(
  type: MachineType,
  conditions: { centre: number[]; mean: number[]; std: number[] }[],
  channels: number[],
): Run {
  const random = seededRandom(3);
  const rows = 300;
  const values = new Float32Array(rows * type.sensors.length);
  for (let row = 0; row < rows; row++) {
    const { centre, mean, std } = conditions[Math.floor(random.next() * conditions.length)]!;
    const at = row * type.sensors.length;
    type.sensors.forEach((_, i) => {
      values[at + i] = centre[i] ?? 1;
    });
    channels.forEach((index, channel) => {
      values[at + index] = mean[channel]! + std[channel]! * (gaussian(random) + row / 100 - 1.5);
    });
  }
  return { machine: 'engine', values, rows };
}

async function compare(
  type: MachineType,
  folder: string,
  run: (artefact: ReturnType<typeof loadArtefact>) => Run,
) {
  await chooseBackend('wasm');
  const artefact = loadArtefact(folder, type);
  const model = createModel(artefact);
  const life = run(artefact);
  const prepared = prepareRun(model.path, life);
  const window = new MachineWindow(
    type.windowRows,
    type.sensors.length,
    {},
    { rowsMin: windowRowsMin(type) },
  );
  const sensors = type.sensors.length;
  let compared = 0;
  for (let row = 0; row < life.rows; row++) {
    window.push(life.values, row * sensors, (row + 1) * sensors, 1_000 * row);
    if (!window.ready || row % 7 !== 0) continue;
    const input = new Float32Array(model.path.width);
    cutWindow(model.path, prepared, row, input, 0);
    const served = model.score(window.copy(), 1);
    expect(served.familiarity[0]).toBeGreaterThan(0.9);
    expect([...served.prepared]).toEqual([...input]);
    expect([...served.lives]).toEqual([...model.scorePrepared(input, 1)]);
    compared++;
  }
  model.dispose();
  return compared;
}

describe('the gateway’s window and the training’s path', () => {
  it('yield the same numbers for a pump', async () => {
    const pump = types.get('pump')!;
    const run = () => simulatePumpRuns({ machines: 1, seed: 8 }).runs[0]!;
    expect(await compare(pump, artefactFolder(artefactsDir, 'pump-rul', null), run)).toBeGreaterThan(20);
  });

  it('yield the same numbers for an engine under six operating conditions, from its first rows on', async () => {
    const type = types.get('turbofan-fd002')!;
    const folder = artefactFolder(artefactsDir, 'rul-turbofan', 'FD002');
    const compared = await compare(type, folder, ({ manifest }) => {
      const { conditions, channels } = manifest.features;
      expect(conditions).toHaveLength(6);
      return engineLife(type, conditions, channels);
    });
    expect(compared).toBeGreaterThan(35);
  });
});
