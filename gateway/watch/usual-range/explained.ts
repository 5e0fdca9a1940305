/**
 * Levels that are confirmed by time: those that a sensor has again and again beyond its range, and that follow from what the machine does.
 * A second speed, or what comes with it, is told at first, as anything is that never was. What a fault shows does not follow from the others,
 * so it is never learnt, however often it comes.
 */
import type { CounterRates } from './range-types.ts';
import type { Ranges } from './ranges.ts';

/** Knowledge of a machine beside its ranges; sensors by column. */
export interface Explanation {
  /** The value that the other sensors let expect; null if that is not known, or what they say is not what is confirmed. */
  expected(sensor: number): number | null;
  /** True once it is judged how the sensors go together: till then, what lasts in one of them soon seems to follow from the others. */
  isJudged(): boolean;
  /** True if it is judged how a sensor goes with the others, and it is as far from that as on ordinary days. */
  isWithin(sensor: number): boolean;
  /** Which of its sensors are counters; absent: none is. */
  rates?: CounterRates;
  /** The sensor that says the mode, while that is one that is known; −1 if there is none. */
  modeSensor(): number;
}

const hourMs = 3_600_000;
/** The others explain a level if they let expect at least this share of its way beyond the range. */
const explainedShare = 0.5;
/** A level is usual after so many visits, and so long in all and so many rows, of which so large a share was explained. */
const visitsMin = 3;
const confirmedMs = 8 * hourMs;
const confirmedRows = 60;
const explainedTimeMin = 0.8;
/** A level that has lasted for so long is so too: a product that is made for weeks. One that only its mode explains must come back, and one that comes early. */
const lastsMs = 72 * hourMs;
/** As many sensors at least, and half of those that are judged, are outside together if the machine does something else. */
const togetherMin = 2;
const togetherForMs = 14 * 24 * hourMs;
/** A level has settled if a row moves it by no more than this share of its way beyond the range. */
const settledShare = 0.03;
/** Visits are as far apart as this at least. */
const apartMs = hourMs / 2;
const pauseMsMax = hourMs;

/** By sensor: time beyond and explained, time beyond, rows, visits; and since when it has been inside (saved as none). */
const [explainedField, beyondField, rowsField, visitsField, insideField] = [0, 1, 2, 3, 4];
const width = 5;
const savedWidth = 4;

export class ExplainedLevels {
  private readonly cells: Float64Array;
  /** By sensor: its newest level that was beyond. */
  private readonly levels: Float64Array;
  private newestMs = Number.NaN;
  /** Times at which half of the sensors were beyond together, first and last; NaN: they never were, or not for long. */
  private togetherFromMs = Number.NaN;
  private togetherNewestMs = Number.NaN;

  constructor(sensors: number) {
    this.cells = new Float64Array(sensors * width);
    this.levels = new Float64Array(sensors).fill(Number.NaN);
    for (let at = insideField; at < this.cells.length; at += width) this.cells[at] = apartMs;
  }

  /**
   * Takes how far the levels of a row are, and widens the ranges of those that are confirmed. Returns since when the
   * machine does what it never did, if that is usual now: half of its sensors left their ranges together; NaN if that is not so.
   */
  take(ranges: Ranges, timeMs: number, by: Explanation): number {
    const passedMs = Math.min(pauseMsMax, Math.max(0, timeMs - this.newestMs || 0));
    this.newestMs = timeMs;
    const { cells } = this;
    const areTogether = ranges.outside >= togetherMin && 2 * ranges.outside >= ranges.judged;
    let otherMs = Number.NaN;
    if (timeMs - this.togetherNewestMs > togetherForMs) this.togetherFromMs = Number.NaN;
    for (let sensor = 0, at = 0; at < cells.length; sensor++, at += width) {
      const beyond = ranges.edgeOf(sensor);
      if (!beyond) {
        cells[at + insideField]! += passedMs;
        continue;
      }
      if (cells[at + insideField]! >= apartMs) cells[at + visitsField]!++;
      cells[at + insideField] = 0;
      cells[at + beyondField]! += passedMs;
      const isMode = by.modeSensor() === sensor;
      const value = isMode ? beyond.level : by.expected(sensor);
      const isExplained =
        value !== null && (value - beyond.edge) / (beyond.level - beyond.edge) >= explainedShare;
      const way = beyond.level - beyond.edge;
      const isSettled = Math.abs(beyond.level - this.levels[sensor]!) <= settledShare * Math.abs(way);
      this.levels[sensor] = beyond.level;
      if (!isExplained && !areTogether) continue;
      if (areTogether) this.followTogether(timeMs);
      cells[at + explainedField]! += passedMs;
      cells[at + rowsField]!++;
      // On its way to a level a sensor is not there yet, and the rest of the way would be told again.
      if (!isSettled || !this.isConfirmed(at, isExplained && !isMode && by.isJudged())) continue;
      ranges.include(sensor);
      cells.fill(0, at, at + width);
      if (areTogether) otherMs = this.togetherFromMs;
    }
    return otherMs;
  }

  private followTogether(timeMs: number): void {
    this.togetherNewestMs = timeMs;
    if (!(this.togetherFromMs <= timeMs)) this.togetherFromMs = timeMs;
  }

  private isConfirmed(at: number, mayLast: boolean): boolean {
    const { cells } = this;
    const explainedMs = cells[at + explainedField]!;
    if (explainedMs < explainedTimeMin * cells[at + beyondField]!) return false;
    if (explainedMs < confirmedMs || cells[at + rowsField]! < confirmedRows) return false;
    return cells[at + visitsField]! >= visitsMin || (mayLast && explainedMs >= lastsMs);
  }

  /** When half of the sensors were beyond together, first and last; null if they never were. */
  saveTogether(): [number, number] | null {
    return Number.isNaN(this.togetherFromMs) ? null : [this.togetherFromMs, this.togetherNewestMs];
  }

  restoreTogether([from, newest]: readonly [number, number]): void {
    this.togetherFromMs = from;
    this.togetherNewestMs = newest;
  }

  /** Null if no level is on its way. */
  save(): number[][] | null {
    const { cells } = this;
    const saved: number[][] = [];
    for (let at = 0; at < cells.length; at += width)
      saved.push(Array.from(cells.subarray(at, at + savedWidth), Math.round));
    return saved.some(([, beyondMs]) => beyondMs! > 0) ? saved : null;
  }

  restore(saved: readonly (readonly number[])[]): void {
    if (saved.length * width !== this.cells.length || saved.some((each) => each.length !== savedWidth))
      return;
    saved.forEach((each, i) => {
      this.cells.set(each, i * width);
      // A sensor may still be beyond: only time inside from now on makes what follows another visit.
      if (each[beyondField]! > 0) this.cells[i * width + insideField] = 0;
    });
  }
}
