/**
 * Training by lives that a cloud has stored (models/lives): which of them a network learns from, which machines are held back, and
 * what a candidate shows on these beside the version that judges. How they are fetched is the business of deploy/retrain.
 */
import { createHash } from 'node:crypto';
import type { MachineLife } from '../../shared/contract/models/lives.ts';
import type { Run } from '../data/dataset.ts';

/** A life with its readings. */
export interface StoredRun {
  life: MachineLife;
  /** Rows × sensors, as in `Run`. */
  values: Float32Array;
  rows: number;
  /** Times of the first and the last row. */
  firstMs: number;
  lastMs: number;
}

export const machineOf = ({ life }: Pick<StoredRun, 'life'>) => `${life.site}/${life.machine}`;

export const isFailure = ({ life }: Pick<StoredRun, 'life'>) => life.end === 'failed';

export function failedRun(stored: StoredRun): Run {
  const { values, rows } = stored;
  return { machine: machineOf(stored), values, rows };
}

/**
 * The rows of a life without a failure that had `lifeLeft` rows after them at least: nobody knows more of the others. Null if there
 * are too few of them.
 */
export function soundRun(stored: StoredRun, lifeLeft: number, rowsMin: number): Run | null {
  const rows = stored.rows - lifeLeft;
  if (rows < rowsMin) return null;
  const values = stored.values.subarray(0, rows * (stored.values.length / stored.rows));
  return { machine: machineOf(stored), values, rows, remaining: lifeLeft };
}

/** Place of a machine among all, by its name and a seed alone. */
export function placeOf(machine: string, seed: number): string {
  return createHash('sha256').update(`${seed} ${machine}`).digest('hex');
}
