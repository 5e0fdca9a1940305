/**
 * The memory of the level of one sensor: a pyramid of at most 244 numbers, about a kilobyte, however long it is watched; 240
 * bytes in its first hour, none in its first minute, as levels have room when there is a first one.
 *
 *     readings ▶ mean of a minute ▶ median of an hour ▶ high and low of a day ▶ median of a week's highs and lows
 *                60 of them         48                  42                      26
 *
 * High and low of a day are the second-highest and second-lowest of its hours: the limit is met in the worst hours, a daily
 * cycle is the same in each, and one odd hour does not count. Days are those of UTC, weeks begin on Thursdays, as 1970 did.
 */
import { median } from '../../../shared/trend/robust.ts';

export const minuteMs = 60_000;
const minutesOfHour = 60;
const minutesOfDay = 1_440;
const minutesOfWeek = 10_080;

/** How many numbers of each kind are kept, in this order: those that are known later come later. */
const sizes = { minutes: 60, hours: 48, dayHighs: 42, dayLows: 42, weekHighs: 26, weekLows: 26 };
export type Tier = keyof typeof sizes;
const tiers = Object.keys(sizes) as Tier[];
const lengths: Record<Tier, number> = {
  minutes: 1,
  hours: minutesOfHour,
  dayHighs: minutesOfDay,
  dayLows: minutesOfDay,
  weekHighs: minutesOfWeek,
  weekLows: minutesOfWeek,
};
const starts = {} as Record<Tier, number>;
let cellsOfSensor = 0;
for (const tier of tiers) {
  starts[tier] = cellsOfSensor;
  cellsOfSensor += sizes[tier];
}

/** How long readings must all be older than the open minute, by their own times, until the clock counts as put back. */
const clockBackMinutes = minutesOfDay;
/** Values of a day from which one at either end is left out. */
const hoursToTrim = 4;

/** Where the room ends that the first hour needs, then that of an hour's, a day's and a week's first level. */
const rooms = [starts.hours, starts.dayHighs, starts.weekHighs, cellsOfSensor];

/** The cells of a memory before its first minute is over. */
const noCells = new Float32Array(0);

export interface SavedLevel {
  minute: number;
  /** At most `cellsOfSensor`; nothing is known of the others. */
  cells: Float32Array;
}

export interface LevelPoints {
  /** The numbers of the blocks (minutes, hours, days or weeks since 1970), oldest first, without the open one. */
  blocks: number[];
  /** NaN where nothing is known. */
  levels: number[];
}

export class LevelMemory {
  /** The open minute, since 1970. */
  minute: number;
  /** Readings that were left out, because their minute was closed. */
  leftOut = 0;
  private sum = 0;
  private count = 0;
  private cells: Float32Array;
  /** The time of the first of the readings in a row that were left out; 0 if the last one was not. */
  private oldSince = 0;

  constructor(minute: number, saved?: SavedLevel) {
    this.minute = saved?.minute ?? minute;
    this.cells = saved?.cells ?? noCells;
  }

  /**
   * Takes readings of one minute: their sum, and how many there are.
   * @param mayRewind false if they are known to be old: they never mean that a clock was put back
   */
  take(sum: number, minute: number, mayRewind: boolean, count = 1): void {
    if (minute > this.minute) this.advance(minute);
    else if (minute < this.minute && !this.rewinds(minute, mayRewind)) {
      this.leftOut += count;
      return;
    }
    this.oldSince = 0;
    this.sum += sum;
    this.count += count;
  }

  /** Levels of a tier, oldest first, without the block that is still open. */
  points(tier: Tier, count = sizes[tier]): LevelPoints {
    const open = Math.floor(this.minute / lengths[tier]);
    const blocks: number[] = [];
    const levels: number[] = [];
    for (let block = Math.max(0, open - Math.min(count, sizes[tier] - 1)); block < open; block++) {
      blocks.push(block);
      levels.push(this.at(tier, block));
    }
    return { blocks, levels };
  }

