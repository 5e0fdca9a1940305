import type { AnomalyScore } from '../baselines/anomaly-score.ts';
import type { Baseline } from '../baselines/baseline.ts';

/** Returns the score of a baseline. `columns` is the number of sensors; an unknown machine scores 0. */
export function scoreAnomaly(baseline: Baseline | null, columns: number): AnomalyScore {
  return baseline?.score() ?? { score: 0, deviations: new Float64Array(columns) };
}
