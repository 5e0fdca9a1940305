/**
 * For how long a sensor that goes up and down between two levels is up each time, as the current of a pump that is switched by a float. It takes
 * medians of three, so that one odd value does not count as a run.
 */
import { medianOf } from '../usual-range/values.ts';

const minuteMs = 60_000;
/** The levels that it goes between fade over about so many rows. */
const fadingRows = 5_000;
/** It is down below this share of the way between its levels, and up above that one; and down is at most this share of up. */
const [downBelow, upAbove, downShare] = [0.3, 0.7, 0.2];
/** It is at one of its two levels, but for this share of about so many rows. */
const [betweenMax, betweenRows] = [0.1, 500];
/** A pause between two rows that is longer says nothing of how long a run was. */
const pauseMsMax = 10 * minuteMs;

export class RunLengths {
  private readonly last: Float64Array;
  private readonly second: Float64Array;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  /** When it went up; 0: it is down; NaN: that was not seen. */
  private readonly upMs: Float64Array;
  /** Share of its values between down and up. */
  private readonly between: Float64Array;

  constructor(sensors: number) {
    const made = () => new Float64Array(sensors).fill(Number.NaN);
    [this.last, this.second, this.low] = [made(), made(), made()];
    [this.high, this.upMs, this.between] = [made(), made(), new Float64Array(sensors)];
  }

  /** Returns for how many minutes it was up if that has just ended; NaN otherwise. @param passedMs since the row before */
  take(sensor: number, value: number, timeMs: number, passedMs: number): number {
    const middle = medianOf(value, this.last[sensor]!, this.second[sensor]!);
    this.second[sensor] = this.last[sensor]!;
    this.last[sensor] = value;
    if (passedMs > pauseMsMax) this.upMs[sensor] = Number.NaN;
    if (!Number.isFinite(middle)) return Number.NaN;
    const low = this.fade(this.low, sensor, middle, Math.min);
    const high = this.fade(this.high, sensor, middle, Math.max);
    if (!(low >= 0 && low <= downShare * high)) return Number.NaN;
    const share = (middle - low) / (high - low);
    const isBetween = share > downBelow && share < upAbove;
    this.between[sensor]! += (Number(isBetween) - this.between[sensor]!) / betweenRows;
    if (share >= upAbove) {
      if (this.upMs[sensor] === 0) this.upMs[sensor] = timeMs;
      return Number.NaN;
    }
    if (isBetween) return Number.NaN;
    const upMs = this.upMs[sensor]!;
    this.upMs[sensor] = 0;
    // A tank that fills and empties is on its way most of the time.
    return upMs > 0 && this.between[sensor]! <= betweenMax ? (timeMs - upMs) / minuteMs : Number.NaN;
  }

  private fade(
    levels: Float64Array,
    sensor: number,
    value: number,
    farther: (a: number, b: number) => number,
  ): number {
    const known = levels[sensor]!;
    const next = Number.isNaN(known) ? value : farther(value, known + (value - known) / fadingRows);
    levels[sensor] = next;
    return next;
  }
}
