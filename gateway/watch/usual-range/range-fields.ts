import { isFrozen } from './values.ts';

/**
 * The numbers of each sensor: its level, its range, rows that it was learnt from, its last three values, how often it rose and
 * fell, how wide its range was in its youth (so that growth is steady, which wear is not), and how often the rate of a counter was measured.
 * `SavedRanges` has them by sensor.
 */
export const fields = 'level low high rows last second third rises falls youth measures'.split(' ');
export const [level, low, high, rows, last, second, third, rises, falls, youth, measures] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
] as const;
/** How far its level is beyond its range, in margins; 0 if it is not, or is not judged. Not saved. */
/** Earlier versions did not save how often a rate was measured. */
export const savedFieldsMin = measures;
export const beyondField = 11;
/** Since `calm` it has been beyond its margin: above its range (1), or below it only (−1); 0 if not. Not saved. */
export const wasBeyond = 12;
/** How often in a row its value has been exactly the one before. Not saved. */
export const repeats = 13;
export const width = repeats + 1;
/** A sensor that has risen so often, and fallen at most this much less often, is a counter. */
const risesMin = 30;
const fallsShareMax = 0.05;
export const changesMax = 2_000;

/** Counts rises and falls. A counter is not judged; if it turns out to be none, its range is learnt anew. */
export function isCounter(cells: Float64Array, at: number, value: number): boolean {
  const before = cells[at + last]!;
  cells[at + third] = cells[at + second]!;
  cells[at + second] = before;
  cells[at + last] = value;
  cells[at + repeats] = value === before ? cells[at + repeats]! + 1 : 0;
  if (value > before) cells[at + rises]!++;
  else if (value < before) cells[at + falls]!++;
  if (cells[at + rises]! + cells[at + falls]! > changesMax) {
    cells[at + rises]! /= 2;
    cells[at + falls]! /= 2;
  }
  if (cells[at + rises]! < risesMin || cells[at + falls]! > fallsShareMax * cells[at + rises]!) return false;
  cells[at + rows] = 0;
  cells.fill(Number.NaN, at + level, at + high + 1);
  return true;
}

/** The least margin, as a share of the values themselves: for sensors that hardly ever move. */
const marginOfValueMin = 0.05;

/** @param share of the range */
export function marginOf(cells: Float64Array, at: number, share: number): number {
  const lowest = cells[at + low]!;
  const highest = cells[at + high]!;
  const size = Math.max(Math.abs(lowest), Math.abs(highest));
  return Math.max(share * (highest - lowest), marginOfValueMin * size, Number.MIN_VALUE);
}

/** See `isFrozen`. */
export function isFrozenAt(cells: Float64Array, at: number, marginShare: number): boolean {
  const stillRows = cells[at + repeats]!;
  if (stillRows === 0) return false;
  return isFrozen({
    value: cells[at + last]!,
    low: cells[at + low]!,
    high: cells[at + high]!,
    margin: marginOf(cells, at, marginShare),
    changes: cells[at + rises]! + cells[at + falls]!,
    rows: Math.min(cells[at + rows]! - stillRows, changesMax / 2),
  });
}

/** The newest values lie together, as a process moves or stays: this share of the way beyond the range apart at most. */
const togetherShare = 0.25;

/** True if a level that is beyond its range came there as a process does, and not by single values of a loose probe. */
export function isSteadyAt(cells: Float64Array, at: number): boolean {
  const values = [cells[at + last]!, cells[at + second]!, cells[at + third]!];
  const over = Math.max(cells[at + level]! - cells[at + high]!, cells[at + low]! - cells[at + level]!);
  return Math.max(...values) - Math.min(...values) <= togetherShare * over;
}
