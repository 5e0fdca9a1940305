/** A labelled series of the benchmark: what the generators of the corpus make and the scoring reads. */

/** Rows from `start` (inclusive) to `end` (exclusive) are anomalous. */
export interface Interval {
  start: number;
  end: number;
}

export interface Series {
  name: string;
  /** Since 1970, ms. */
  timesMs: Float64Array;
  /** Rows × sensors. */
  values: Float64Array;
  sensors: number;
  rows: number;
  anomalies: Interval[];
}

/** The share of a series, from its start, that holds no anomaly, so that a detector can learn what is normal. */
export const probationShare = 0.15;
