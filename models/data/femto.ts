import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readRegularText } from '../../shared/files/read-regular.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Run, RunDataset } from './dataset.ts';

/** The first columns of every file; `t_s` rises by ten seconds per row. */
const leadColumns = ['snapshot', 't_s', 'samples'];
const features = ['rms', 'mean_abs', 'peak', 'std', 'skew', 'kurtosis', 'crest'];
/** The sensors of machine type `bearing` in order: horizontal, then vertical. */
export const bearingSensors = ['h', 'v'].flatMap((axis) => features.map((feature) => `${feature}_${axis}`));
const columns = [...leadColumns, ...bearingSensors];
/** The first line of every file. */
export const femtoColumns = columns.join(',');

function refuse(path: string, problem: string): HarbingerError {
  return new HarbingerError('DATA_INVALID', 'cli', `bearing file ${path}: ${problem}`);
}

function read<T>(path: string, how: (path: string) => T): T {
  try {
    return how(path);
  } catch (error) {
    throw new HarbingerError(
      'DATA_MISSING',
      'cli',
      `${path} cannot be read: ${messageOf(error)}; give the folder of the FEMTO bearings' CSV files with --data DIR`,
    );
  }
}

function readRun(path: string): Run {
  const lines = read(path, (file) => readRegularText(file, 512 << 20)).split(/\r?\n/);
  const header = lines[0]!.split(',').map((title) => title.trim());
  const missing = columns.find((name, i) => header[i] !== name);
  if (missing !== undefined)
    throw refuse(path, `its columns must be ${columns.join(', ')}; '${missing}' is not in place`);
  const rows = lines.slice(1).filter((line) => line.trim() !== '');
  if (rows.length === 0) throw refuse(path, 'it has no rows');
  const values = new Float32Array(rows.length * bearingSensors.length);
  let before = Number.NEGATIVE_INFINITY;
  rows.forEach((line, row) => {
    const numbers = line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    if (numbers.length !== columns.length || !numbers.every(Number.isFinite)) {
      throw refuse(path, `line ${row + 2} does not have ${columns.length} numbers`);
    }
    if (numbers[1]! <= before)
      throw refuse(path, `line ${row + 2}: its time is not after that of the line before`);
    before = numbers[1]!;
    values.set(numbers.slice(leadColumns.length), row * bearingSensors.length);
  });
  return { machine: machineName(path), values, rows: rows.length };
}

/** `Learning_set_Bearing1_2.csv` → `Bearing1_2`. */
function machineName(path: string): string {
  const name = basename(path, '.csv');
  return /Bearing\d+_\d+$/.exec(name)?.[0] ?? name;
}

/**
 * Reads a folder of FEMTO (PRONOSTIA) bearings as features: one CSV per bearing run to failure, one row every
 * ten seconds, the last row being the end of life. The first digit of the name gives the operating condition.
 * @throws HarbingerError DATA_MISSING, DATA_INVALID with file and line
 */
export function readFemto(dataDir: string): RunDataset {
  const names = read(dataDir, (folder) => readdirSync(folder))
    .filter((name) => name.endsWith('.csv'))
    .sort();
  if (names.length === 0) {
    throw new HarbingerError('DATA_MISSING', 'cli', `folder ${dataDir} has no CSV file of a bearing`);
  }
  const runs = names.map((name) => readRun(join(dataDir, name)));
  return {
    description: `${runs.length} bearings of the FEMTO (PRONOSTIA) data, run to failure`,
    sensors: bearingSensors.length,
    runs,
  };
}
