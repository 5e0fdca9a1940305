/**
 * The detectors that are compared: the product's own and simple baselines. Each gives one score per row,
 * computed from that row and the rows before it.
 */
import { Detector } from '../../shared/detector/detector.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { Series } from './series.ts';

export interface Candidate {
  name: string;
  /**
   * Returns one score (0 … 1) per row.
   * @param warmUpRows number of leading rows that hold no anomaly
   */
  score(series: Series, warmUpRows: number): Float64Array;
}

/** Maps a number of standard deviations to 0 … 1. */
const squash = (z: number) => z / (1 + z);

export const selfLearned: Candidate = {
  name: 'self-learned',
  score(series, warmUpRows) {
    const detector = new Detector(series.sensors, { warmUpRows, hasClock: true });
    return series.timesMs.map((timeMs, row) => detector.push(series.values, row * series.sensors, timeMs));
  },
};

/**
 * Scores the sensor that deviates most, in standard deviations from its moving mean.
 * @param memoryRows length of the moving window; infinite for a mean over all rows so far
 */
function zScore(name: string, memoryRows: number): Candidate {
  return {
    name,
    score({ sensors, rows, values }) {
      const mean = new Float64Array(sensors);
      const variance = new Float64Array(sensors);
      const scores = new Float64Array(rows);
      for (let row = 0; row < rows; row++) {
        const rate = Math.max(1 / (row + 1), 1 / memoryRows);
        for (let i = 0; i < sensors; i++) {
          const delta = values[row * sensors + i]! - mean[i]!;
          const std = Math.sqrt(variance[i]!);
          if (row > 10 && std > 0) scores[row] = Math.max(scores[row]!, squash(Math.abs(delta) / std));
          mean[i]! += rate * delta;
          variance[i] = (1 - rate) * (variance[i]! + rate * delta * delta);
        }
      }
      return scores;
    },
  };
}

export const candidates: readonly Candidate[] = [
  selfLearned,
  zScore('z-score, running mean', Number.POSITIVE_INFINITY),
  zScore('z-score, EWMA of 100 rows', 100),
  {
    name: 'random',
    score(series) {
      const random = seededRandom(series.rows + series.anomalies.length);
      return series.timesMs.map(() => random.next());
    },
  },
  { name: 'null', score: (series) => series.timesMs.map(() => 0.5) },
];
