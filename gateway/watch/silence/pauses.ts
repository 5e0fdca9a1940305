/** Pauses that are compared. */
const pausesMin = 3;
/** How much the shortest of them, and of the times from one to the next, may be shorter than the longest. */
const lengthShare = 0.8;
const periodShare = 0.9;

/**
 * The last pauses of one machine that were longer than it may be unheard. A machine that sends in bursts, or works ten minutes a day,
 * has many short gaps and a pause after them, which its rhythm does not show; what comes as regularly as a pause is not an outage.
 */
export class Pauses {
  private last: { ms: number; atMs: number }[] = [];

  /** Returns the length that is usual, ms; null if these pauses have no order. @param nowMs monotonic, its end */
  take(ms: number, nowMs: number): number | null {
    this.last = [...this.last, { ms, atMs: nowMs }].slice(-pausesMin);
    if (this.last.length < pausesMin) return null;
    const lengths = this.last.map((pause) => pause.ms);
    const periods = this.last.slice(1).map(({ atMs }, i) => atMs - this.last[i]!.atMs);
    const isRegular = areAlike(lengths, lengthShare) && areAlike(periods, periodShare);
    return isRegular ? Math.max(...lengths) : null;
  }
}

function areAlike(spans: readonly number[], share: number): boolean {
  return Math.min(...spans) >= share * Math.max(...spans);
}
