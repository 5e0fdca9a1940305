/**
 * Damping of limits, of each sensor by itself: a temperature that comes and goes neither holds back the end of a vibration nor
 * counts as its return. What is back inside and waits for its end stays among the limits that are met, and is marked.
 *
 * A value that swings about its limit stays near it. One that is for a while far deeper inside than it ever was before it returned
 * has recovered, and ends without waiting longer (depth.ts). Time in a mode of the machine in which it never was beyond is not time
 * away, for a week at most.
 */
import type { PassedLimit } from '../../../ports/decision.ts';
import {
  type Damping,
  type DampingLimits,
  damp,
  holdMsOf,
  isForgotten,
  isWaiting,
  levelOf,
  pausedMs,
  toldNow,
  undamped,
} from './damping.ts';
import { type Depth, type DepthMode, deepened, hasRecovered, isElsewhere, noDepth } from './depth.ts';
import type { Away, MetLimit } from './limit-track.ts';

/** An alarm is told again after half a day: it is another shift by then. */
const calmMs = 12 * 3_600_000;

/** The damping of one sensor, and how deep inside its limit it has been. */
export interface DampedLimit extends Damping {
  depth: Depth;
}

export interface LimitDampingInput {
  /** The limits that are met by what is known now, and those of the last decision, with what waits. */
  met: readonly MetLimit[];
  before: readonly MetLimit[];
  /** Limits that were met and are back since the last decision. */
  passed: readonly PassedLimit[];
  timeMs: number;
  limits: DampingLimits;
  /** Sensors for which nothing waits, because a person has changed what is watched for. */
  isByPerson(sensor: string): boolean;
  /** The newest value of a sensor; null if there is none. */
  latestOf(sensor: string): number | null;
  /** The mode that the machine is in, by other sensors than this one; null if none is known. */
  modeFor(sensor: string): DepthMode | null;
}

export interface LimitDampingResult {
  met: MetLimit[];
  /** Sensors that have ended not longer ago than they would have to be away. */
  recent: string[];
  /** Limits that have passed and belong to no sensor that is open: nobody was told. */
  passed: PassedLimit[];
  /**
   * Episodes of which nobody was told, and that the alert of their sensor is to say beside what it says of now: they were worse, or over before
   * it began.
   */
  beside: PassedLimit[];
  /** Sensors that have come back with this decision. */
  returned: { sensor: string; returns: number; holdMs: number }[];
  /** Something has changed that a restart must not forget. */
  isNews: boolean;
}

/** Steps the damping of each sensor, in place. */
export function dampLimits(
  damped: Map<string, DampedLimit>,
  { met, before, passed, timeMs, limits, isByPerson, latestOf, modeFor }: LimitDampingInput,
): LimitDampingResult {
  const result: LimitDampingResult = {
    met: [],
    recent: [],
    passed: [],
    beside: [],
    returned: [],
    isNews: false,
  };
  if (met.length === 0 && damped.size === 0 && passed.length === 0) return result;
  const names = [...met, ...passed].map(({ sensor }) => sensor);
  for (const sensor of new Set([...names, ...damped.keys()])) {
    const found = met.find((each) => each.sensor === sensor);
    const old = damped.get(sensor) ?? startOf(before, sensor);
    // Nothing is known of it yet, as after a restart: it goes on waiting.
    if (found?.away) {
      result.met.push({ ...found, away: awayOf(old, limits) });
      continue;
    }
    const all = episodesIn(
      passed.filter((each) => !(each.isAgain && each.untilMs <= old.fellMs)),
      sensor,
    );
    const episodes = all.filter(isAfter(old, beganMs(before, sensor)));
    const wanted = levelOf(found?.severity ?? null);
    const value = found?.value ?? latestOf(sensor);
    const isAway = wanted === 0 && episodes.length === 0;
    const wasPaused = pausedMs(old, timeMs, limits) > 0;
    const mode = modeFor(sensor);
    const depth = deepened(old.depth, { limit: found, isAway, wasPaused, value, timeMs, mode });
    const isOverNow = isByPerson(sensor) || (isAway && hasRecovered(depth, timeMs));
    const isElse = isAway && isElsewhere(depth, mode) && timeMs - clockOf(old) < limits.returnMs;
    const mine: DampingLimits = { ...limits, calmMs, ...(isOverNow && { holdMs: 0 }) };
    if (isElse) mine.pausedMs = timeMs - old.lookedMs;
    const now = { ...stepped(old, episodes, found, timeMs, mine), depth };
    // Nobody was told while it lasted, however often that was: it is told as over.
    const state = old.told === 0 && wanted === 0 && episodes.length > 0 ? { ...now, ...toldNow(now) } : now;
    result.isNews ||= state.wanted !== old.wanted || state.told !== old.told || episodes.length > 0;
    if (state.returns > old.returns && state.told > 0)
      result.returned.push({ sensor, returns: state.returns, holdMs: holdMsOf(state, limits) });
    const isOver = isForgotten(state, timeMs, limits) || (state.told === 0 && isByPerson(sensor));
    if (isOver) damped.delete(sensor);
    else damped.set(sensor, state);
    if (state.told === 0) {
      if (old.told === 0) result.passed.push(...all);
      if (timeMs - state.fellMs <= Math.max(limits.holdMs, holdMsOf(state, limits)))
        result.recent.push(sensor);
      continue;
    }
    const isOverBefore = ({ untilMs }: PassedLimit) => old.told === 0 && found && untilMs < found.sinceMs;
    const isWorse = ({ severity }: PassedLimit) => levelOf(severity) > Math.max(state.told, old.told);
    result.beside.push(...all.filter((one) => isWorse(one) || isOverBefore(one)));
    if (found && !isWaiting(state)) {
      result.met.push(found);
      continue;
    }
    const known = before.filter((each) => each.sensor === sensor);
    const last = [...known, ...episodes.map(metOf)].find(({ severity }) => levelOf(severity) >= state.told);
    const severity = state.told === 2 ? 'critical' : 'warning';
    if (last) result.met.push({ ...last, severity, value, away: awayOf(state, limits) });
    else damped.delete(sensor);
  }
  return result;
}

