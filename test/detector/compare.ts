import { candidates } from './baselines.ts';
import { type NabResult, nabScore, probationRows } from './nab-score.ts';
import { type RowMetrics, rowMetrics } from './row-metrics.ts';
import type { Series } from './series.ts';

export interface Comparison {
  name: string;
  /** Result on series of one sensor, scored as in the Numenta Anomaly Benchmark. */
  nab: NabResult;
  /**
   * Result on machines with several sensors, scored by row. The threshold of a baseline comes from the
   * warm-up; that of the detector is 0.5.
   */
  machines: RowMetrics;
}

const machineWarmUpRows = 400;
/** Leading rows of the warm-up whose scores are not used, because the candidate is still settling. */
const settlingRows = 100;
/** Share of the warm-up rows that a baseline's threshold lets through. */
const flaggedShare = 0.01;

/**
 * Flags rows above the 99th percentile of the warm-up, because a baseline's scores have no absolute scale.
 */
function relativeScores(scores: Float64Array): Float64Array {
  const normal = scores.slice(settlingRows, machineWarmUpRows).sort();
  const limit = normal[Math.floor((1 - flaggedShare) * normal.length)]!;
  return scores.map((score) => (score > limit ? 1 : 0));
}

/** Runs every candidate on the same series: first those of one sensor, then the machines. */
export function compareDetectors(univariate: readonly Series[], machines: readonly Series[]): Comparison[] {
  return candidates.map((candidate, i) => {
    const single = univariate.map((series) => ({
      series,
      scores: candidate.score(series, probationRows(series.rows)),
    }));
    const several = machines.map((series) => {
      const scores = candidate.score(series, machineWarmUpRows);
      return { series, scores: i === 0 ? scores : relativeScores(scores) };
    });
    return {
      name: candidate.name,
      nab: nabScore(single),
      machines: rowMetrics(several, 0.5, machineWarmUpRows),
    };
  });
}

/** The results as a Markdown table. */
export function comparisonTable(comparisons: readonly Comparison[]): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    '| detector | NAB-like score | windows found | false positives | F1 | false alarms | missed |',
    '|---|---|---|---|---|---|---|',
    ...comparisons.map(({ name, nab, machines }) => {
      const { f1, falseAlarmRate, missedAlarmRate } = machines;
      const found = `${nab.detected} of ${nab.windows}`;
      const rows = `${f1.toFixed(2)} | ${percent(falseAlarmRate)} | ${percent(missedAlarmRate)}`;
      return `| ${name} | ${nab.score.toFixed(1)} | ${found} | ${nab.falsePositives} | ${rows} |`;
    }),
  ];
}
