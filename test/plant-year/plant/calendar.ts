/** The plant's clock on the wall: Central European Time with summer time, by the rule of the European Union. */

const hourMs = 3_600_000;
export const minuteMs = 60_000;
export const dayMs = 24 * hourMs;

/** One minute of the plant. */
export interface Moment {
  /** Ms since 1970. */
  nowMs: number;
  /** The local time of day, minutes since midnight. */
  minuteOfDay: number;
  /** 0 is Monday. */
  weekday: number;
  /** Days since the epoch, local; changes at local midnight. */
  localDay: number;
  /** 0 … 1 through the year, from the first of January. */
  partOfYear: number;
}

/** 01:00 UTC of the last Sunday of a month, when clocks change. @param month 0 is January */
function lastSundayMs(year: number, month: number): number {
  const lastMs = Date.UTC(year, month + 1, 0, 1);
  return lastMs - new Date(lastMs).getUTCDay() * dayMs;
}

/** Both changes of a year: to summer time, and back. */
export function clockChangesOf(year: number): [number, number] {
  return [lastSundayMs(year, 2), lastSundayMs(year, 9)];
}

/** How far the local time is ahead of UTC. */
export function localOffsetMs(nowMs: number): number {
  const [toSummer, toWinter] = changesAt(nowMs);
  return nowMs >= toSummer && nowMs < toWinter ? 2 * hourMs : hourMs;
}

let known: { year: number; fromMs: number; toMs: number; changes: [number, number] } | null = null;

function changesAt(nowMs: number): [number, number] {
  if (!known || nowMs < known.fromMs || nowMs >= known.toMs) {
    const year = new Date(nowMs).getUTCFullYear();
    const changes = clockChangesOf(year);
    known = { year, fromMs: Date.UTC(year, 0), toMs: Date.UTC(year + 1, 0), changes };
  }
  return known.changes;
}

export function momentOf(nowMs: number): Moment {
  const localMs = nowMs + localOffsetMs(nowMs);
  const localDay = Math.floor(localMs / dayMs);
  return {
    nowMs,
    minuteOfDay: Math.floor((localMs - localDay * dayMs) / minuteMs),
    // The first of January 1970 was a Thursday.
    weekday: (localDay + 3) % 7,
    localDay,
    partOfYear: (localMs / dayMs / 365.25) % 1,
  };
}
