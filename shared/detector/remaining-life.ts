/**
 * From a trend to remaining life. Two things are not known: at what distance this machine will fail, and how the distance
 * will grow. The first is taken from a distribution over machines, given that this one has not failed yet; for the second,
 * the median follows the exponential through the newer history, and the 90 % quantile lies half-way (as a factor) to a
 * growth that does not accelerate any more.
 */
import { fitLine } from './line.ts';
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

/** Least of the history that a trend is fitted to. */
const pointsMin = 16;
const rowsMin = 50;

/** Rows until the end of life, from the newest row: 10 %, 50 % and 90 % quantiles. */
export interface RemainingRows {
  p10: number;
  p50: number;
  p90: number;
}

/**
 * `history`: means of log ratio over `span` rows each, oldest first; a trend is looked for in the `newest` of them. Null,
 * "unknown", where there is none, or none that ends within a horizon.
 */
export function remainingRows(history: Float32Array, newest: number, span: number): RemainingRows | null {
  if (newest < pointsMin || newest * span < rowsMin) return null;
  const first = history.length - newest;
  const recent = history.subarray(first);
  const line = fitLine(recent);
  if (line.now < Math.log(trendFromRatio) || line.slope < trendStdErrorsMin * line.slopeStd) return null;
  // What was as far once and came back may come back again; what flattens may have arrived.
  if (first > 0 && line.now < Math.max(...history.subarray(0, first)) + beyondEarlier) return null;
  if (fitLine(recent.subarray(newest - (newest >> 1))).slope < steadyShare * line.slope) return null;
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
 * How much log ratio can still grow: the quantile `share` over machines that have come to `now`. Ends are taken to be
 * log-logistic, whose quantiles are known in closed form also for machines that have come farther than nearly all.
 */
function untilEnd(now: number, share: number): number {
  const mean = Math.log(ratioAtEnd);
  const came = Math.exp((now - mean) / ratioAtEndScale);
  return Math.max(0, mean + ratioAtEndScale * Math.log((1 + came) / (1 - share) - 1) - now);
}
