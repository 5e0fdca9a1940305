/** Values are 32-bit floats: this share of a value is the least difference that says something of its rate. */
const resolution = 4e-6;
/** The share of a value by which a 32-bit float may be wrong. */
const rounding = 1.2e-7;
/** A rate is that of so many steps of a counter of whole numbers. */
const stepsMin = 8;
/** After this many times the usual number of rows, and so many at least, a counter is slower than before. */
const usualRows = 4;
const rowsMin = 16;
/** Longer breaks than this many usual times between rows say nothing of the rate. */
const breakRows = 10;
/** Weight of the newest in running means. */
const newest = 1 / 8;

/**
 * The rate of one counter, per second. It is taken over as many rows as it needs to be a rate and no pattern of steps, and
 * holds until the next. When the counter falls, it has wrapped or was reset: counting goes on from there.
 */
export class CounterRate {
  private value = Number.NaN;
  private timeMs = 0;
  private rows = 0;
  private lastMs = 0;
  private rate = Number.NaN;
  /** Means of the rows that a rate takes, and of the time between two rows; 0: not known yet. */
  private meanRows = 0;
  private meanMs = 0;

  /** Returns the rate; NaN if it is not known. */
  take(value: number, timeMs: number): number {
    const sinceMs = timeMs - this.lastMs;
    this.lastMs = timeMs;
    const isBreak = this.meanMs > 0 && sinceMs > breakRows * this.meanMs;
    const hasFallen = value < this.value;
    if (Number.isNaN(this.value) || hasFallen || isBreak || sinceMs < 0) {
      this.begin(value, timeMs);
      return this.rate;
    }
    this.meanMs = this.meanMs === 0 ? sinceMs : this.meanMs + newest * (sinceMs - this.meanMs);
    this.rows++;
    const difference = value - this.value;
    const isWhole = Number.isInteger(value);
    const needed = Math.max(resolution * Math.abs(value), isWhole ? stepsMin : 0);
    const isEnough = difference > 0 && difference >= needed;
    if (!isEnough && (this.meanRows === 0 || this.rows < Math.max(rowsMin, usualRows * this.meanRows)))
      return this.rate;
    const passedMs = timeMs - this.timeMs;
    if (passedMs <= 0) return this.rate;
    const rate = (1_000 * difference) / passedMs;
    // A difference that rounding and the places of steps can explain is not another rate.
    const unsure = (1.5 * (rounding * Math.abs(value) + (isWhole ? 1 : 0))) / Math.max(1, difference);
    if (!isEnough || !(Math.abs(rate - this.rate) <= unsure * this.rate)) this.rate = rate;
    if (isEnough)
      this.meanRows = this.meanRows === 0 ? this.rows : this.meanRows + newest * (this.rows - this.meanRows);
    this.begin(value, timeMs);
    return this.rate;
  }

  private begin(value: number, timeMs: number): void {
    this.value = value;
    this.timeMs = timeMs;
    this.rows = 0;
  }
}