  /** A copy; the open minute is not in it. */
  save(): SavedLevel {
    return { minute: this.minute, cells: this.cells.slice() };
  }

  private rewinds(minute: number, mayRewind: boolean): boolean {
    if (!mayRewind) return false;
    if (this.oldSince === 0) this.oldSince = minute;
    if (minute - this.oldSince < clockBackMinutes) return false;
    for (const tier of tiers)
      this.clear(tier, Math.floor(minute / lengths[tier]) - 1, Math.floor(this.minute / lengths[tier]));
    this.minute = minute;
    this.sum = 0;
    this.count = 0;
    return true;
  }

  private advance(minute: number): void {
    if (this.count > 0) this.set('minutes', this.minute, this.sum / this.count);
    this.sum = 0;
    this.count = 0;
    const before = this.minute;
    this.minute = minute;
    const hour = Math.floor(before / minutesOfHour);
    // Within an hour, as nearly always, nothing but minutes is closed.
    if (Math.floor(minute / minutesOfHour) > hour) this.closeUntil(hour, before, minute);
    this.clear('minutes', before, minute);
  }

  private closeUntil(hour: number, before: number, minute: number): void {
    const day = Math.floor(before / minutesOfDay);
    const week = Math.floor(before / minutesOfWeek);
    this.closeHour(hour);
    if (Math.floor(minute / minutesOfDay) > day) this.closeDay(day);
    if (Math.floor(minute / minutesOfWeek) > week) this.closeWeek(week);
    this.clear('hours', hour, Math.floor(minute / minutesOfHour));
    for (const tier of ['dayHighs', 'dayLows'] as const)
      this.clear(tier, day, Math.floor(minute / minutesOfDay));
    for (const tier of ['weekHighs', 'weekLows'] as const)
      this.clear(tier, week, Math.floor(minute / minutesOfWeek));
  }

  private closeHour(hour: number): void {
    const levels = this.known('minutes', hour * minutesOfHour, minutesOfHour);
    if (levels.length > 0) this.set('hours', hour, median(levels));
  }

  private closeDay(day: number): void {
    const levels = this.known('hours', day * 24, 24).sort();
    if (levels.length === 0) return;
    const trim = levels.length >= hoursToTrim ? 1 : 0;
    this.set('dayLows', day, levels[trim]!);
    this.set('dayHighs', day, levels[levels.length - 1 - trim]!);
  }

  private closeWeek(week: number): void {
    const highs = this.known('dayHighs', week * 7, 7);
    if (highs.length === 0) return;
    this.set('weekHighs', week, median(highs));
    this.set('weekLows', week, median(this.known('dayLows', week * 7, 7)));
  }

  private known(tier: Tier, first: number, count: number): Float64Array {
    const levels: number[] = [];
    for (let block = first; block < first + count; block++) {
      const level = this.at(tier, block);
      if (!Number.isNaN(level)) levels.push(level);
    }
    return Float64Array.from(levels);
  }

  private at(tier: Tier, block: number): number {
    return this.cells[starts[tier] + (block % sizes[tier])] ?? Number.NaN;
  }

  private set(tier: Tier, block: number, level: number): void {
    const at = starts[tier] + (block % sizes[tier]);
    if (at >= this.cells.length) {
      if (Number.isNaN(level)) return;
      const grown = new Float32Array(rooms.find((room) => room > at)!).fill(Number.NaN);
      grown.set(this.cells);
      this.cells = grown;
    }
    this.cells[at] = level;
  }

  /** Forgets what was in the places of the blocks after `after` up to `to`. */
  private clear(tier: Tier, after: number, to: number): void {
    for (let block = Math.max(after + 1, to - sizes[tier] + 1); block <= to; block++)
      this.set(tier, block, Number.NaN);
  }
}

export { cellsOfSensor };
