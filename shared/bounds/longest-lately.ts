/**
 * The longest of recent spans, such as pauses or outages: what is usual is learnt from it. An older one counts for less with
 * time, however often something happened since.
 */
export interface LongestLately {
  ms: number;
  /** When it was learnt, in ms since 1970. */
  atMs: number;
}

/** Time after which a span counts for half. */
const halfLifeMs = 14 * 86_400_000;

/** Length that a span still has. A clock that was set back makes it no longer. */
export function fadedMs({ ms, atMs }: LongestLately, nowMs: number): number {
  return ms * 0.5 ** (Math.max(0, nowMs - atMs) / halfLifeMs);
}

export function withSpan(before: LongestLately, ms: number, nowMs: number): LongestLately {
  // Most readings end no span at all.
  return ms > 0 && ms > fadedMs(before, nowMs) ? { ms, atMs: nowMs } : before;
}
