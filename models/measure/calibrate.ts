/**
 * Conformal calibration of the interval (conformalised quantile regression, Romano et al., 2019),
 * cross-conformal: each estimate comes from ensemble members that were not trained on the machine. Several
 * regimes of predicted life are calibrated separately, because the size and distribution of errors differ
 * near the cap and near the end of life.
 */
import type { IntervalCalibration } from '../../shared/model/interval.ts';
import { type Cut, remainingAt } from '../data/dataset.ts';

/** Share of labels that p10 … p90 should contain. */
const coverageMeant = 0.8;
const regimesMax = 8;
/** Smallest number of estimates in a regime. */
const answersMin = 60;

/**
 * Calibrates an interval. Every machine must have the same number of cuts.
 * @param raw p10, p50 and p90 at each cut as the networks gave them, in units of the cap
 */
export function calibrateInterval(cuts: readonly Cut[], raw: Float32Array, cap: number): IntervalCalibration {
  const p50 = (i: number) => Math.min(cap, Math.max(0, raw[3 * i + 1]! * cap));
  const order = cuts.map((_, i) => i).sort((a, b) => p50(a) - p50(b));
  const regimes = Math.max(1, Math.min(regimesMax, Math.floor(order.length / answersMin)));
  const calibration: IntervalCalibration = { at: [], p10Shift: [], p90Shift: [] };
  for (let regime = 0; regime < regimes; regime++) {
    const part = order.slice(
      Math.floor((regime * order.length) / regimes),
      Math.floor(((regime + 1) * order.length) / regimes),
    );
    const knot = part.reduce((sum, i) => sum + p50(i), 0) / part.length;
    if (calibration.at.length > 0 && knot < calibration.at.at(-1)! + 1) continue;
    const { p10Shift, p90Shift } = shiftsOf(part, cuts, raw, cap);
    calibration.at.push(Number(knot.toPrecision(6)));
    calibration.p10Shift.push(Number(p10Shift.toPrecision(6)));
    calibration.p90Shift.push(Number(p90Shift.toPrecision(6)));
  }
  return calibration;
}

/**
 * Moves p90 until a tenth of the labels lies above it. Close to the cap no label can lie above, so p10
 * excludes what p90 does not: together they exclude a fifth.
 */
function shiftsOf(part: readonly number[], cuts: readonly Cut[], raw: Float32Array, cap: number) {
  const label = (i: number) => remainingAt(cuts[i]!.run, cuts[i]!.endRow, cap);
  const outside = 1 - coverageMeant;
  const above = part.map((i) => label(i) - raw[3 * i + 2]! * cap);
  const p90Shift = quantile(above, 1 - outside / 2);
  const missed = part.filter((i) => label(i) > Math.min(cap, raw[3 * i + 2]! * cap + p90Shift)).length;
  const left = Math.max(0, outside - missed / part.length);
  const below = part.map((i) => label(i) - raw[3 * i]! * cap);
  return { p90Shift, p10Shift: quantile(below, left) };
}

/** Interpolates linearly between the sorted values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
