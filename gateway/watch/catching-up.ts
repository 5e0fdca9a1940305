/** A reading that is so much older than now came late: others are on their way for less. */
const lateMsMin = 10 * 60_000;
/** A machine whose newest reading is so old has caught up. */
const caughtUpMs = 60_000;
/** Nothing newer for so long: the burst is over. It is waited for no longer than the other, however long it is. */
const quietMs = 3_000;
/** A reading is newer, as seen from now, if it is less old by this. */
const newerMsMin = 3_000;
const waitMsMax = 60_000;

/**
 * A device that had no network sends what it has kept, one message after the other. Each reading is soon followed by newer ones, so
 * what it shows is not told as if it went on: a decision waits until the machine has caught up, or sends no newer ones for some
 * seconds. One whose readings are always as old is waited for once.
 */
export class CatchingUp {
  private fromMs: number;
  private newerMs: number;
  private lagMs: number;

  private constructor(lagMs: number, nowMs: number) {
    this.lagMs = lagMs;
    this.fromMs = this.newerMs = nowMs;
  }

  /** Returns null for a machine that has caught up, or never was late. @param lagMs how old its newest reading is */
  static after(before: CatchingUp | null, lagMs: number, nowMs: number): CatchingUp | null {
    if (!(lagMs >= (before ? caughtUpMs : lateMsMin) && lagMs < Number.POSITIVE_INFINITY)) return null;
    before?.look(lagMs, nowMs);
    return before ?? new CatchingUp(lagMs, nowMs);
  }

  /** True if newer readings are likely to follow at once. @param nowMs monotonic @param hasLate older ones have just come */
  waits(nowMs: number, hasLate = false): boolean {
    return (hasLate || nowMs - this.newerMs < quietMs) && nowMs - this.fromMs < waitMsMax;
  }

  /** Readings as old as those before change nothing; much older ones begin another burst. */
  private look(lagMs: number, nowMs: number): void {
    const isNewer = lagMs < this.lagMs - newerMsMin;
    if (!isNewer && lagMs < this.lagMs + caughtUpMs) return;
    if (!isNewer || nowMs - this.newerMs >= quietMs) this.fromMs = nowMs;
    this.lagMs = lagMs;
    this.newerMs = nowMs;
  }
}
