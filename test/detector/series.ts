/**
 * Benchmark of the anomaly detector (test/detector): generated series with labelled anomalies, the detectors that are
 * compared on them, and the scoring. This file defines the labelled series that the generators return and the scoring
 * reads.
 */

/** Rows from `start` (inclusive) to `end` (exclusive) are anomalous. */
export interface Interval {
  start: number;
  end: number;
}

export interface Series {
  name: string;
  /** Times in ms since 1970. */
  timesMs: Float64Array;
  /** Rows × sensors. */
  values: Float64Array;
  sensors: number;
  rows: number;
  anomalies: Interval[];
}

/** Share of a series, at its start, that holds no anomaly, so that a detector can learn what is normal. */
export const probationShare = 0.15;
