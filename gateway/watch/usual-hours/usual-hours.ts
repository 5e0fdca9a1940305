/**
 * Usual hours (gateway/watch/usual-hours): in which hours of the week a machine sends, learnt of one that is not heard for long
 * from time to time: a device that is off at night, at weekends, or after a shift. Silence goes by it: while the machine usually
 * sends, its own pace says how long it may be unheard, and not the length of its nights. It knows no machine and no alert.
 */
const hourMs = 3_600_000;
const dayHours = 24;
export const weekHours = 168;
/** Outcomes of an hour that are remembered, of two bits each, the newest lowest. */
const weeksMax = 4;
const outcomes = { none: 1, partly: 2, full: 3 } as const;
type Outcome = (typeof outcomes)[keyof typeof outcomes];

/** A gap that is longer than this says nothing of the hours of a week: the machine was away. */
const gapMsMax = weekHours * hourMs;
/** The hours of a week are known once so many of them have been watched. */
const watchedMin = 156;
/** An outcome is usual for an hour if it was so in this share of the last weeks that are remembered … */
const usualShare = 0.75;
/** … or, seen for one week only, on so many of the other days at this time of day. */
const otherDays = { full: 3, none: 1 } as const;
/** Quiet hours that begin so soon after a reading explain that none follows. */
const quietSoonMs = 2 * hourMs;
/** A deadline is looked for in so many hours. */
const aheadHours = weekHours + dayHours;

/** Local time minus UTC, ms. */
export type OffsetOf = (ms: number) => number;
const localOffset: OffsetOf = (ms) => -60_000 * new Date(ms).getTimezoneOffset();

/** How long a machine may be unheard, ms: in hours in which it usually sends, and in all that are not usually quiet. */
export interface HoursAllowed {
  inCoreMs: number;
  else: number;
}

export interface HoursDeadline {
  atMs: number;
  /** It was reached in hours in which the machine usually sends. */
  isInCore: boolean;
}

/** The hours of the week of one machine. Times are of the wall clock, ms since 1970; hours are those of the gateway's time zone. */
export class UsualHours {
  private readonly weeks: Uint8Array;
  private readonly offsetOf: OffsetOf;
  /** Hours that were watched at least once. */
  private watched = 0;
  /** Null: not known since the last outcome. */
  private hasCore: boolean | null = null;
  /** The hour that is being watched, counted since 1970; NaN: none is. */
  private hour = Number.NaN;
  /** It has been watched from its beginning; something was missing in it. */
  private isWhole = false;
  private isPartly = false;

  constructor(saved: string | null = null, offsetOf: OffsetOf = localOffset) {
    this.offsetOf = offsetOf;
    this.weeks = new Uint8Array(weekHours);
    if (saved !== null) this.weeks.set(Buffer.from(saved, 'base64').subarray(0, weekHours));
    for (const week of this.weeks) if (week !== 0) this.watched++;
  }

  /** True once there is hardly an hour of which nothing is known, and some in which it usually sends. */
  get isKnown(): boolean {
    if (this.watched < watchedMin) return false;
    this.hasCore ??= Array.from({ length: weekHours }, (_, slot) => slot).some((slot) => this.isCore(slot));
    return this.hasCore;
  }

  saved(): string {
    return Buffer.from(this.weeks).toString('base64');
  }

  /** It was heard, after no longer than it may be unheard. */
  goesOn(nowMs: number): void {
    const hour = this.hourOf(nowMs);
    if (hour === this.hour) return;
    this.passTo(hour, outcomes.full);
    this.isPartly = false;
  }

  /** It was heard, after it was not for longer than that. */
  paused(fromMs: number, toMs: number): void {
    const [from, to] = [this.hourOf(fromMs), this.hourOf(toMs)];
    if (!(toMs - fromMs <= gapMsMax) || to < from) return this.interrupted();
    if (Number.isNaN(this.hour) || this.hour > from) this.hour = from;
    this.passTo(from, outcomes.full);
    this.isPartly = true;
    this.passTo(to, outcomes.none);
    this.isPartly = true;
  }

  /** Nobody knows whether it was heard: the gateway did not run, or listen, or people worked on the machine. */
  interrupted(): void {
    this.hour = Number.NaN;
    this.isWhole = this.isPartly = false;
  }

