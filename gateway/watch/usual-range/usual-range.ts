/**
 * The usual range (gateway/watch/usual-range): between which values each sensor of a machine of an open type stays, learnt from
 * the machine itself, and whether one of them has left its range for so long that somebody should be told. How rare a row is
 * among others is the detector's business (shared/detector).
 *
 * A machine that nobody has described starts and stops, changes its product, rests on Sundays: each is rare among its rows,
 * and none is news. What is news is a level that it never had, and keeps. So levels (means of a few readings) are compared
 * with the lowest and highest that there were, with a margin, and must be beyond for a time:
 *
 *     learning   the first rows: every level that lasts widens the range
 *     young      the first week: levels within the margin widen it. If half of the sensors leave their ranges together, the machine
 *                does for the first time what it will do again (its first stop, its first start), and learns for a while. A probe
 *                that stands still exactly where it never was shows no such thing, and is not learnt
 *     grown      levels within the margin widen the range slowly, so that seasons do and wear does not
 *
 * Values beyond the margin are told, and not normal because they last: a person says so (`relearn`), or they come again and again and
 * the other sensors show why (explained.ts). Counters, which only rise, have no range. Nothing is allocated per row.
 */
import type { ColumnsBefore } from '../../../shared/detector/columns/columns.ts';
import type { SlowShift } from '../../ports/decision.ts';
import { ExplainedLevels, type Explanation } from './explained.ts';
import { LateSensors } from './late-sensors.ts';
import { beyondField } from './range-fields.ts';
import type { SavedRanges } from './range-types.ts';
import { Ranges } from './ranges.ts';
import type { Shown } from './values.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const youthMs = 7 * dayMs;
/** From this age on, and until it is known for a day, it has not shown yet what it does (its products, its night), and learns that: younger ones are tried out. */
const hoursOldMs = 2 * 60 * minuteMs;
/** Margins, as shares of the range: of a machine that is seen for the first time, and once its youth is over. */
const marginYoung = 2;
const marginGrown = 0.5;
/** A machine that does something for the first time learns for as long as it is known, but no longer than this. */
const firstTimeMsMax = 12 * 60 * minuteMs;
/**
 * A level must be beyond for this share of the time for which the machine is known, up to so long, or for so many rows of a
 * machine that sends fast; and for some rows at least.
 */
const confirmShare = 0.05;
const confirmMsMax = { young: 10 * minuteMs, grown: 5 * minuteMs };
const confirmRowsMax = 200;
const confirmRows = 3;
/** The usual time between two rows is a mean over about so many. */
const paceRows = 50;
/** A level that was beyond is inside again below this, in margins. */
const insideBelow = 0.7;
/**
 * It must be inside so many times as long as it had to be beyond: longer near the edge, where it may come and go, than within the
 * range that there was. What comes back all the same is damped where alerts are decided.
 */
const insideTimes = { nearby: 24, within: 6 };
/** Time in which the machine seems to be at rest is not time inside, for so long at most: the longest weekend. */
const restMsMax = 4 * dayMs;
/** A pause between two rows counts as this at most. */
const pauseMsMax = 60 * minuteMs;
/** Score of a level at its margin; and the most that rare rows inside all ranges score. */
const scoreAtMargin = 0.65;
const scoreInside = 0.4;

/** A sensor that is beyond its usual range. */
export interface BeyondRange {
  /** The index of its column. */
  column: number;
  level: number;
  low: number;
  high: number;
  /** The range is what is usual while the other sensors are as they are now; absent: what was ever usual. */
  isBesideOthers?: true;
  /** Since when levels have been beyond; absent if that was before a restart. */
  sinceMs?: number;
  /** It is the mean of a day that is compared with ordinary days; absent: it is that of some readings. */
  shift?: SlowShift;
  /** The probe beside it from which it differs by so much. */
  beside?: string;
}

/** Sensors that are beyond their ranges, and those beyond what the others explain; each once. */
export function allBeyond(ranges: readonly BeyondRange[], others: readonly BeyondRange[]): BeyondRange[] {
  return [...ranges, ...others.filter((each) => !ranges.some(({ column }) => column === each.column))];
}

export interface SavedUsualRange extends SavedRanges {
  firstMs: number;
  learnsToMs: number;
  /** For how long levels have been beyond, ms, and whether that is confirmed; absent in files of earlier versions. */
  beyondMs?: number;
  isConfirmed?: boolean;
  /** By sensor: what is known of a level that time may confirm; absent if there is none. */
  explained?: number[][];
  /** When half of the sensors were beyond together, first and last, ms; absent if they never were. */
  togetherMs?: [number, number];
}

