export interface SavedRanges {
  /** By sensor: its numbers; null where one is not known. */
  sensors: (number | null)[][];
}

export interface TakeOptions {
  /** The margin, as a share of what the range was in youth. */
  marginShare: number;
  mode: 'free' | 'young' | 'grown';
  /** Time since the last row, ms. */
  passedMs: number;
}
