/**
 * A fleet for tests that is simple enough to reason about: one sensor shows wear, one repeats it, one is
 * noise, one is constant.
 */
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import type { RunDataset } from '../data/dataset.ts';
import type { ModelDesign } from './design.ts';

const sensor = (name: string, max = 1_000) => ({ name, unit: '1', min: -max, max });

export const fleetType: MachineType = {
  name: 'fleet',
  version: '1.0.0',
  description: 'machines of a test',
  lifeUnit: 'cycles',
  stepMs: 1_000,
  windowRows: 16,
  windowRowsMin: 4,
  openSensors: false,
  sensors: [sensor('speed', 50), sensor('wear'), sensor('echo'), sensor('noise'), sensor('still')],
  alerts: [],
  model: 'fleet-rul',
};

/** Offset of the wear sensor in each operating condition, far larger than wear itself. */
export const conditionOffset = [0, 500];

/**
 * Wear rises from 0 to 10 over a life of 40 … 80 rows, in two operating conditions (speed 10 or 40) that
 * change at random.
 */
export function fleetRuns(options: { machines: number; seed: number }): RunDataset {
  const random = seededRandom(options.seed);
  const runs = Array.from({ length: options.machines }, (_, machine) => {
    const rows = 40 + Math.floor(random.next() * 41);
    const values = new Float32Array(rows * fleetType.sensors.length);
    for (let row = 0; row < rows; row++) {
      const condition = random.next() < 0.5 ? 0 : 1;
      const wear = 10 * (1 - Math.min(1, (rows - 1 - row) / 50)) ** 2;
      const shown = conditionOffset[condition]! + wear + 0.3 * gaussian(random);
      const speed = [10, 40][condition]! + 0.01 * gaussian(random);
      values.set([speed, shown, 2 * shown + 0.3 * gaussian(random), gaussian(random), 7], row * 5);
    }
    return { machine: `m${machine}`, values, rows };
  });
  return { description: `${options.machines} machines of a test`, sensors: 5, runs };
}

export const fleetDesign: ModelDesign = {
  labelCap: 40,
  settings: ['speed'],
  summary: { meanRows: [1, 4, 16], slopeRows: [8], firstRows: 0, relative: false, length: true },
  network: { kind: 'mlp', hiddenUnits: [16] },
  folds: 2,
  fit: {
    epochs: 6,
    windowsPerEpoch: 3_000,
    batchSize: 100,
    learningRate: 1e-2,
    weightDecay: 0,
    inputNoise: 0.1,
    dropout: 0.1,
    shortShare: 0.1,
    averageDecay: 0.98,
    pointWeight: 10,
  },
};
