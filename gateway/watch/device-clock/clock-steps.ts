/**
 * Device clocks (gateway/watch/device-clock): what the times of the readings of one machine say of the clock that gave them.
 */

import { Beside } from './beside.ts';

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

/**
 * The clock of one machine by the times of its readings. Where it has several devices whose clocks differ, what the ones that are behind
 * send is of now too. What counts as its newest reading is decided by the order in which readings
 * come once its clock was put back, and not by the time that it had shown before.
 */
export class ClockSteps {
  newestMs = Number.NEGATIVE_INFINITY;
  /** When the newest reading arrived, monotonic; null if that is not known. */
  newestAtMs: number | null = null;
  /** The time of the reading that was taken last, as it is judged: never before that of the one before it, unless the clock was put back. */
  atMs = Number.NEGATIVE_INFINITY;
  /** By how much it was put back last. */
  backMs = 0;
  private readonly beside = new Beside();
  private readonly rows: number;
  private lateInRow = 0;
  /** The first of them: its own time, and when it arrived; the time that they span. */
  private first = { timeMs: 0, arrivedMs: 0 };
  private spanMs = 0;
  /** The first of the latest of them that rise, how many these are, and the last one. */
  private steady = { timeMs: 0, arrivedMs: 0, count: 0, lastMs: 0 };

  /** @param rows of the window: after so many late ones it would be a new one */
  constructor(rows: number) {
    this.rows = rows;
  }

  /**
   * Takes a reading. @param arrivedMs monotonic; absent: that is not known, and the number of late ones alone decides
   * @param column the first sensor that it has
   */
  takes(timeMs: number, arrivedMs?: number, column = 0): ClockStep {
    const behindMs = this.newestMs - timeMs;
    const isBeside = this.beside.takes(
      column,
      timeMs,
      arrivedMs ?? Math.max(timeMs, this.newestMs),
      behindMs,
    );
    if (!(behindMs > 0)) return this.goesOn(timeMs, arrivedMs);
    if (isBeside) {
      // Time goes on for what this device sends, also if the others have fallen silent.
      this.atMs = Math.max(this.atMs, this.newestMs + this.sinceNewest(arrivedMs));
      return 'on';
    }
    if (!this.isBack(timeMs, arrivedMs)) return 'late';
    this.backMs = behindMs + this.sinceNewest(arrivedMs);
    this.beside.forget();
    this.atMs = Number.NEGATIVE_INFINITY;
    this.goesOn(timeMs, arrivedMs);
    return 'back';
  }

  private goesOn(timeMs: number, arrivedMs: number | undefined): ClockStep {
    this.newestMs = timeMs;
    this.newestAtMs = arrivedMs ?? null;
    this.lateInRow = 0;
    this.atMs = Math.max(this.atMs, timeMs);
    return 'on';
  }

  private sinceNewest(arrivedMs?: number): number {
    return arrivedMs === undefined || this.newestAtMs === null ? 0 : arrivedMs - this.newestAtMs;
  }

  private isBack(timeMs: number, arrivedMs: number | undefined): boolean {
    if (this.lateInRow === 0) {
      this.first = { timeMs, arrivedMs: arrivedMs ?? 0 };
      this.spanMs = 0;
      this.steady.count = 0;
    }
    this.lateInRow++;
    this.spanMs = Math.max(this.spanMs, Math.abs(timeMs - this.first.timeMs));
    const isMany = this.lateInRow > Math.min(this.rows, unevenMin);
    if (arrivedMs === undefined) return isMany;
    if (this.isSteady(timeMs, arrivedMs)) return true;
    const passedMs = arrivedMs - this.first.arrivedMs;
    return isMany && passedMs >= steadyMsMin && this.spanMs <= unevenFactor * passedMs;
  }

  private isSteady(timeMs: number, arrivedMs: number): boolean {
    const { steady } = this;
    const isRising = steady.count > 0 && timeMs >= steady.lastMs;
    if (!isRising) this.steady = { timeMs, arrivedMs, count: 1, lastMs: timeMs };
    else {
      steady.count++;
      steady.lastMs = timeMs;
    }
    const passedMs = arrivedMs - this.steady.arrivedMs;
    if (this.steady.count < steadyMin || passedMs < steadyMsMin) return false;
    return Math.abs(timeMs - this.steady.timeMs - passedMs) <= paceShare * passedMs;
  }
}
