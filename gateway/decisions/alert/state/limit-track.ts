/**
 * The limits of one machine as a cause of an alert: pure, so that it can be tested by properties. The delays of each
 * limit are gateway/watch/limits; here their findings become one cause for all sensors, whose severity rises and falls
 * with them.
 *
 * A limit about which nothing is known yet, as after a restart, stays what it was: the start of a gateway neither ends an
 * alert nor opens it a second time.
 */
import type { Limit } from '../../../../shared/domain/limits.ts';
import type { LimitState } from '../../../ports/decision.ts';
import type { Change, Hold, Severity, UpdateLimits } from './alert-state.ts';

/** A limit that is met, for the words about it. */
export interface MetLimit extends Pick<Limit, 'side' | 'severity' | 'at'> {
  sensor: string;
  value: number | null;
  sinceMs: number;
  /** Since when its value is back, which has not lasted long enough yet, or only waits for its end. */
  backMs?: number;
  /** It is back inside, but has come back before: its end waits to be told. */
  away?: Away;
}

/** How long a limit has been back inside, when that counts as its end, and how often it has come back before. */
export interface Away {
  sinceMs: number;
  endsMs: number;
  returns: number;
}

export interface LimitTrack {
  /** The worst first; empty while no limit is met. */
  met: readonly MetLimit[];
  /** The last message; null while no alert is open for a limit. */
  told: ToldLimits | null;
  /** After a failure or a replacement; see alert-state.ts. */
  held: Hold | null;
}

export interface ToldLimits {
  severity: Severity;
  /** All that were named, and those of them that were told to be critical. */
  sensors: readonly string[];
  critical: readonly string[];
  sentMs: number;
}

export interface DampedLimits {
  met: readonly MetLimit[];
  recent: readonly string[];
}

export const noLimits: LimitTrack = { met: [], told: null, held: null };

export function heldLimits(held: Hold): LimitTrack {
  return { ...noLimits, held };
}

/**
 * Applies the findings of one decision at `nowMs` (monotonic). @param hasNewLimits true if a person has changed limits of
 * the machine: an alert that goes on then says so at once @param damped adds what is back inside and waits for its end, and
 * says which sensors have ended so lately that they are not told again in the same alert
 */
export function stepLimits(
  before: LimitTrack,
  states: readonly LimitState[],
  limits: Pick<UpdateLimits, 'updateMsMin'>,
  nowMs: number,
  hasNewLimits = false,
  damped: (met: readonly MetLimit[]) => DampedLimits = (met) => ({
    met,
    recent: before.told?.sensors ?? [],
  }),
): { track: LimitTrack; change: Change | null } {
  const isReplaced = replacedMs(before) !== null;
  if (before.held && !isReplaced && !isOver(before.held, states))
    return { track: heldLimits(oneLess(before.held)), change: null };
  const held = before.held && isReplaced ? oneLess(before.held) : null;
  const { met: all, recent } = damped(metIn(before.met, ofNew(before, states)));
  const met = worstFirst(all);
  const { told } = before;
  const [worst] = met;
  if (worst === undefined)
    return told === null
      ? { track: nothingMet(held), change: null }
      : { track: nothingMet(held), change: { kind: 'resolved', severity: told.severity } };
  const { severity } = worst;
  const sensors = met.map(({ sensor }) => sensor);
  const critical = criticalOf(met);
  const isAway = met.every(({ away }) => away !== undefined);
  const kind =
    hasNewLimits && told?.severity === severity
      ? 'sensors'
      : changeOf(told, { severity, sensors, critical, isAway }, limits, nowMs);
  const known = {
    sensors: (told?.sensors ?? []).filter((each) => sensors.includes(each) || recent.includes(each)),
    critical: (told?.critical ?? []).filter((each) => critical.includes(each) || recent.includes(each)),
  };
  if (kind === null) return { track: { met, told: told && { ...told, ...known }, held }, change: null };
  const change: Change = kind === 'opened' ? { kind, severity } : { kind: 'updated', severity, why: kind };
  const now = {
    sensors: [...new Set([...known.sensors, ...sensors])],
    critical: [...new Set([...known.critical, ...critical])],
  };
  return { track: { met, told: { severity, ...now, sentMs: nowMs }, held }, change };
}

