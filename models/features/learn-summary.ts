import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import { FeaturePath } from '../../shared/model/feature-path.ts';
import type { Features } from '../../shared/model/features.ts';
import { type Summary, type SummarySpans, summaryWidth } from '../../shared/model/summary.ts';
import type { Run } from '../data/dataset.ts';
import { cutWindow, prepareRun } from '../data/prepared-runs.ts';
import { include, noMoments, shortened, stdOf } from './moments.ts';

/** Number of windows per run from which the moments of summaries are learnt. */
const summariesPerRun = 50;

/**
 * Learns mean and standard deviation of each feature of a summary over windows spread evenly over each run;
 * every run has the same weight.
 */
export function learnSummary(
  runs: readonly Run[],
  type: MachineType,
  features: Features,
  spans: SummarySpans,
): Summary {
  const width = summaryWidth(spans, features.channels.length);
  const plain = { ...spans, mean: Array<number>(width).fill(0), std: Array<number>(width).fill(1) };
  const rowsMin = windowRowsMin(type);
  const path = new FeaturePath({
    features: { ...features, summary: plain },
    inputs: type.sensors.length,
    windowRows: type.windowRows,
    windowRowsMin: rowsMin,
  });
  const moments = plain.mean.map(noMoments);
  const one = new Float32Array(width);
  for (const run of runs) {
    const prepared = prepareRun(path, run);
    const first = Math.min(run.rows - 1, prepared.firstRow + rowsMin - 1);
    for (let i = 0; i < summariesPerRun; i++) {
      const share = (i + 0.5) / summariesPerRun;
      cutWindow(path, prepared, first + Math.floor(share * (run.rows - first)), one, 0);
      one.forEach((value, at) => {
        include(moments[at]!, value);
      });
    }
  }
  return {
    ...spans,
    mean: moments.map(({ mean }) => shortened(mean)),
    std: moments.map((moment) => shortened(stdOf(moment))),
  };
}
