/**
 * Rows (gateway/watch/windows/rows): what a window knows of its rows beside their values: in which blocks of the journal they were
 * completed, and whether readings that are older than the newest row mean that the machine's clock has gone back.
 */

/**
 * After so many readings in a row that are older than the newest, the machine's clock may have gone back. If so they come at
 * their own pace, and go on doing so; what a device has kept and sends at once does not.
 */
const lateInRowMax = 30;
const clockBackMsMin = 10_000;
const paceFactorMax = 2;

/** Counts readings that are older than the newest. */
export class LateReadings {
  private readonly rows: number;
  private inRow = 0;
  /** The first of them: its own time, and when it arrived (monotonic). */
  private readonly first = { timeMs: 0, arrivedMs: 0 };
  /** The time that they span. */
  private spanMs = 0;

  constructor(rows: number) {
    this.rows = rows;
  }

  /** A reading came that is not late. */
  ended(): void {
    this.inRow = 0;
  }

  /** Counts one; true if no other explanation is left than a clock that went back. */
  isClockBack(timeMs: number, arrivedMs: number | undefined): boolean {
    const { first } = this;
    if (this.inRow === 0) {
      first.timeMs = timeMs;
      first.arrivedMs = arrivedMs ?? 0;
      this.spanMs = 0;
    }
    this.spanMs = Math.max(this.spanMs, Math.abs(timeMs - first.timeMs));
    if (++this.inRow <= Math.min(this.rows, lateInRowMax)) return false;
    if (arrivedMs === undefined) return true;
    const passedMs = arrivedMs - first.arrivedMs;
    return passedMs >= clockBackMsMin && this.spanMs <= paceFactorMax * passedMs;
  }
}
