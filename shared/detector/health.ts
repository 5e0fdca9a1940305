/**
 * A health index from how far a machine is from its normal, and, where that has a trend, how long until its end. The
 * history is 64 means of ever more rows each (when it is full, neighbours merge), so a life of any length fits.
 */
import { parameters } from './parameters.ts';

const {
  points,
  ratioAtEnd,
  ratioAtHalf,
  trendStdErrorsMin,
  fitShare,
  horizonShare,
  intervalStd,
  intervalFactorMin,
  trendFromRatio,
} = parameters.health;

/** Least of the history that a trend is fitted to. */
const pointsMin = 16;
const rowsMin = 80;

/** Rows until the end of life, from the newest row: 10 %, 50 % and 90 % quantiles. */
export interface RemainingRows {
  p10: number;
  p50: number;
  p90: number;
}

/** `ratio`: how far from normal over the farthest that is normal. 1 … 0; half at twice the limit. */
export function healthOf(ratio: number): number {
  return 1 / (1 + (ratio / ratioAtHalf) ** 2);
}

export class HealthHistory {
  /** Means of log ratio, oldest first. */
  readonly means = new Float32Array(points);
  filled = 0;
  /** Rows in a point, and in the one that is under way. */
  span = 1;
  count = 0;
  sum = 0;

  push(ratio: number): void {
    this.sum += Math.log(Math.max(ratio, 1e-3));
    if (++this.count < this.span) return;
    this.means[this.filled++] = this.sum / this.count;
    this.sum = 0;
    this.count = 0;
    if (this.filled < points) return;
    for (let i = 0; i < points / 2; i++) this.means[i] = (this.means[2 * i]! + this.means[2 * i + 1]!) / 2;
    this.filled = points / 2;
    this.span *= 2;
  }

  /**
   * Extrapolates the straight line through the newer part of the history (so an exponential growth of the distance) to
   * where life is taken to end. Null, "unknown", where there is no trend, or none that ends within a horizon.
   */
  remaining(): RemainingRows | null {
    const n = Math.floor(this.filled * fitShare);
    if (n < pointsMin || n * this.span < rowsMin) return null;
    const first = this.filled - n;
    const fit = fitLine(this.means.subarray(first, this.filled));
    if (fit.now < Math.log(trendFromRatio) || fit.slope < trendStdErrorsMin * fit.slopeStd) return null;
    const left = Math.log(ratioAtEnd) - fit.now;
    const horizon = horizonShare * this.filled * this.span;
    const rowsAt = (slope: number, distance: number) =>
      Math.max(0, slope <= 0 ? horizon : Math.min(horizon, (distance / slope) * this.span));
    const p50 = rowsAt(fit.slope, left);
    if (p50 >= horizon) return null;
    const early = rowsAt(fit.slope + intervalStd * fit.slopeStd, left - intervalStd * fit.noise);
    const late = rowsAt(fit.slope - intervalStd * fit.slopeStd, left + intervalStd * fit.noise);
    return {
      p10: Math.min(early, p50 / intervalFactorMin),
      p50,
      p90: Math.max(late, p50 * intervalFactorMin),
    };
  }
}

/** Least squares; `slopeStd` allows for residuals that resemble their neighbours (effective sample size). */
function fitLine(values: Float32Array): { slope: number; slopeStd: number; now: number; noise: number } {
  const n = values.length;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = (n * (n * n - 1)) / 12;
  const slope = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  let square = 0;
  let neighbours = 0;
  let before = 0;
  values.forEach((value, i) => {
    const residual = value - mean - slope * (i - middle);
    square += residual * residual;
    neighbours += residual * before;
    before = residual;
  });
  const likeness = square > 0 ? Math.min(0.9, Math.max(0, neighbours / square)) : 0;
  const noise = Math.sqrt(square / Math.max(1, n - 2));
  const slopeStd = Math.sqrt(((noise * noise) / spread) * ((1 + likeness) / (1 - likeness)));
  return { slope, slopeStd: Math.max(slopeStd, 1e-6), now: mean + slope * middle, noise };
}
