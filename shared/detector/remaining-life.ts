/**
 * Extrapolates a trend to remaining life. Two things are unknown: at which distance this machine will fail, and how the
 * distance will grow. The first comes from a distribution over machines, conditional on this one not having failed yet.
 * For the second, the median follows the exponential through the newer history, and the 90 % quantile lies half-way (as
 * a factor) to growth that no longer accelerates.
 */
import { fitDirection, withError } from './line.ts';
import { parameters } from './sensors/parameters.ts';

const {
  ratioAtEnd,
  ratioAtEndScale,
  trendStdErrorsMin,
  trendFromRatio,
  beyondEarlier,
  steadyShare,
  horizonShare,
  intervalStd,
  slopeShareMin,
} = parameters.health;

/** Minimum points and rows of history to which a trend is fitted. */
const pointsMin = 16;
const rowsMin = 50;

/** Quantiles (10 %, 50 % and 90 %) of the rows until the end of life, counted from the newest row. */
export interface RemainingRows {
  p10: number;
  p50: number;
  p90: number;
}

/**
 * Estimates remaining life. `history` holds means of the log ratio over `span` rows each, oldest first; the trend is
 * fitted to its `newest` points. Returns null ("unknown") if there is no trend, or none that ends within the horizon.
 */
export function remainingRows(history: Float32Array, newest: number, span: number): RemainingRows | null {
  if (newest < pointsMin || newest * span < rowsMin) return null;
  const first = history.length - newest;
  const recent = history.subarray(first);
  const direction = fitDirection(recent);
  // Nearly always this is the answer, so the error of the slope is not computed before.
  if (direction.now < Math.log(trendFromRatio)) return null;
  const line = withError(recent, direction);
  if (line.slope < trendStdErrorsMin * line.slopeStd) return null;
  // A distance that was reached before and receded may recede again, and a trend that flattens may have ended.
  if (first > 0 && line.now < Math.max(...history.subarray(0, first)) + beyondEarlier) return null;
  if (fitDirection(recent.subarray(newest - (newest >> 1))).slope < steadyShare * line.slope) return null;
  const slope = line.slope / span;
  const slopeError = (intervalStd * line.slopeStd) / span;
  const p50 = untilEnd(line.now, 0.5) / slope;
  if (p50 >= horizonShare * history.length * span) return null;
  const slow = Math.max(slope - slopeError, slopeShareMin * slope);
  const far = untilEnd(line.now, 0.9);
  return {
    p10: Math.min(p50, untilEnd(line.now, 0.1) / (slope + slopeError)),
    p50,
    p90: Math.max(p50, Math.sqrt(far * Math.expm1(far)) / slow),
  };
}

/**
 * The quantile `share` of the further growth of the log ratio, over machines that have reached `now`. Ends are assumed
 * to be log-logistic, whose conditional quantiles have a closed form even for machines farther than nearly all others.
 */
function untilEnd(now: number, share: number): number {
  const mean = Math.log(ratioAtEnd);
  const came = Math.exp((now - mean) / ratioAtEndScale);
  return Math.max(0, mean + ratioAtEndScale * Math.log((1 + came) / (1 - share) - 1) - now);
}
