/**
 * Damping of one cause of an alert: pure, so that it can be tested by properties. What opens, ends and opens again chatters,
 * and IEC 62682 names the means: delays, a dead band, and (here) a delay to end that grows with each return.
 *
 *     the cause rises                           it is told at once
 *     it falls, and never did before            it is told at once
 *     it rises again soon after                 that is a return, which is counted; one fall has one return
 *     it falls after returns                    it is told when it has not risen for hold · 2^(returns − 1), or for up to four
 *                                               times as long as it was ever away before it returned, whichever is longer
 *
 * So a radio that is lost for an hour now and then is one episode, and so is wear that is beyond a limit in the hottest hour of each
 * day: it is away for 23 hours, returns, and must then be away for more than a day. How much of such a long time counts grows with
 * the returns too, because two events in a week may have nothing to do with each other.
 *
 * Of limits, what was critical counts as a warning once it has been away for half a day, so that an alarm on a later day is told.
 *
 * A level is 0 (nothing), 1 (warning) or 2 (critical), so that a severity that goes to and fro is damped like an alert that
 * does. Time is that of what is judged: readings, or the gateway's for silence. While there are none, as of a machine that rests over the
 * weekend, nobody knows whether the cause is away.
 */
import type { Severity } from './alert-state.ts';
import type { CauseStep } from './causes.ts';

export interface DampingLimits {
  /** A rise so soon after a fall was told is a return, ms. */
  returnMs: number;
  /** How long a cause that has returned once must be away before that is told, ms; 0: at once, however often it returns. */
  holdMs: number;
  holdMsMax: number;
  /** How much of the time since the last decision nobody looked, ms. Absent: that is not known. */
  pausedMs?: number;
  /** Then a longer time between two decisions counts as this, ms. Absent: there is no limit. */
  pauseMsMax?: number;
  /** For how long a cause that falls now has been away already, ms; absent: it is away from now on. */
  quietMs?: number;
  /** A critical cause that has been away for so long counts as a warning while its end waits, ms. Absent: it stays critical. */
  calmMs?: number;
}

export type Level = 0 | 1 | 2;

export interface Damping {
  /** The level that was told last, and the one of the cause. */
  told: Level;
  wanted: Level;
  returns: number;
  /** Since when the cause is lower than what was told. */
  lowerSinceMs: number;
  /** The same with the time in which nobody looked; absent: not known. */
  awayFromMs?: number;
  /** When a fall was told last. */
  fellMs: number;
  /** The longest time, ms, for which it was away before it returned, told or not; 0 if that is not known. */
  awayMs: number;
  /** The time of the last decision while it is lower than what was told. */
  lookedMs: number;
}

/**
 * The damping of one cause, and the step to a level that is not told yet. What is unusual in one sensor neither holds back the end of
 * what was unusual in another one nor counts as its return, so each sensor that shows the cause is damped by itself.
 */
export interface DampedCause {
  /** The damping of the sensor that decides what is told of the cause. */
  state: Damping;
  waiting: (CauseStep & { reasons: string[] }) | null;
  /** By sensor; by '' where nobody says which one shows it. Empty: only `state` is known. */
  readonly sensors: Map<string, Damping>;
  /** The sensors that have shown it since it began. */
  readonly now: Set<string>;
}

export const undamped: Damping = {
  told: 0,
  wanted: 0,
  returns: 0,
  lowerSinceMs: Number.POSITIVE_INFINITY,
  fellMs: Number.NEGATIVE_INFINITY,
  awayMs: 0,
  lookedMs: Number.POSITIVE_INFINITY,
};

/** It must be away for four times as long as it ever was before it returned; of a long time, for this much longer at most. */
const awayTimes = 4;
const longerMsMax = 12 * 3_600_000;
/** But after its first return not for longer than this. */
const firstAwayMsMax = 36 * 3_600_000;
/** After each further return this is so many times as long. */
const awayGrowth = 3;

export const levelOf = (severity: Severity | null): Level =>
  severity === null ? 0 : severity === 'warning' ? 1 : 2;

/** How long a cause that has returned must be away. */
export function holdMsOf(
  { returns, awayMs }: Pick<Damping, 'returns' | 'awayMs'>,
  { holdMs, holdMsMax }: DampingLimits,
): number {
  if (returns === 0 || holdMs === 0) return 0;
  const longerMs = Math.min((awayTimes - 1) * awayMs, longerMsMax);
  const asBeforeMs = Math.min(awayMs + longerMs, firstAwayMsMax * awayGrowth ** (returns - 1));
  return Math.min(holdMsMax, Math.max(holdMs * 2 ** (returns - 1), asBeforeMs));
}

/** Applies that the cause is now at `wanted`. What is told has changed if `told` has. */
export function damp(before: Damping, wanted: Level, timeMs: number, limits: DampingLimits): Damping {
  const { told } = before;
  if (wanted >= told) return rise(before, wanted, timeMs, limits);
  // A clock that goes back begins the time anew.
  const isLower = isWaiting(before) && before.lowerSinceMs <= timeMs;
  const fallsMs = timeMs - (wanted === 0 ? (limits.quietMs ?? 0) : 0);
  const lowerSinceMs = isLower ? before.lowerSinceMs + pausedMs(before, timeMs, limits) : fallsMs;
  if (timeMs - lowerSinceMs < holdMsOf(before, limits)) {
    const awayFromMs = isLower ? (before.awayFromMs ?? before.lowerSinceMs) : fallsMs;
    // By the clock: a machine that runs for one shift a day is away for half a day when the next one begins.
    const isCalm = told === 2 && wanted === 0 && timeMs - awayFromMs >= (limits.calmMs ?? Infinity);
    return { ...before, told: isCalm ? 1 : told, wanted, lowerSinceMs, awayFromMs, lookedMs: timeMs };
  }
  return { ...before, told: wanted, wanted, lowerSinceMs: Number.POSITIVE_INFINITY, fellMs: timeMs };
}

