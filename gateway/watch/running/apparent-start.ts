/**
 * Starts that show by themselves: two sensors at once are far beyond all that they showed for a while. A machine of which nobody has
 * said when it runs has peaks at its starts too, and days pass until its rest is learnt. That it seems to start costs little where it is
 * wrong (what lasts is told a little later), so this takes no more than a leap; that it rests is never concluded from it.
 */

/** A leap is so many times what was shown in the last minutes. */
const leapTimes = 10;
/** The most that it showed is remembered for once to twice as long. */
const memoryMs = 600_000;
/** Two leaps so near to each other are one. */
const togetherMs = 60_000;
const leapsMin = 2;
/** A machine with more sensors is not looked at. */
const sensorsMax = 64;

export class ApparentStart {
  /** By column, twice: the most (without sign) of this span and of the one before; NaN while it was not sent. */
  private most = new Float32Array(0);
  private before = new Float32Array(0);
  /** When each leaped last. */
  private leapedMs = new Float64Array(0);
  /** When one leaped that was not exactly 0 before, as states and counts are. */
  private trembledMs = Number.NEGATIVE_INFINITY;
  private spanMs = Number.NaN;
  private spans = 0;
  private newestMs = Number.NaN;
  private readonly togetherMs: number;

  /** @param stepMs the usual time between two readings */
  constructor(stepMs: number) {
    this.togetherMs = Math.max(togetherMs, stepMs);
  }

  /** Takes the newest reading, one value per column, NaN where absent. Returns true if the machine seems to start in it. */
  takes(values: Float32Array, from: number, to: number, timeMs: number): boolean {
    const width = to - from;
    if (width > sensorsMax) return false;
    if (width > this.most.length) this.begin(width);
    this.turn(timeMs);
    let leaps = 0;
    let isNew = false;
    for (let column = 0; column < width; column++) {
      const value = Math.abs(values[from + column]!);
      if (!Number.isNaN(value)) {
        if (this.isLeap(column, value)) {
          this.leapedMs[column] = timeMs;
          if (this.before[column] !== 0) this.trembledMs = timeMs;
          isNew = true;
        }
        if (!(value <= this.most[column]!)) this.most[column] = value;
      }
      if (timeMs - this.leapedMs[column]! <= this.togetherMs) leaps++;
    }
    return isNew && leaps >= leapsMin && timeMs - this.trembledMs <= this.togetherMs;
  }

  /** The machine's clock was put back. */
  forget(): void {
    this.begin(this.most.length);
  }

  private isLeap(column: number, value: number): boolean {
    const [now, before] = [this.most[column]!, this.before[column]!];
    // Too little is known of it yet, or it was not sent for long.
    if (this.spans < 1 || Number.isNaN(before)) return false;
    // A switch leaps each time.
    if (value === 1 && before === 0) return false;
    return value > leapTimes * (Number.isNaN(now) ? before : Math.max(now, before));
  }

  private turn(timeMs: number): void {
    if (Number.isNaN(this.spanMs)) this.spanMs = timeMs;
    const isPause = timeMs - this.newestMs > memoryMs;
    this.newestMs = timeMs;
    if (timeMs - this.spanMs < memoryMs && !isPause) return;
    [this.before, this.most] = [this.most, this.before];
    this.most.fill(Number.NaN);
    this.spanMs = timeMs;
    // After a pause nobody knows what it showed meanwhile, and a machine that was not heard settles anyway.
    this.spans = isPause ? 0 : this.spans + 1;
  }

  private begin(columns: number): void {
    this.most = new Float32Array(columns).fill(Number.NaN);
    this.before = new Float32Array(columns).fill(Number.NaN);
    this.leapedMs = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    this.trembledMs = Number.NEGATIVE_INFINITY;
    this.spanMs = Number.NaN;
    this.spans = 0;
  }
}