  /** For how long of a span it usually sends. */
  coreMs(fromMs: number, toMs: number): number {
    let sum = 0;
    for (let atMs = fromMs, steps = 0; atMs < toMs && steps <= weekHours; steps++) {
      const hour = this.hourOf(atMs);
      const endMs = Math.min(toMs, this.endOf(hour, atMs));
      if (this.isCore(hour)) sum += endMs - atMs;
      atMs = endMs;
    }
    return sum;
  }

  /** When a machine that is not heard from a time on has been unheard for longer than is allowed; a week and a day later at most. */
  deadline(fromMs: number, allowed: HoursAllowed): HoursDeadline {
    let left = { ...allowed };
    let atMs = fromMs;
    for (let step = 0; step < aheadHours; step++) {
      const hour = this.hourOf(atMs);
      const endMs = this.endOf(hour, atMs);
      const [isCore, isQuiet] = [this.isCore(hour), this.isUsually(hour, 'none')];
      const coreMs = isCore ? left.inCoreMs : Number.POSITIVE_INFINITY;
      const elseMs = isQuiet ? Number.POSITIVE_INFINITY : left.else;
      const leastMs = Math.min(coreMs, elseMs);
      if (atMs + leastMs <= endMs) return { atMs: atMs + leastMs, isInCore: coreMs <= elseMs };
      const passedMs = endMs - atMs;
      left = {
        inCoreMs: left.inCoreMs - (isCore ? passedMs : 0),
        else: left.else - (isQuiet ? 0 : passedMs),
      };
      atMs = endMs;
    }
    return { atMs, isInCore: false };
  }

  /** True if an hour in which it usually sends nothing begins soon after a time: of work that ends, the last hours are seldom whole. */
  isQuietSoon(fromMs: number): boolean {
    const last = this.hourOf(fromMs + quietSoonMs);
    for (let hour = this.hourOf(fromMs); hour <= last; hour++) if (this.isUsually(hour, 'none')) return true;
    return false;
  }

  /** An hour in which it usually sends, between two such hours: its first and last ones begin and end as work does. */
  private isCore(hour: number): boolean {
    return [hour, hour - 1, hour + 1].every((each) => this.isUsually(each, 'full'));
  }

  private isUsually(hour: number, what: 'full' | 'none'): boolean {
    const slot = slotOf(hour);
    const own = this.weeks[slot]!;
    const wanted = outcomes[what];
    let [known, same] = [0, 0];
    for (let week = own; week !== 0; week >>= 2) {
      known++;
      if ((week & 3) === wanted) same++;
    }
    if (known !== 1) return known > 1 && same >= usualShare * known;
    if (same === 0) return false;
    let others = 0;
    for (let day = 1; day < weekHours / dayHours; day++)
      if ((this.weeks[(slot + day * dayHours) % weekHours]! & 3) === wanted) others++;
    return others >= otherDays[what];
  }

  /** Ends the hour that was watched and begins another; the hours between have the given outcome. */
  private passTo(hour: number, between: Outcome): void {
    if (hour === this.hour) return;
    const isNext = hour > this.hour && hour - this.hour <= weekHours;
    if (isNext) {
      if (this.isWhole) this.note(this.hour, this.isPartly ? outcomes.partly : outcomes.full);
      for (let each = this.hour + 1; each < hour; each++) this.note(each, between);
    }
    // An hour that is watched from somewhere in it on, also after the clock was set, is not whole.
    this.isWhole = isNext;
    this.hour = hour;
  }

  private note(hour: number, outcome: Outcome): void {
    const slot = slotOf(hour);
    const before = this.weeks[slot]!;
    if (before === 0) this.watched++;
    this.hasCore = null;
    this.weeks[slot] = ((before << 2) | outcome) & ((1 << (2 * weeksMax)) - 1);
  }

  private hourOf(ms: number): number {
    return Math.floor((ms + this.offsetOf(ms)) / hourMs);
  }

  /** The end of an hour, of which `ms` is a time. */
  private endOf(hour: number, ms: number): number {
    return Math.max(ms + 1, (hour + 1) * hourMs - this.offsetOf(ms));
  }
}

const slotOf = (hour: number): number => ((hour % weekHours) + weekHours) % weekHours;
