/**
 * How deep inside its limit a value is, by which a recovery is told from the calm between two swings: pure. A depth is the distance
 * from the limit, in the unit of the sensor; those that are remembered are means over some minutes, since noise is not a dip.
 *
 * A worn machine is beyond a limit at full speed, and deep inside it at half, and has not recovered there. So depths are compared mode by mode,
 * where the machine has modes; and time in a mode in which it was not beyond does not show that it would not be in the one in which it
 * was.
 */
import type { Limit } from '../../../../shared/domain/limits.ts';

/** The key of depths while no mode is known. */
const noMode = '';

export interface Depth {
  /** The limit that was met last; null if none is known. */
  limit: Pick<Limit, 'side' | 'at'> | null;
  /** By mode: the deepest that it was before it returned; absent if it was not in it, or has not returned. */
  dips: ReadonlyMap<string, number>;
  /** By mode: the deepest that it is since it is away now. */
  deepest: ReadonlyMap<string, number>;
  /** Modes in which it was beyond for some minutes. */
  beyondIn: ReadonlySet<string>;
  /** How deep it is in the present mode; null while it is not away, or nobody looks. */
  level: Level | null;
  /** Since when it is far deeper than `dips` at each look; null if it is not. */
  clearSinceMs: number | null;
}

interface Level {
  mode: string;
  depth: number;
  atMs: number;
  /** The depth of some minutes ago, which the end of this mode cannot have changed yet, and its time. */
  before: number;
  beforeMs: number;
}

export const noDepth: Depth = {
  limit: null,
  dips: new Map(),
  deepest: new Map(),
  beyondIn: new Set(),
  level: null,
  clearSinceMs: null,
};

/** A value so many times as deep as ever before, for so long, has recovered. */
const clearTimes = 2;
const clearMsMin = 15 * 60_000;
/** Depths are means over about so long; it takes no longer until a new mode is known. */
const meanMs = clearMsMin / 3;
/** So many modes are told apart. */
const modesMax = 16;

/** The mode of a machine, by its number, and since when. */
export interface DepthMode {
  key: string;
  sinceMs: number;
}

export interface DepthLook {
  /** The limit that is met now, and since when; absent if none is. */
  limit: (Pick<Limit, 'side' | 'at'> & { sinceMs: number }) | undefined;
  /** It is back inside, and was at each reading since the last look. */
  isAway: boolean;
  /** Nobody has looked for long. */
  wasPaused: boolean;
  value: number | null;
  timeMs: number;
  /** Null if none is known. */
  mode: DepthMode | null;
}

export function deepened(before: Depth, { limit, isAway, wasPaused, value, timeMs, mode }: DepthLook): Depth {
  if (!isAway) {
    const known = limit ? { side: limit.side, at: limit.at } : before.limit;
    const beyondMs = limit && mode ? timeMs - Math.max(limit.sinceMs, mode.sinceMs) : 0;
    const { dips, beyondIn } = before;
    const isKnown = beyondIn.size >= modesMax || !mode || beyondIn.has(mode.key) || beyondMs < meanMs;
    return {
      ...{
        limit: known,
        dips: returned(before, dips),
        deepest: noDepth.deepest,
        level: null,
        clearSinceMs: null,
      },
      beyondIn: isKnown ? beyondIn : new Set([...beyondIn, mode.key]),
    };
  }
  if (value === null || before.limit === null) return before;
  const { side, at } = before.limit;
  const depth = side === 'high' ? at - value : value - at;
  const level = levelOf(wasPaused ? null : before.level, depth, mode?.key ?? noMode, timeMs);
  const isSteady =
    level.beforeMs !== before.level?.beforeMs && before.level?.mode === level.mode && !wasPaused;
  const dip = dipIn(before.dips, level.mode);
  const isClear = dip > 0 && depth >= clearTimes * dip;
  const sinceMs = wasPaused ? null : before.clearSinceMs;
  return {
    ...before,
    deepest: isSteady ? raised(before.deepest, level.mode, before.level!.before) : before.deepest,
    level,
    clearSinceMs: isClear ? Math.min(sinceMs ?? timeMs, timeMs) : null,
  };
}

/** True if it has been so deep for so long that this cannot be the calm between two swings. */
export function hasRecovered({ clearSinceMs }: Depth, timeMs: number): boolean {
  return clearSinceMs !== null && timeMs - clearSinceMs >= clearMsMin;
}

/** True in a mode in which it was never beyond, as far as is known, while it was in another one. */
export function isElsewhere({ beyondIn }: Depth, mode: DepthMode | null): boolean {
  return mode !== null && beyondIn.size > 0 && !beyondIn.has(mode.key);
}

function levelOf(before: Level | null, depth: number, mode: string, timeMs: number): Level {
  if (before?.mode !== mode || timeMs < before.atMs)
    return { mode, depth, atMs: timeMs, before: depth, beforeMs: timeMs };
  const now = depth + (before.depth - depth) * Math.exp((before.atMs - timeMs) / meanMs);
  const isOld = timeMs - before.beforeMs >= meanMs;
  const steady = isOld
    ? { before: now, beforeMs: timeMs }
    : { before: before.before, beforeMs: before.beforeMs };
  return { mode, depth: now, atMs: timeMs, ...steady };
}

/** The dips, with the depths of the time away that ends now. */
function returned({ deepest, level }: Depth, dips: Depth['dips']): Depth['dips'] {
  let all = dips;
  for (const [mode, depth] of deepest) all = raised(all, mode, depth);
  return level ? raised(all, level.mode, Math.max(level.depth, level.before)) : all;
}

function raised(depths: Depth['dips'], mode: string, depth: number): Depth['dips'] {
  const known = depths.get(mode);
  if ((known !== undefined && depth <= known) || (known === undefined && depths.size >= modesMax))
    return depths;
  return new Map([...depths, [mode, Math.max(0, depth)]]);
}

/** The dip to compare with: what was seen while no mode was known may be of any mode. */
function dipIn(dips: Depth['dips'], mode: string): number {
  if (mode === noMode) return Math.max(0, ...dips.values());
  return dips.get(mode) ?? dips.get(noMode) ?? 0;
}
