/** What a detector must beat: simple ones, one score a row, from what came before and the row itself. */
import { Detector } from '../../../shared/detector/detector.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import type { Series } from './series.ts';

export interface Candidate {
  name: string;
  /** Scores 0 … 1, one a row. `warmUpRows`: the first rows, which are normal. */
  score(series: Series, warmUpRows: number): Float64Array;
}

/** Standard deviations → 0 … 1. */
const squash = (z: number) => z / (1 + z);

export const selfLearned: Candidate = {
  name: 'self-learned',
  score(series, warmUpRows) {
    const detector = new Detector(series.sensors, { warmUpRows, hasClock: true });
    return series.timesMs.map((timeMs, row) => detector.push(series.values, row * series.sensors, timeMs));
  },
};

/** Deviation from a mean with a memory of so many rows (infinite: of all so far), by its standard deviation; the worst sensor. */
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
