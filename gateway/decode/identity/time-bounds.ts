import type { Moment } from '../device-time.ts';

export interface TimeBounds {
  /** A device's time further ahead or behind the gateway's clock is not believed: the gateway's clock is used. */
  aheadMsMax: number;
  behindMsMax: number;
  /** Absent: the clock is set. While it is not, a device may be ahead of it by any time: the box was off for that long. */
  isClockSet?: () => boolean;
}

/** The year 2100. What a device says of a time after that is not believed, whatever the gateway knows of the time. */
const latestMs = 4_102_444_800_000;

export function isBelievable(ms: number, receivedMs: number, bounds: TimeBounds): boolean {
  const { aheadMsMax, behindMsMax, isClockSet } = bounds;
  if (ms < receivedMs - behindMsMax) return false;
  return ms <= receivedMs + aheadMsMax || (isClockSet?.() === false && ms <= latestMs);
}

/** A clock that was never set says 1970-01-01T00:00:00 in every reading, which tells none from another. */
export function isUnset(time: Moment | undefined): boolean {
  return time !== undefined && time.ms < 1_000;
}
