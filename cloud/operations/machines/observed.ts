/**
 * Observations (cloud/operations/machines): how what arrives of a machine changes what is known of it: the times at which it was heard,
 * judged and at rest, how old a reading is (device-clock.ts), and which of two events is the later one (place.ts). Pure.
 */
import { withSpan } from '../../../shared/bounds/longest-lately.ts';
import type { MachineState } from '../../ports/machines.ts';
import { clockAfter } from './device-clock.ts';

interface Times {
  nowMs: number;
  backMs: number;
}

/** A gateway that was restarted does not know any more since when a machine is at rest. */
export function restAfter(
  before: MachineState['rest'],
  now: MachineState['rest'],
): NonNullable<MachineState['rest']> | null {
  if (!now) return null;
  // Only lines without an estimate say by what rest was learnt.
  return { ...before, ...now, sinceMs: now.sinceMs ?? before?.sinceMs ?? now.saidMs };
}

/** A time that is ahead of this computer's clock by more than this is of a clock that is ahead. */
const aheadMs = 2_000;

/**
 * A reading that came late proves that the machine was heard then. A gap before it, or in which its gateway was lost, shows nothing.
 * The newest reading is the one with the latest time, unless a clock that was ahead said that, or the clock was put back.
 */
export function heardNow(
  before: MachineState,
  lastSeenMs: number,
  { nowMs, backMs }: Times,
): Partial<MachineState> {
  const { heardMs = before.lastSeenMs, gapMs: ms = 0, gapAtMs: atMs = nowMs } = before;
  const { clock, ageMs, isBack } = clockAfter(before.clock, lastSeenMs, nowMs);
  const isOutdated = isBack || (before.lastSeenMs > nowMs + aheadMs && clock.old === undefined);
  const isFirst = before.lastSeenMs === 0 || heardMs < backMs || clock.old !== undefined;
  const gap = withSpan({ ms, atMs }, isFirst ? 0 : lastSeenMs - before.lastSeenMs, nowMs);
  const provenMs = nowMs - Math.round(ageMs);
  // A cloud whose clock was set back has heard it in the future.
  const known = heardMs > nowMs ? provenMs : Math.max(heardMs, provenMs);
  return {
    lastSeenMs: isOutdated ? lastSeenMs : Math.max(before.lastSeenMs, lastSeenMs),
    ...{ heardMs: known, clock, gapMs: gap.ms, gapAtMs: gap.atMs },
  };
}

export function judgedNow(
  before: MachineState,
  now: MachineState,
  { nowMs, backMs }: Times,
): Partial<MachineState> {
  const { judgedMs, judgedSinceMs } = before;
  const goesOn = judgedMs !== undefined && judgedMs >= backMs && verdictOf(before) === verdictOf(now);
  const { limitsMet = null, policiesMet = null } = now.evidence ?? {};
  const isReached = policiesMet !== null || isOver(now) || hasChanged(now);
  return {
    judgedMs: nowMs,
    judgedSinceMs: goesOn ? (judgedSinceMs ?? nowMs) : nowMs,
    ...(limitsMet === null && { unmetMs: nowMs }),
    ...(!isReached && { unreachedMs: nowMs }),
  };
}

/** A burst of readings has one estimate, and not of its last one. */
const unjudgedSpanMs = 60_000;

/** A reading that is not judged begins a time in which nothing is known of its machine, and a newer estimate ends it. */
export function unjudgedNow(
  { estimateMs, unjudgedMs }: MachineState,
  lastSeenMs: number,
  nowMs: number,
): Partial<MachineState> {
  if (estimateMs === undefined || lastSeenMs - estimateMs <= unjudgedSpanMs) return {};
  return { unjudgedMs: unjudgedMs ?? nowMs };
}

/** The part of an estimate that decides about the state of a machine. */
function verdictOf(state: MachineState): string {
  const { health, remainingLife, evidence, rest } = state;
  if (health === null && remainingLife === null) return '';
  const { limitsMet, limitsNow = limitsMet, policiesMet, learning } = evidence ?? {};
  return `${Boolean(rest)} ${isOver(state)} ${limitsNow} ${policiesMet} ${learning !== null} ${hasChanged(state)}`;
}

const isOver = ({ remainingLife }: MachineState): boolean => remainingLife !== null && remainingLife.p50 <= 0;

const hasChanged = ({ evidence }: MachineState): boolean => evidence?.behaviour?.state === 'changed';
