import type { Moment } from '../device-time.ts';

export interface TimeBounds {
  /** A device's time further ahead of or behind the gateway's clock is rejected, and the gateway's clock is used. */
  aheadMsMax: number;
  behindMsMax: number;
  /**
   * Absent if the clock is always set. While it is not set, a device may be ahead by any time, because the gateway was
   * off for that long.
   */
  isClockSet?: () => boolean;
  /**
   * By how much the gateway's clock has jumped just now, in ms; 0 if it has not. Until it is known which time is right, a device may be
   * within the bounds of either. Absent if the clock does not jump.
   */
  jumpedMs?: () => number;
}

/** The year 2100. A later device time is rejected, whatever the gateway knows about the time. */
const latestMs = 4_102_444_800_000;

export function isAcceptedTime(ms: number, receivedMs: number, bounds: TimeBounds): boolean {
  if (isNear(ms, receivedMs, bounds)) return true;
  const jumpedMs = bounds.jumpedMs?.() ?? 0;
  return jumpedMs !== 0 && isNear(ms, receivedMs - jumpedMs, bounds);
}

function isNear(
  ms: number,
  receivedMs: number,
  { aheadMsMax, behindMsMax, isClockSet }: TimeBounds,
): boolean {
  if (ms < receivedMs - behindMsMax) return false;
  return ms <= receivedMs + aheadMsMax || (isClockSet?.() === false && ms <= latestMs);
}

/** A clock that was never set reports 1970-01-01T00:00:00 for every reading, which identifies none. */
export function isFromUnsetClock(time: Moment | undefined): boolean {
  return time !== undefined && time.ms < 1_000;
}
