import { candidates } from './baselines.ts';
import { type NabResult, nabScore, probationRows } from './nab-score.ts';
import { type RowMetrics, rowMetrics } from './row-metrics.ts';
import type { Series } from './series.ts';

export interface Comparison {
  name: string;
  /** One sensor: as the Numenta benchmark scores. */
  nab: NabResult;
  /** Several sensors: by rows, at the threshold that warm-up gives (its highest score), or 0.5 for the detector. */
  machines: RowMetrics;
}

const machineWarmUpRows = 400;
/** Rows of the warm-up whose scores are no guide yet. */
const settlingRows = 100;
/** Share of warm-up rows that a baseline's threshold lets be flagged. */
const flaggedShare = 0.01;

/** A baseline's scores mean nothing by themselves: its threshold is the 99th percentile of normal rows. */
function relativeScores(scores: Float64Array): Float64Array {
  const normal = scores.slice(settlingRows, machineWarmUpRows).sort();
  const limit = normal[Math.floor((1 - flaggedShare) * normal.length)]!;
  return scores.map((score) => (score > limit ? 1 : 0));
}

/** Every candidate on the same series: those of one sensor, and machines of several. */
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

/** As a Markdown table. */
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
