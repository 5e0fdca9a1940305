/** Values are 32-bit floats: this share of a value is the least difference that says something of its rate. */
const resolution = 4e-6;
/** The share of a value by which a 32-bit float may be wrong. */
const rounding = 1.2e-7;
/** A rate is that of so many steps of a counter of whole numbers. */
const stepsMin = 8;
/** After this many times the usual number of rows, and so many at least, a counter is slower than before. */
const usualRows = 4;
const rowsMin = 16;
/**
 * One that would have risen twice as far as a rate takes, if it went on as before, has another rate: after twice the usual number of rows,
 * and so many at least. Stops and starts of each day would show a wrong rate for long, and hide one that is wrong all day.
 */
const overdue = 2;
const overdueRowsMin = { whole: 2, fraction: 16 };
/** Longer breaks than this many usual times between rows say nothing of the rate. */
const breakRows = 10;
/** A counter whose rate takes so many rows at most is known again soon after a break. */
const quickRows = 16;
/** Weight of the newest in running means. */
const newestWeight = 1 / 8;

/**
 * The rate of one counter, per second. It is taken over as many rows as it needs to be a rate and no pattern of steps, and
 * holds until the next. When the counter falls, it has wrapped or was reset: counting goes on from there.
 *
 * Rows hold the last value of a sensor that was not sent again. So the value of before a break, or of before a restart, may be in rows after it, and
 * all that was counted meanwhile would seem to rise in one of these: counting begins with a value that is another than it, or after so many
 * rows that it was sent again.
 */
export class CounterRate {
  private value = Number.NaN;
  private timeMs = 0;
  private rows = 0;
  private lastMs = 0;
  private rate = Number.NaN;
  /** It is of before a break. */
  private isStale = false;
  /** The newest value, and in how many rows it may have been held from before a break; 0: it is of the newest row. */
  private newest = Number.NaN;
  private heldRows = 0;
  /** The newest row has shown a rate, which may be the same as before. */
  isMeasured = false;
  /** Means of the rows that a rate takes, and of the time between two rows; 0: not known yet. */
  private meanRows = 0;
  private meanMs = 0;

  /** Returns the rate; NaN if it is not known. */
  take(value: number, timeMs: number): number {
    this.isMeasured = false;
    const sinceMs = timeMs - this.lastMs;
    this.lastMs = timeMs;
    const isBreak = this.meanMs > 0 && sinceMs > breakRows * this.meanMs;
    const isFirst = Number.isNaN(this.value);
    const isSame = value === this.newest;
    const hasFallen = value < this.value;
    this.newest = value;
    const mayBeHeld = isFirst || ((isBreak || this.heldRows > 0) && isSame && this.heldRows < this.longRows);
    const wasHeld = this.heldRows > 0;
    this.heldRows = mayBeHeld ? this.heldRows + 1 : 0;
    if (isFirst || hasFallen || isBreak || sinceMs < 0 || wasHeld) {
      // Counts of before a break are of the time before its machine stopped, or of the stop; a slow one would be unknown for long.
      if (isBreak && this.meanRows > 0 && this.meanRows <= quickRows) this.isStale = true;
      this.begin(value, timeMs);
      return this.known;
    }
    this.meanMs = this.meanMs === 0 ? sinceMs : this.meanMs + newestWeight * (sinceMs - this.meanMs);
    this.rows++;
    const difference = value - this.value;
    const isWhole = Number.isInteger(value);
    const needed = Math.max(resolution * Math.abs(value), isWhole ? stepsMin : 0);
    const isEnough = difference > 0 && difference >= needed;
    const passedMs = timeMs - this.timeMs;
    if (!isEnough && !this.isLong() && !this.isOverdue(passedMs, needed, isWhole)) return this.known;
    if (passedMs <= 0) return this.known;
    this.isStale = false;
    const rate = (1_000 * difference) / passedMs;
    this.isMeasured = true;
    // A difference that rounding and the places of steps can explain is not another rate.
    const unsure = (1.5 * (rounding * Math.abs(value) + (isWhole ? 1 : 0))) / Math.max(1, difference);
    if (!isEnough || !(Math.abs(rate - this.rate) <= unsure * this.rate)) this.rate = rate;
    if (isEnough)
      this.meanRows =
        this.meanRows === 0 ? this.rows : this.meanRows + newestWeight * (this.rows - this.meanRows);
    this.begin(value, timeMs);
    return this.rate;
  }

  private get known(): number {
    return this.isStale ? Number.NaN : this.rate;
  }

  private get longRows(): number {
    return Math.max(rowsMin, usualRows * this.meanRows);
  }

  private isLong(): boolean {
    return this.meanRows > 0 && this.rows >= this.longRows;
  }

  private isOverdue(passedMs: number, needed: number, isWhole: boolean): boolean {
    const leastRows = isWhole ? overdueRowsMin.whole : overdueRowsMin.fraction;
    if (this.meanRows === 0 || this.rows < Math.max(leastRows, overdue * this.meanRows)) return false;
    return (this.rate * passedMs) / 1_000 >= overdue * needed;
  }

  private begin(value: number, timeMs: number): void {
    this.value = value;
    this.timeMs = timeMs;
    this.rows = 0;
  }
}