/** The sensors that are beyond a critical limit. */
export const criticalOf = (met: readonly MetLimit[]): string[] =>
  met.flatMap(({ sensor, severity }) => (severity === 'critical' ? [sensor] : []));

/**
 * Severity is told at once, also a fall, unless all that was met is back inside and only waits for its end. It is told of each sensor: one that becomes critical is news beside another that is, or that only waits for its end.
 * Further sensors are told, too, but not more often than other updates. A sensor that was told once is
 * not told again when it comes back soon into the same alert; that it is back inside is told with the end.
 */
function changeOf(
  told: LimitTrack['told'],
  { severity, sensors, critical, isAway }: Omit<ToldLimits, 'sentMs'> & { isAway: boolean },
  { updateMsMin }: Pick<UpdateLimits, 'updateMsMin'>,
  nowMs: number,
): 'opened' | 'severity' | 'away' | 'sensors' | null {
  if (told === null) return 'opened';
  if (told.severity !== severity) return isAway && severity === 'warning' ? 'away' : 'severity';
  if (critical.some((sensor) => !told.critical.includes(sensor))) return 'sensors';
  const isKnown = sensors.every((sensor) => told.sensors.includes(sensor));
  return isKnown || nowMs - told.sentMs < updateMsMin ? null : 'sensors';
}

/** Up to when a machine was another one, before it was replaced; null once so many decisions as fill a window were made since. */
export function replacedMs({ held }: LimitTrack): number | null {
  return held?.toMs !== undefined && (held.estimatesLeft ?? 1) > 0 ? held.toMs : null;
}

/** Leaves out what was met by the machine before it was replaced: readings of that time may come later than others. */
function ofNew(before: LimitTrack, states: readonly LimitState[]): readonly LimitState[] {
  const toMs = replacedMs(before);
  if (toMs === null) return states;
  return states.map((state) => (state.met && state.met.sinceMs <= toMs ? { ...state, met: null } : state));
}

const nothingMet = (held: Hold | null): LimitTrack => (held ? heldLimits(held) : noLimits);

/** After a failure, until no sensor is beyond a limit. */
function isOver({ estimatesLeft }: Hold, states: readonly LimitState[]): boolean {
  if (estimatesLeft !== null && estimatesLeft <= 0) return true;
  // A sensor that sends nothing says nothing about the machine, and must not hold it back for ever.
  return states.every(({ met, value }) => met === null && value === null);
}

function oneLess(held: Hold): Hold {
  return { ...held, estimatesLeft: held.estimatesLeft === null ? null : held.estimatesLeft - 1 };
}

const rank = (severity: Severity | undefined): number =>
  severity === undefined ? 0 : severity === 'warning' ? 1 : 2;

function metIn(before: readonly MetLimit[], states: readonly LimitState[]): MetLimit[] {
  return states.flatMap((state) => {
    const kept = keptOf(
      before.find(({ sensor }) => sensor === state.sensor),
      state,
    );
    const found = state.met && metLimit(state, state.met, state.met.sinceMs, state.met.backMs);
    if (kept && rank(kept.severity) > rank(found?.severity)) return [kept];
    return found ? [found] : [];
  });
}

function worstFirst(met: readonly MetLimit[]): MetLimit[] {
  return [...met].sort(
    (a, b) =>
      rank(b.severity) - rank(a.severity) ||
      Number(a.away !== undefined) - Number(b.away !== undefined) ||
      beyondness(b) - beyondness(a),
  );
}

/** The limit that was met before and may still be, because nothing is known yet. */
function keptOf(before: MetLimit | undefined, state: LimitState): MetLimit | null {
  if (!before || !state.mayBe) return null;
  const value = state.value ?? before.value;
  return rank(state.mayBe.severity) < rank(before.severity)
    ? { ...metLimit(state, state.mayBe, before.sinceMs), value }
    : { ...before, value };
}

function metLimit(
  { sensor, value }: LimitState,
  { side, severity, at }: Limit,
  sinceMs: number,
  backMs?: number,
): MetLimit {
  return { sensor, severity, side, at, value, sinceMs, ...(backMs !== undefined && { backMs }) };
}

/** How far a value is beyond its limit, as a part of the limit. */
function beyondness({ value, at }: MetLimit): number {
  return value === null ? 0 : Math.abs(value - at) / Math.max(Math.abs(at), 1e-9);
}