/**
 * Chooses the episodes that come after what is known: one that was over before what is told began, or began before its end, as of a
 * clock that was put back or of readings that came late, is neither its end nor a return of it.
 */
function isAfter({ told, fellMs }: Damping, sinceMs: number) {
  return (one: PassedLimit) => (told > 0 ? one.untilMs >= sinceMs : one.sinceMs >= fellMs);
}

/** Since when it has been away, with the time in which nobody looked. */
const clockOf = ({ awayFromMs, lowerSinceMs }: Damping): number => awayFromMs ?? lowerSinceMs;

/** Since when a limit that is told has been met; -Infinity if none is. */
function beganMs(before: readonly MetLimit[], sensor: string): number {
  return before.find((each) => each.sensor === sensor)?.sinceMs ?? Number.NEGATIVE_INFINITY;
}

/** An open limit of which nothing is known here was open before damping began. */
function startOf(before: readonly MetLimit[], sensor: string): DampedLimit {
  const told = levelOf(before.find((each) => each.sensor === sensor)?.severity ?? null);
  return { ...undamped, told, wanted: told, depth: noDepth };
}

function stepped(
  old: Damping,
  episodes: readonly PassedLimit[],
  met: MetLimit | undefined,
  timeMs: number,
  limits: DampingLimits,
): Damping {
  let state = old;
  const wanted = levelOf(met?.severity ?? null);
  for (const { severity, sinceMs, untilMs } of episodes) {
    const level = levelOf(severity);
    // A limit that passed may have been an alarm while a warning went on.
    const goesOn = met !== undefined && met.sinceMs <= untilMs;
    const under = (goesOn ? Math.min(wanted, level) : 0) as Damping['wanted'];
    state = damp(state, Math.max(level, state.wanted) as Damping['wanted'], sinceMs, limits);
    state = damp(state, under, untilMs, limits);
  }
  return damp(state, wanted, timeMs, limits);
}

function awayOf(state: Damping, limits: DampingLimits): Away {
  const { lowerSinceMs: sinceMs, returns } = state;
  return { sinceMs, endsMs: sinceMs + holdMsOf(state, limits), returns };
}

/** The episodes that a sensor has passed, in their order; a warning and the alarm within it are one. */
function episodesIn(passed: readonly PassedLimit[], sensor: string): PassedLimit[] {
  const mine = passed.filter((each) => each.sensor === sensor).sort((a, b) => a.sinceMs - b.sinceMs);
  const episodes: PassedLimit[] = [];
  for (const each of mine) {
    const last = episodes.at(-1);
    if (!last || each.sinceMs > last.untilMs) {
      episodes.push(each);
      continue;
    }
    const worst = each.severity === 'critical' ? each : last;
    const { sinceMs } = last;
    episodes[episodes.length - 1] = { ...worst, sinceMs, untilMs: Math.max(last.untilMs, each.untilMs) };
  }
  return episodes;
}

const metOf = ({ untilMs: _, ...limit }: PassedLimit): MetLimit => limit;