/** The usual range of one machine. */
export class UsualRange {
  private ranges: Ranges;
  /** Null if the machine has had all of its sensors from the beginning, or for long. */
  private late: LateSensors | null = null;
  private explained: ExplainedLevels;
  private firstMs = Number.NaN;
  private newestMs = Number.NaN;
  /** Until then every level is learnt, because the machine does something for the first time. */
  private learnsToMs = Number.NEGATIVE_INFINITY;
  /** Time beyond the margin less time inside, between 0 and the time that confirms. */
  private beyondMs = 0;
  private isConfirmed = false;
  /** When it began that a level is beyond; NaN if none is, or that is not known. */
  private sinceMs = Number.NaN;
  /** Time inside that did not count, because the machine seems to be at rest. */
  private restedMs = 0;
  /** The mean time between two rows; NaN while that is not known. */
  private paceMs = Number.NaN;
  /** How far the farthest level is beyond its range, in margins. */
  private farthest = 0;

  /** @param rowsMin rows of a sensor from which it is judged */
  constructor(sensors: number, rowsMin: number) {
    this.ranges = new Ranges(sensors, rowsMin);
    this.explained = new ExplainedLevels(sensors);
  }

  /** Takes a row: `row[from] … row[from + sensors - 1]`, NaN where absent. @param by how its sensors went together in the row before */
  take(row: Float32Array, from: number, timeMs: number, by?: Pick<Explanation, 'isWithin' | 'rates'>): void {
    const { ranges } = this;
    if (Number.isNaN(this.firstMs)) this.firstMs = timeMs;
    const passedMs = Math.min(pauseMsMax, Math.max(0, timeMs - this.newestMs || 0));
    this.newestMs = timeMs;
    this.paceMs = Number.isNaN(this.paceMs)
      ? passedMs || Number.NaN
      : this.paceMs + (passedMs - this.paceMs) / paceRows;
    const knownMs = Math.max(0, timeMs - this.firstMs);
    const isYoung = knownMs < youthMs;
    const marginShare = marginYoung - (marginYoung - marginGrown) * Math.min(1, knownMs / youthMs);
    const mode = timeMs < this.learnsToMs ? 'free' : isYoung ? 'young' : 'grown';
    this.late?.at(timeMs);
    this.farthest = ranges.take(row, from, { marginShare, mode, passedMs }, this.late, by?.rates);
    if (mode === 'young' && this.isFirstTime(knownMs)) {
      this.learnsToMs = timeMs + Math.min(firstTimeMsMax, knownMs);
      this.farthest = 0;
    }
    this.confirm(knownMs, passedMs, by);
  }

  /**
   * Learns levels that come again and again and follow from what the machine does, once all of a row is known. Returns since when the machine
   * does what it never did, if that is usual from now on; NaN if it is not so.
   */
  explain(timeMs: number, by: Explanation): number {
    return this.explained.take(this.ranges, timeMs, by);
  }

  /** Goes on with other columns: one that has none before learns in a week of its own, and the others keep their ranges. */
  setColumns(columns: ColumnsBefore): void {
    this.ranges = this.ranges.withColumns(columns);
    this.late = LateSensors.of(columns, this.late);
    this.explained = new ExplainedLevels(columns.length);
  }

  /** Learns what a sensor showed before its first row was taken; ignored if those were too few rows for a level. */
  begin(sensor: number, shown: Shown): void {
    if (sensor >= 0) this.ranges.learn(sensor, shown);
  }

  /** Takes what it shows now for usual from now on, because a person says so. */
  includeNow(): boolean {
    const { isConfirmed } = this;
    this.ranges.includeNow();
    this.beyondMs = 0;
    this.isConfirmed = false;
    this.farthest = 0;
    return isConfirmed;
  }

  /** Between which levels a sensor was; null if that is not known. */
  usualOf(sensor: number): { low: number; high: number } | null {
    return sensor < 0 ? null : this.ranges.usualOf(sensor);
  }

  /** The score of the newest row. @param rarity of the row by the detector, 0 … 1 */
  score(rarity: number): number {
    if (!this.isConfirmed) return scoreInside * rarity;
    // Levels that come and go are beyond until they have been inside for as long.
    return this.farthest >= 1 ? 1 - (1 - scoreAtMargin) / this.farthest : (scoreAtMargin + scoreInside) / 2;
  }

  /** The sensors that are beyond their ranges now, the farthest first; none unless that is confirmed. */
  beyond(): BeyondRange[] {
    if (!this.isConfirmed) return [];
    const { sinceMs } = this;
    return this.ranges.beyond().map((each) => (Number.isNaN(sinceMs) ? each : { ...each, sinceMs }));
  }

