/**
 * Reads NASA's C-MAPSS text (A. Saxena et al., 2008): no header, 26 space-separated columns: unit, cycle,
 * three settings, 21 sensors. The rows of a unit are contiguous and its cycle numbers rise by one. In a
 * training file a unit's last row is its last flight. In a test file the record was cut off there, and
 * RUL_FD00x.txt gives the remaining life, one number per line, in the order of the units.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readRegularText } from '../../shared/files/read-regular.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Run, RunDataset } from './dataset.ts';

const columns = 26;
const sensors = columns - 2;

/** The four data sets of the challenge. */
export const cmapssSubsets = ['FD001', 'FD002', 'FD003', 'FD004'] as const;

function refuse(path: string, problem: string): HarbingerError {
  return new HarbingerError('DATA_INVALID', 'cli', `C-MAPSS file ${path}: ${problem}`);
}

function read(path: string): string[] {
  try {
    return readRegularText(path, 512 << 20).split('\n');
  } catch (error) {
    throw refuse(path, `${messageOf(error)}; give the folder of NASA's files with --data DIR`);
  }
}

/** Parses a line of finite numbers; returns null for a blank line. */
function numbersOf(path: string, line: string, index: number, count: number): number[] | null {
  if (line.trim() === '') return null;
  const numbers = line.trim().split(/\s+/).map(Number);
  if (numbers.length === count && numbers.every(Number.isFinite)) return numbers;
  const expected = count === 1 ? 'is not one number' : `does not have ${count} numbers`;
  throw refuse(path, `line ${index + 1} ${expected}`);
}

function runsOf(path: string): Run[] {
  const units: { unit: number; rows: number[][] }[] = [];
  read(path).forEach((line, index) => {
    const numbers = numbersOf(path, line, index, columns);
    if (!numbers) return;
    const [unit, cycle, ...values] = numbers as [number, number, ...number[]];
    if (units.at(-1)?.unit !== unit) units.push({ unit, rows: [] });
    const { rows } = units.at(-1)!;
    if (cycle !== rows.length + 1) {
      throw refuse(
        path,
        `line ${index + 1}: cycle ${cycle} of unit ${unit}, where ${rows.length + 1} should be`,
      );
    }
    rows.push(values);
  });
  if (units.length === 0) throw refuse(path, 'it has no rows');
  return units.map(({ unit, rows }) => ({
    machine: `${basename(path, '.txt')}-${unit}`,
    values: Float32Array.from(rows.flat()),
    rows: rows.length,
  }));
}

/**
 * Reads a training file: engines run to failure.
 * @throws HarbingerError DATA_INVALID with file and line
 */
export function readCmapss(path: string): RunDataset {
  const runs = runsOf(path);
  return {
    description: `${runs.length} engines of NASA C-MAPSS ${basename(path)}, run to failure`,
    sensors,
    runs,
  };
}

/** Reads `train_FD00x.txt` of a folder; returns null if the file does not exist. */
export function findCmapssTraining(folder: string, subset: string): RunDataset | null {
  const path = join(folder, `train_${subset}.txt`);
  return existsSync(path) ? readCmapss(path) : null;
}

/**
 * Reads `test_FD00x.txt` and `RUL_FD00x.txt` of a folder: engines cut off before failure, with their
 * remaining life.
 * @throws HarbingerError DATA_INVALID with file and line
 */
export function readCmapssTest(folder: string, subset: string): RunDataset {
  const path = join(folder, `test_${subset}.txt`);
  const labelsPath = join(folder, `RUL_${subset}.txt`);
  const runs = runsOf(path);
  const labels = read(labelsPath).flatMap((line, index) => {
    const label = numbersOf(labelsPath, line, index, 1)?.[0];
    if (label !== undefined && label < 0) throw refuse(labelsPath, `line ${index + 1} is below 0`);
    return label === undefined ? [] : [label];
  });
  if (labels.length !== runs.length) {
    throw refuse(
      labelsPath,
      `it has ${labels.length} numbers, but there are ${runs.length} engines in ${path}`,
    );
  }
  return {
    description: `${runs.length} engines of NASA C-MAPSS ${basename(path)}, cut off before their end`,
    sensors,
    runs: runs.map((run, i) => ({ ...run, remaining: labels[i]! })),
  };
}
