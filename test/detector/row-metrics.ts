import type { Scored } from './nab-score.ts';

/** Rates over the rows of all series after warm-up, 0 … 1. */
export interface RowMetrics {
  f1: number;
  /** Share of the normal rows that were flagged. */
  falseAlarmRate: number;
  /** Share of the anomalous rows that were not flagged. */
  missedAlarmRate: number;
}

export function rowMetrics(all: readonly Scored[], threshold: number, warmUpRows: number): RowMetrics {
  let hits = 0;
  let misses = 0;
  let alarms = 0;
  let quiet = 0;
  for (const { series, scores } of all) {
    for (let row = warmUpRows; row < series.rows; row++) {
      const isAnomalous = series.anomalies.some(({ start, end }) => row >= start && row < end);
      const isFlagged = scores[row]! >= threshold;
      if (isAnomalous) isFlagged ? hits++ : misses++;
      else isFlagged ? alarms++ : quiet++;
    }
  }
  return {
    f1: hits === 0 ? 0 : (2 * hits) / (2 * hits + alarms + misses),
    falseAlarmRate: alarms / Math.max(1, alarms + quiet),
    missedAlarmRate: misses / Math.max(1, hits + misses),
  };
}