  /** Writes how far each sensor is beyond its range, in margins. Returns false if none is, or that is not confirmed. */
  distances(into: Float64Array): boolean {
    if (!this.isConfirmed || this.farthest < 1) return false;
    for (let i = 0; i < into.length; i++) {
      const distance = this.ranges.get(beyondField, i);
      into[i] = distance >= 1 ? distance : 0;
    }
    return true;
  }

  /** How far it is with what the machine does for the first time, in rows, while nothing is beyond; null if it learns nothing so. */
  firstTime(): { rows: number; needed: number } | null {
    const leftMs = this.learnsToMs - this.newestMs;
    if (!(leftMs > 0) || !(this.paceMs > 0)) return null;
    const spanMs = Math.min(firstTimeMsMax, (this.learnsToMs - this.firstMs) / 2);
    const needed = Math.ceil(spanMs / this.paceMs);
    return { rows: Math.max(0, needed - Math.ceil(leftMs / this.paceMs)), needed };
  }

  /** Null if nothing has been learnt. */
  save(): SavedUsualRange | null {
    if (Number.isNaN(this.firstMs)) return null;
    const learnsToMs = Math.max(this.learnsToMs, this.firstMs);
    const { firstMs, beyondMs, isConfirmed } = this;
    const lateMs = this.late?.save();
    const explained = this.explained.save();
    const togetherMs = this.explained.saveTogether();
    const more = {
      ...(lateMs && { lateMs }),
      ...(explained && { explained }),
      ...(togetherMs && { togetherMs }),
    };
    const ranges = { ...this.ranges.save(), ...more };
    return { firstMs, learnsToMs, beyondMs: Math.round(beyondMs), isConfirmed, ...ranges };
  }

  /** Returns false if it was saved for another number of sensors. */
  restore(saved: SavedUsualRange): boolean {
    if (!this.ranges.restore(saved)) return false;
    this.firstMs = saved.firstMs;
    this.learnsToMs = saved.learnsToMs;
    this.beyondMs = saved.beyondMs ?? 0;
    this.isConfirmed = saved.isConfirmed ?? false;
    if (saved.explained) this.explained.restore(saved.explained);
    if (saved.togetherMs) this.explained.restoreTogether(saved.togetherMs);
    this.late = saved.lateMs ? LateSensors.restored(saved.lateMs) : null;
    return true;
  }

  /** One sensor is beyond, and half of them are outside. One alone says little, and does so in the first day only: then also beside many. */
  private isFirstTime(knownMs: number): boolean {
    const { judged, outside, hasStarted, hasSteady } = this.ranges;
    if (hasStarted) return true;
    if (this.farthest < 1 || outside === 0) return false;
    if (hasSteady && knownMs >= hoursOldMs && knownMs < dayMs) return true;
    return 2 * outside >= judged && (outside > 1 || knownMs < dayMs);
  }

  private insideTimes(): number {
    return this.farthest <= 0 ? insideTimes.within : insideTimes.nearby;
  }

  private confirm(knownMs: number, passedMs: number, by?: Pick<Explanation, 'isWithin'>): void {
    const longestMs = confirmMsMax[knownMs < youthMs ? 'young' : 'grown'];
    // After a restart the first row does not show how long rows take, and ends nothing.
    if (Number.isNaN(this.paceMs)) return;
    const byRowsMs = confirmRowsMax * this.paceMs;
    const neededMs = Math.min(longestMs, confirmShare * knownMs, byRowsMs);
    const stepMs = Math.min(passedMs, neededMs / confirmRows);
    const isBeyond = this.farthest >= (this.isConfirmed ? insideBelow : 1);
    if (isBeyond) this.restedMs = 0;
    else if (this.isConfirmed && this.restedMs < restMsMax && this.ranges.areHiddenByRest(by)) {
      // A sensor inside its range because the machine stands still does not show what it will do when it runs.
      this.restedMs += passedMs;
      return;
    }
    if (isBeyond && this.beyondMs === 0) this.sinceMs = this.newestMs;
    const changeMs = isBeyond ? stepMs : this.isConfirmed ? -stepMs / this.insideTimes() : -stepMs;
    this.beyondMs = Math.min(neededMs, Math.max(0, this.beyondMs + changeMs));
    if (this.beyondMs >= neededMs && neededMs > 0) this.isConfirmed = true;
    else if (this.beyondMs === 0) {
      if (this.isConfirmed) this.ranges.calm();
      this.isConfirmed = false;
      this.restedMs = 0;
    }
  }
}
