/**
 * Device clocks (gateway/watch/device-clock): what the times of the readings of one machine say of the clock that gave them.
 */

import { Beside, deviceNumbers, takes } from './beside.ts';

/**
 * So many readings in a row that are older than the newest, each newer than the one before, over so long a time, and as far apart as
 * they came: then the device's clock was put back. What a device has kept and sends at once does not come at such a pace.
 */
const steadyMin = 3;
const steadyMsMin = 10_000;
const paceShare = 1 / 4;
/** Also if they come at an uneven pace and are so many, and span no more than so many times the time in which they came. */
const unevenMin = 30;
const unevenFactor = 2;

/** The word of a reading's time: the reading is of now, it comes after newer ones, or the clock of its device was put back. */
export type ClockStep = 'on' | 'late' | 'back';

/** Fields of a clock's numbers, which lie together because thousands of machines are visited in turn; then those of its first device. */
const [newest, newestAt, judgedAt, deviceFrom] = [0, 1, 2, 3] as const;
/** Numbers of a clock. */
export const clockNumbers = deviceFrom + deviceNumbers;

/** Readings in a row that are older than the newest. */
interface LateOnes {
  inRow: number;
  /** The first of them: its own time, and when it arrived; the time that they span. */
  firstMs: number;
  firstAtMs: number;
  spanMs: number;
  /** The first of the latest of them that rise, how many these are, and the last one. */
  steady: { timeMs: number; arrivedMs: number; count: number; lastMs: number };
}

/**
 * The clock of one machine by the times of its readings. Where it has several devices whose clocks differ, what the ones that are behind
 * send is of now too. What counts as its newest reading is decided by the order in which readings
 * come once its clock was put back, and not by the time that it had shown before.
 */
export class ClockSteps {
  /** By how much it was put back last. */
  backMs = 0;
  private readonly numbers: Float64Array;
  private readonly beside: Beside;
  private readonly rows: number;
  /** Null as long as none was late. */
  private late: LateOnes | null = null;

  /**
   * @param rows of the window: after so many late ones it would be a new one
   * @param numbers of which the first `clockNumbers` are the clock's
   */
  constructor(rows: number, numbers: Float64Array = new Float64Array(clockNumbers)) {
    this.rows = rows;
    this.numbers = numbers;
    numbers.fill(Number.NEGATIVE_INFINITY, 0, clockNumbers);
    numbers[newestAt] = Number.NaN;
    this.beside = new Beside(numbers, deviceFrom);
  }

  /** It is the clock of a machine with several devices. */
  get hasSeveral(): boolean {
    return this.beside.isSeveral;
  }

  get newestMs(): number {
    return this.numbers[newest]!;
  }

  /** A newer reading has come that is not judged. */
  passes(timeMs: number): void {
    if (timeMs > this.numbers[newest]!) this.numbers[newest] = timeMs;
  }

  /** When the newest reading arrived, monotonic; NaN if that is not known. */
  get newestAtMs(): number {
    return this.numbers[newestAt]!;
  }

  /** The time of the reading that was taken last, as it is judged: never before that of the one before it, unless the clock was put back. */
  get atMs(): number {
    return this.numbers[judgedAt]!;
  }

  /**
   * Takes a reading as nearly all are: newer than all before it, no longer after the newest of them than `gapMs`, and of the first device. Returns
   * false for any other, which `takes` is to take.
   */
  goesOnSoon(timeMs: number, arrivedMs: number, column: number, gapMs: number): boolean {
    const { numbers } = this;
    const sinceMs = timeMs - numbers[newest]!;
    // Written so that NaN, of which nothing is known, is not soon.
    if (!(sinceMs >= 0 && sinceMs <= gapMs && arrivedMs - numbers[newestAt]! <= gapMs)) return false;
    if (numbers[deviceFrom] !== column) return false;
    takes(numbers, deviceFrom, timeMs, arrivedMs, 0);
    this.goesOn(timeMs, arrivedMs);
    return true;
  }

  /**
   * Takes a reading. @param arrivedMs monotonic; absent: that is not known, and the number of late ones alone decides
   * @param column the first sensor that it has
   */
  takes(timeMs: number, arrivedMs?: number, column = 0): ClockStep {
    const { numbers } = this;
    const newestMs = numbers[newest]!;
    const behindMs = newestMs - timeMs;
    const isBeside = this.beside.takes(column, timeMs, arrivedMs ?? Math.max(timeMs, newestMs), behindMs);
    if (!(behindMs > 0)) return this.goesOn(timeMs, arrivedMs);
    if (isBeside) {
      // Time goes on for what this device sends, also if the others have fallen silent.
      numbers[judgedAt] = Math.max(numbers[judgedAt]!, newestMs + this.sinceNewest(arrivedMs));
      return 'on';
    }
    if (!this.isBack(timeMs, arrivedMs)) return 'late';
    this.backMs = behindMs + this.sinceNewest(arrivedMs);
    this.beside.forget();
    numbers[judgedAt] = Number.NEGATIVE_INFINITY;
    this.goesOn(timeMs, arrivedMs);
    return 'back';
  }

  private goesOn(timeMs: number, arrivedMs: number | undefined): ClockStep {
    const { numbers } = this;
    numbers[newest] = timeMs;
    numbers[newestAt] = arrivedMs ?? Number.NaN;
    if (timeMs > numbers[judgedAt]!) numbers[judgedAt] = timeMs;
    if (this.late !== null) this.late.inRow = 0;
    return 'on';
  }

  private sinceNewest(arrivedMs = Number.NaN): number {
    return arrivedMs - this.numbers[newestAt]! || 0;
  }

  private isBack(timeMs: number, arrivedMs: number | undefined): boolean {
    this.late ??= { inRow: 0, firstMs: 0, firstAtMs: 0, spanMs: 0, steady: notSteady };
    const { late } = this;
    if (late.inRow === 0) {
      late.firstMs = timeMs;
      late.firstAtMs = arrivedMs ?? 0;
      late.spanMs = 0;
      late.steady = notSteady;
    }
    late.inRow++;
    late.spanMs = Math.max(late.spanMs, Math.abs(timeMs - late.firstMs));
    const isMany = late.inRow > Math.min(this.rows, unevenMin);
    if (arrivedMs === undefined) return isMany;
    if (isSteady(late, timeMs, arrivedMs)) return true;
    const passedMs = arrivedMs - late.firstAtMs;
    return isMany && passedMs >= steadyMsMin && late.spanMs <= unevenFactor * passedMs;
  }
}

const notSteady = { timeMs: 0, arrivedMs: 0, count: 0, lastMs: 0 };

function isSteady(late: LateOnes, timeMs: number, arrivedMs: number): boolean {
  const before = late.steady;
  const isRising = before.count > 0 && timeMs >= before.lastMs;
  if (!isRising) late.steady = { timeMs, arrivedMs, count: 1, lastMs: timeMs };
  else {
    before.count++;
    before.lastMs = timeMs;
  }
  const { steady } = late;
  const passedMs = arrivedMs - steady.arrivedMs;
  if (steady.count < steadyMin || passedMs < steadyMsMin) return false;
  return Math.abs(timeMs - steady.timeMs - passedMs) <= paceShare * passedMs;
}
