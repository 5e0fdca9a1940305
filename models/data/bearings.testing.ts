/**
 * Generates bearings: each vibrates at a level of its own, then increasingly strongly during its last
 * minutes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import type { RunDataset } from './dataset.ts';
import { bearingSensors, femtoColumns } from './femto.ts';

/** Number of rows over which the approaching failure shows; earlier rows give no sign of it. */
const endRows = 50;

export function madeUpBearings(options: { bearings: number; seed: number }): RunDataset {
  const random = seededRandom(options.seed);
  const runs = Array.from({ length: options.bearings }, (_, bearing) => {
    const rows = 150 + Math.floor(150 * random.next());
    const usual = 0.2 + 0.6 * random.next();
    const values = new Float32Array(rows * bearingSensors.length);
    for (let row = 0; row < rows; row++) {
      const growth = Math.exp(2 * Math.max(0, 1 - (rows - 1 - row) / endRows));
      bearingSensors.forEach((name, column) => {
        const level = /^(skew|kurtosis|crest)/.test(name) ? 3 : usual * growth;
        values[row * bearingSensors.length + column] = level * Math.exp(0.05 * gaussian(random));
      });
    }
    return { machine: `Bearing9_${bearing + 1}`, values, rows };
  });
  return { description: `${options.bearings} made-up bearings`, sensors: bearingSensors.length, runs };
}

/** Writes the bearings in the format of the FEMTO learning set. */
export function writeFemto(folder: string, { runs }: RunDataset): void {
  const width = bearingSensors.length;
  for (const { machine, rows, values } of runs) {
    const lines = Array.from({ length: rows }, (_, row) =>
      [row + 1, 10 * row, 2_560, ...values.subarray(row * width, (row + 1) * width)].join(','),
    );
    writeFileSync(join(folder, `Learning_set_${machine}.csv`), `${[femtoColumns, ...lines].join('\n')}\n`);
  }
}
