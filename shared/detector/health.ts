/**
 * A health index from how far a machine is from its normal, and, where that has a trend, how long until its end. The
 * history is 64 means of ever more rows each (when it is full, neighbours merge), so a life of any length fits.
 */
import {
  type DetectorNumbers,
  healthCountAt,
  healthFilledAt,
  healthSpanAt,
  healthSumAt,
} from './detector-layout.ts';
import { type RemainingRows, remainingRows } from './remaining-life.ts';
import { parameters } from './sensors/parameters.ts';

const { points, ratioAtHalf, fitShares } = parameters.health;

/** `ratio`: how far from normal over the farthest that is normal. 1 … 0; half at twice the limit. */
export function healthOf(ratio: number): number {
  return 1 / (1 + (ratio / ratioAtHalf) ** 2);
}

/**
 * Takes a row's ratio into the history: means of its logarithm, oldest first. Beside them, rows in a point, and in the
 * one that is under way.
 */
export function pushHealth({ layout, floats, doubles }: DetectorNumbers, ratio: number): void {
  doubles[healthSumAt]! += Math.log(Math.max(ratio, 1e-3));
  const count = ++doubles[healthCountAt]!;
  if (count < doubles[healthSpanAt]!) return;
  const means = layout.health;
  const filled = ++doubles[healthFilledAt]!;
  floats[means + filled - 1] = doubles[healthSumAt]! / count;
  doubles[healthSumAt] = 0;
  doubles[healthCountAt] = 0;
  if (filled < points) return;
  for (let i = 0; i < points / 2; i++)
    floats[means + i] = (floats[means + 2 * i]! + floats[means + 2 * i + 1]!) / 2;
  doubles[healthFilledAt] = points / 2;
  doubles[healthSpanAt]! *= 2;
}

/** See remaining-life.ts. */
export function remainingOf({ layout, floats, doubles }: DetectorNumbers): RemainingRows | null {
  const filled = doubles[healthFilledAt]!;
  const history = floats.subarray(layout.health, layout.health + filled);
  for (const share of fitShares) {
    const found = remainingRows(history, Math.floor(filled * share), doubles[healthSpanAt]!);
    if (found) return found;
  }
  return null;
}
