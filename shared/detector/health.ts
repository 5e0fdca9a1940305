/**
 * A health index from how far a machine is from its normal, and, where that has a trend, how long until its end. The
 * history is 64 means of ever more rows each (when it is full, neighbours merge), so a life of any length fits.
 */
import { parameters } from './parameters.ts';
import { type RemainingRows, remainingRows } from './remaining-life.ts';

const { points, ratioAtHalf, fitShares } = parameters.health;

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

  /** See remaining-life.ts. */
  remaining(): RemainingRows | null {
    const history = this.means.subarray(0, this.filled);
    for (const share of fitShares) {
      const found = remainingRows(history, Math.floor(this.filled * share), this.span);
      if (found) return found;
    }
    return null;
  }
}
