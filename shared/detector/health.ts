/**
 * A health index from the distance to normal and, if that has a trend, the remaining life. The history consists of 64
 * means, each over the same number of rows; when it is full, neighbours are merged, so a life of any length fits.
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

/** Health from `ratio`, the distance over its limit: 1 … 0, and one half at twice the limit. */
export function healthOf(ratio: number): number {
  return 1 / (1 + (ratio / ratioAtHalf) ** 2);
}

/**
 * Adds a row's ratio to the history, which holds means of its logarithm, oldest first. The layout also keeps the number
 * of rows per point, and of rows in the current point.
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

/** Returns the remaining life by the trend in the history; see remaining-life.ts. */
export function remainingOf({ layout, floats, doubles }: DetectorNumbers): RemainingRows | null {
  const filled = doubles[healthFilledAt]!;
  const history = floats.subarray(layout.health, layout.health + filled);
  for (const share of fitShares) {
    const found = remainingRows(history, Math.floor(filled * share), doubles[healthSpanAt]!);
    if (found) return found;
  }
  return null;
}