/** How much of the time since the last decision nobody looked, so that it does not count. */
export function pausedMs(
  { lookedMs }: Pick<Damping, 'lookedMs'>,
  timeMs: number,
  { pausedMs: known, pauseMsMax = Number.POSITIVE_INFINITY }: DampingLimits,
): number {
  const sinceMs = timeMs - lookedMs;
  return Math.max(0, Math.min(known ?? sinceMs - pauseMsMax, sinceMs));
}

function rise(before: Damping, wanted: Level, timeMs: number, limits: DampingLimits): Damping {
  // A clock that goes back says nothing about how long it was away.
  const lowerMs = isWaiting(before) ? timeMs - before.lowerSinceMs - pausedMs(before, timeMs, limits) : 0;
  const awayMs = Math.max(before.awayMs, lowerMs);
  const same = { ...before, awayMs, wanted, lowerSinceMs: Number.POSITIVE_INFINITY };
  if (wanted === before.told) return same;
  const risen = { ...same, told: wanted, fellMs: Number.NEGATIVE_INFINITY };
  // A warning that becomes critical has returned from nothing.
  if (before.fellMs === Number.NEGATIVE_INFINITY) return risen;
  const sinceMs = Math.abs(timeMs - before.fellMs);
  const heldMs = holdMsOf(before, limits);
  if (sinceMs > returnMsOf(before, limits)) return { ...risen, returns: 0, awayMs: 0 };
  return { ...risen, returns: before.returns + 1, awayMs: Math.max(awayMs, heldMs + sinceMs) };
}

/** A rise so soon after a fall was told is a return: a cause that had to be away for long may take as long to return. */
function returnMsOf(state: Damping, limits: DampingLimits): number {
  return Math.max(limits.returnMs, 2 * holdMsOf(state, limits));
}

/** True if it has been away for so long that it would count as new. */
export function isForgotten(state: Damping, timeMs: number, limits: DampingLimits): boolean {
  return state.told === 0 && Math.abs(timeMs - state.fellMs) > returnMsOf(state, limits);
}

/** True if it is lower than what was told, and waits for its end to be told. */
export const isWaiting = ({ told, wanted }: Pick<Damping, 'told' | 'wanted'>): boolean => wanted < told;

/** As if the time had passed for which it waits. */
export function toldNow(state: Damping): Damping {
  if (!isWaiting(state)) return state;
  const { wanted, lookedMs } = state;
  return { ...state, told: wanted, lowerSinceMs: Number.POSITIVE_INFINITY, fellMs: lookedMs };
}

export const dampedCause = (state: Damping, waiting: DampedCause['waiting'] = null): DampedCause => ({
  ...{ state, waiting },
  sensors: new Map(),
  now: new Set(),
});

/** Applies, in place, that a cause is at `wanted` now, as `sensor` shows. Returns the sensors that have returned. */
export function dampCause(
  cause: DampedCause,
  wanted: Level,
  { sensor, timeMs, limits }: { sensor: string; timeMs: number; limits: DampingLimits },
): string[] {
  const { sensors, now, state: before } = cause;
  const goesOn = before.wanted > 0 && ![...sensors.values()].some((each) => each.wanted > 0);
  // Nobody knows which sensor showed a cause that was restored: the one that shows it now.
  if (goesOn) {
    const { told, wanted: lasts } = before;
    now.add(sensor);
    for (const each of now) sensors.set(each, { ...(sensors.get(each) ?? before), told, wanted: lasts });
  } else if (sensors.size === 0) sensors.set(before.told > 0 ? '' : sensor, before);
  if (wanted > 0) now.add(sensor);
  const returned: string[] = [];
  for (const each of new Set([...sensors.keys(), ...now])) {
    const old = sensors.get(each) ?? undamped;
    const state = damp(old, now.has(each) ? wanted : old.wanted, timeMs, limits);
    if (state.returns > old.returns) returned.push(each);
    if (isForgotten(state, timeMs, limits)) sensors.delete(each);
    else sensors.set(each, state);
  }
  if (wanted === 0) now.clear();
  cause.state = jointOf([...sensors.values()], limits) ?? undamped;
  return returned;
}

/** The state of the sensor by which a cause is told, or will be over last. */
function jointOf(states: readonly Damping[], limits: DampingLimits): Damping | null {
  const most = (of: (each: Damping) => number) => Math.max(...states.map(of));
  const told = most((each) => each.told) as Level;
  const wanted = most((each) => each.wanted) as Level;
  const endsMs = (each: Damping) =>
    !isWaiting(each) ? Infinity : each.lowerSinceMs + holdMsOf(each, limits);
  const laterMs = (each: Damping) => (told === 0 ? each.fellMs : endsMs(each));
  const [last] = states.filter((each) => each.told === told).sort((a, b) => laterMs(b) - laterMs(a) || 0);
  return last ? { ...last, wanted } : null;
}

/** As if the time had passed for which it waits, for each of its sensors. */
export function endWaiting({ state, sensors, now }: DampedCause): DampedCause {
  const ended = [...sensors].map(([sensor, each]) => [sensor, toldNow(each)] as const);
  return { state: toldNow(state), waiting: null, sensors: new Map(ended), now };
}
