import { paceNumbers } from '../../baselines/row-pace.ts';
import { samplingNumbers } from '../../baselines/sampling.ts';
import { clockNumbers } from '../../device-clock/clock-steps.ts';
import { rowTimeNumbers } from '../../sensor-runs/row-time.ts';

/**
 * The numbers that the parts of a window change with each row, and where each part has its own. They are in one array, because thousands of
 * machines are visited in turn: numbers at many addresses would be in no processor cache.
 */
export const clockAt = 0;
export const judgedAt = clockAt + clockNumbers;
export const judgedToAt = judgedAt + 1;
/** Time of the reading that completed the newest row; NaN if there is none. */
export const completedAt = judgedToAt + 1;
export const paceAt = completedAt + 1;
export const rowTimeAt = paceAt + paceNumbers;
export const samplingAt = rowTimeAt + rowTimeNumbers;
export const blocksAt = samplingAt + samplingNumbers;

/** While nothing is judged for longer than this, and than so many rows, nobody knows what the machine did. */
const pauseMsMin = 3_600_000;
const pauseRows = 3;

/** Counts the time up to a reading as judged. @param window the usual time between two of its rows, null if it is not known */
export function judgeTo(
  numbers: Float64Array,
  timeMs: number,
  window: { readonly paceMs: number | null },
): void {
  const passedMs = timeMs - numbers[judgedToAt]!;
  numbers[judgedToAt] = timeMs;
  if (passedMs > pauseMsMin)
    numbers[judgedAt]! += Math.min(passedMs, Math.max(pauseMsMin, pauseRows * (window.paceMs ?? 0)));
  else if (passedMs > 0) numbers[judgedAt]! += passedMs;
}

export function newNumbers(rows: number): Float64Array {
  const numbers = new Float64Array(blocksAt + rows);
  numbers[judgedToAt] = Number.NEGATIVE_INFINITY;
  numbers[completedAt] = Number.NaN;
  return numbers;
}
