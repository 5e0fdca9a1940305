/**
 * How deep inside its limit a value is, by which a recovery is told from the calm between two swings: pure. A depth is the distance
 * from the limit, in the unit of the sensor.
 */
import type { Limit } from '../../../../shared/domain/limits.ts';

export interface Depth {
  /** The limit that was met last; null if none is known. */
  limit: Pick<Limit, 'side' | 'at'> | null;
  /** The deepest that it was before it returned; 0 if it has not, or that is not known. */
  dip: number;
  /** The deepest that it is since it is away now. */
  deepest: number;
  /** Since when it is far deeper than `dip` at each look; null if it is not. */
  clearSinceMs: number | null;
}

export const noDepth: Depth = { limit: null, dip: 0, deepest: 0, clearSinceMs: null };

/** A value so many times as deep as ever before, for so long, has recovered. */
const clearTimes = 2;
const clearMsMin = 15 * 60_000;

export interface DepthLook {
  /** The limit that is met now; absent if none is. */
  limit: Pick<Limit, 'side' | 'at'> | undefined;
  /** It is back inside, and was at each reading since the last look. */
  isAway: boolean;
  /** Nobody has looked for long. */
  wasPaused: boolean;
  value: number | null;
  timeMs: number;
}

export function deepened(before: Depth, { limit, isAway, wasPaused, value, timeMs }: DepthLook): Depth {
  const { dip, deepest } = before;
  if (!isAway) {
    const known = limit ? { side: limit.side, at: limit.at } : before.limit;
    return { limit: known, dip: Math.max(dip, deepest), deepest: 0, clearSinceMs: null };
  }
  if (value === null || before.limit === null) return before;
  const { side, at } = before.limit;
  const depth = side === 'high' ? at - value : value - at;
  const isClear = dip > 0 && depth >= clearTimes * dip;
  const sinceMs = wasPaused ? null : before.clearSinceMs;
  return {
    ...before,
    deepest: Math.max(deepest, depth),
    clearSinceMs: isClear ? Math.min(sinceMs ?? timeMs, timeMs) : null,
  };
}

/** True if it has been so deep for so long that this cannot be the calm between two swings. */
export function hasRecovered({ clearSinceMs }: Depth, timeMs: number): boolean {
  return clearSinceMs !== null && timeMs - clearSinceMs >= clearMsMin;
}
