export interface SavedRanges {
  /** By sensor: its numbers; null where one is not known. */
  sensors: (number | null)[][];
  /** By sensor: when one that its machine got later sent first (−1: never yet); null for others. Absent if none is late. */
  lateMs?: (number | null)[];
}

/** Tells which sensors are counters, whose rates are judged. */
export interface CounterRates {
  /** Says if the newest row has measured its rate, or that of before holds; null of other sensors. */
  of(sensor: number): 'measured' | 'held' | null;
}

export interface TakeOptions {
  /** The margin, as a share of what the range was in youth. */
  marginShare: number;
  mode: 'free' | 'young' | 'grown';
  /** Time since the last row, ms. */
  passedMs: number;
}
