/** A sensor that was not heard for this many times as long as before has a hole there, if that is longer than is usual for it. */
const gapFactor = 3;
const holeMsMin = 60_000;

/**
 * Holes in what is known of the sensors of one machine with limits, by the times of their values: nobody knows of them whether a limit was met. By
 * limited sensor.
 */
export class Holes {
  /** The longest time that is usual for the sensor of a column. Infinite: that is not known. */
  usualMs: (column: number) => number = () => Number.POSITIVE_INFINITY;
  /** The time of its last value, and of the last row in which all had one. */
  private readonly seenMs: Float64Array;
  private allSeenMs = Number.NEGATIVE_INFINITY;
  /** How long it was unheard before its last value that was not back from all of its limits: what was kept may be sparse throughout. */
  private readonly gapMs: Float64Array;

  constructor(sensors: number) {
    this.seenMs = new Float64Array(sensors).fill(Number.NEGATIVE_INFINITY);
    this.gapMs = new Float64Array(sensors).fill(Number.NaN);
  }

  follow(before: Holes): void {
    this.usualMs = before.usualMs;
    this.seenMs.set(before.seenMs);
    this.gapMs.set(before.gapMs);
    this.allSeenMs = before.allSeenMs;
  }

  /** The clock of the machine was put back by so much. */
  shift(backMs: number): void {
    for (let i = 0; i < this.seenMs.length; i++) this.seenMs[i]! -= backMs;
    this.allSeenMs -= backMs;
  }

  /** Takes that all sensors have values, which are back from all of their limits. */
  seesAll(timeMs: number): void {
    this.allSeenMs = timeMs;
  }

  /** Takes that a sensor has a value that is back from all of its limits, and was judged in short. */
  sees(index: number, timeMs: number): void {
    this.noteAll();
    this.seenMs[index] = timeMs;
  }

  /** By the order in which values came: the clock of the machine may go back. */
  lastMs(index: number): number {
    this.noteAll();
    return this.seenMs[index]!;
  }

  /** Notes what all sensors had at once only when one of them is asked for, since nearly all rows are so. */
  private noteAll(): void {
    if (this.allSeenMs === Number.NEGATIVE_INFINITY) return;
    this.seenMs.fill(this.allSeenMs);
    this.allSeenMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Takes a value of a sensor of which a limit is not away, or about to be met. Returns true if there is a hole before it. @param wasCalm it was not so
   * until now: when it was heard before that is not known of each row
   */
  takes(index: number, column: number, timeMs: number, isBack: boolean, wasCalm: boolean): boolean {
    const lastMs = this.lastMs(index);
    const sinceMs = wasCalm ? Number.NaN : timeMs - lastMs;
    const beforeMs = this.gapMs[index]!;
    this.seenMs[index] = timeMs;
    if (!isBack) this.gapMs[index] = sinceMs < Number.POSITIVE_INFINITY ? sinceMs : Number.NaN;
    // Written so that NaN, of which nothing is known, makes no usual time.
    return sinceMs > holeMsMin && !(sinceMs <= gapFactor * beforeMs) && sinceMs > this.usualMs(column);
  }
}
