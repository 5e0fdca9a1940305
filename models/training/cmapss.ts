import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Run, RunDataset } from './dataset.ts';

const columns = 26;
const sensors = columns - 2;

function refuse(path: string, problem: string): HarbingerError {
  return new HarbingerError('DATA_INVALID', 'cli', `C-MAPSS file ${path}: ${problem}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse(path, `${messageOf(error)}; give the folder of NASA's train_FD00x.txt files`);
  }
}

/**
 * Reads NASA's C-MAPSS text: space-separated, no header, 26 columns: unit, cycle, three settings, 21 sensors. A unit's
 * rows stand together, cycles rise by one, and its last row is its last flight.
 * @throws HarbingerError DATA_INVALID naming file and line
 */
export function readCmapss(path: string): RunDataset {
  const runs: Run[] = [];
  let rows: number[][] = [];
  let unit = '';
  const finish = () => {
    if (rows.length > 0) {
      runs.push({
        machine: `${basename(path, '.txt')}-${unit}`,
        values: Float32Array.from(rows.flat()),
        rows: rows.length,
      });
    }
    rows = [];
  };
  read(path)
    .split('\n')
    .forEach((line, index) => {
      if (line.trim() === '') return;
      const cells = line.trim().split(/\s+/);
      const numbers = cells.map(Number);
      if (cells.length !== columns || !numbers.every(Number.isFinite)) {
        throw refuse(path, `line ${index + 1} does not have ${columns} numbers`);
      }
      if (cells[0] !== unit) {
        finish();
        unit = cells[0]!;
      }
      if (numbers[1] !== rows.length + 1) {
        throw refuse(
          path,
          `line ${index + 1}: cycle ${cells[1]} of unit ${unit}, where ${rows.length + 1} should be`,
        );
      }
      rows.push(numbers.slice(2));
    });
  finish();
  if (runs.length === 0) throw refuse(path, 'it has no rows');
  return {
    description: `${runs.length} engines of NASA C-MAPSS ${basename(path)}, run to failure`,
    sensors,
    runs,
  };
}
