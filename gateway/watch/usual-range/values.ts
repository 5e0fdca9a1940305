/** Values of a sensor in so many rows: the lowest, the highest and the last of them. */
export interface Shown {
  rows: number;
  low: number;
  high: number;
  last: number;
}

/** A sensor usually moves if so many of its rows changed it, and at least this share of those that are counted. */
const changesMin = 32;
const changesShareMin = 0.5;

/** The newest value of a sensor, which is the one before, and its range. */
interface StillValue {
  value: number;
  low: number;
  high: number;
  /** By so much it must be beyond its range. */
  margin: number;
  /** Rows that are counted before it stood still, and how many of them changed the value. */
  rows: number;
  changes: number;
}

/**
 * True if a sensor that usually moves stands still exactly, far outside its range and not on the way to 0, as a broken probe does:
 * at −127 if it is open, others at 85 or 850. What stops or starts comes to rest at 0, or goes on moving.
 */
export function isFrozen({ value, low, high, margin, rows, changes }: StillValue): boolean {
  if (changes < Math.max(changesMin, changesShareMin * rows)) return false;
  return (value > high + margin && value > 0) || (value < low - margin && value < 0);
}

/** Returns the median of three values; the first if there are not three yet. */
export function medianOf(a: number, b: number, c: number): number {
  if (Number.isNaN(b) || Number.isNaN(c)) return a;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
