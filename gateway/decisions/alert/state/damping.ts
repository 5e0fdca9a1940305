/**
 * Damping of one cause of an alert: pure, so that it can be tested by properties. What opens, ends and opens again chatters,
 * and IEC 62682 names the means: delays, a dead band, and (here) a delay to end that grows with each return.
 *
 *     the cause rises                           it is told at once
 *     it falls, and never did before            it is told at once
 *     it rises again soon after                 that is a return, which is counted
 *     it falls after returns                    it is told when it has not risen for hold · 2^(returns − 1)
 *
 * A level is 0 (nothing), 1 (warning) or 2 (critical), so that a severity that goes to and fro is damped like an alert that
 * does. Time is that of what is judged: readings, or the gateway's for silence.
 */
import type { Severity } from './alert-state.ts';
import type { CauseStep } from './causes.ts';

export interface DampingLimits {
  /** A rise so soon after a fall was told is a return, ms. */
  returnMs: number;
  /** How long a cause that has returned once must be away before that is told, ms; 0: at once, however often it returns. */
  holdMs: number;
  holdMsMax: number;
}

export type Level = 0 | 1 | 2;

export interface Damping {
  /** The level that was told last, and the one of the cause. */
  told: Level;
  wanted: Level;
  returns: number;
  /** Since when the cause is lower than what was told. */
  lowerSinceMs: number;
  /** When a fall was told last. */
  fellMs: number;
}

/** The damping of one cause, and the step to a level that is not told yet. */
export interface DampedCause {
  state: Damping;
  waiting: (CauseStep & { reasons: string[] }) | null;
}

export const undamped: Damping = {
  told: 0,
  wanted: 0,
  returns: 0,
  lowerSinceMs: Number.POSITIVE_INFINITY,
  fellMs: Number.NEGATIVE_INFINITY,
};

export const levelOf = (severity: Severity | null): Level =>
  severity === null ? 0 : severity === 'warning' ? 1 : 2;

/** How long a cause that has returned so often must be away. */
export function holdMsOf(returns: number, { holdMs, holdMsMax }: DampingLimits): number {
  return returns === 0 ? 0 : Math.min(holdMsMax, holdMs * 2 ** (returns - 1));
}

/** Applies that the cause is now at `wanted`. What is told has changed if `told` has. */
export function damp(before: Damping, wanted: Level, timeMs: number, limits: DampingLimits): Damping {
  const { told } = before;
  if (wanted >= told) return rise(before, wanted, timeMs, limits);
  // A clock that goes back begins the time anew.
  const isLower = before.wanted < told && before.lowerSinceMs <= timeMs;
  const lowerSinceMs = isLower ? before.lowerSinceMs : timeMs;
  if (timeMs - lowerSinceMs < holdMsOf(before.returns, limits)) return { ...before, wanted, lowerSinceMs };
  return { ...before, told: wanted, wanted, lowerSinceMs: Number.POSITIVE_INFINITY, fellMs: timeMs };
}

function rise(before: Damping, wanted: Level, timeMs: number, limits: DampingLimits): Damping {
  const same = { ...before, wanted, lowerSinceMs: Number.POSITIVE_INFINITY };
  if (wanted === before.told) return same;
  // A cause that had to be away for long may take as long to return.
  const sinceMs = Math.abs(timeMs - before.fellMs);
  const soonMs = Math.max(limits.returnMs, 2 * holdMsOf(before.returns, limits));
  const isReturn = before.fellMs !== Number.NEGATIVE_INFINITY && sinceMs <= soonMs;
  return { ...same, told: wanted, returns: isReturn ? before.returns + 1 : 0 };
}
