/**
 * Late readings (gateway/watch/late): readings that come after newer ones of their machine, because its device has kept them and sends
 * what is new first, in any order, or between its live ones. In which order a device sends
 * what it has kept makes no difference to its limits.
 */
import type { LimitState, PassedLimit } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { inPlaceOf, mergeLate } from '../limits/late-merge.ts';
import type { MachineLimits } from '../limits/machine-limits.ts';
import type { Spell } from '../limits/passed-limits.ts';
import { type LogRoom, ReadingLog } from './reading-log.ts';

/** Nothing older has come for so long: what came is judged. It does not wait for longer than the other. */
const quietMs = 3_000;
const waitMsMax = 60_000;
/** A decision waits for so long for what has just come: until it is in its order, one knows not since when something is. */
const orderMsMax = 10_000;
/** While older ones may follow for so long, what seems to end in a longer gap after the newest of them may go on in it. */
const followMs = 300_000;
const gapMsMin = 60_000;
/**
 * So many readings of a machine are put into their order; and so many for so long before the first late one comes. Those of a machine that is
 * heard for the first time are few if it has one device: that shows at once that it sends what it has kept, and most have kept nothing.
 */
const readingsMax = 16_384;
const beforeLateMax = 1_024;
const beforeLateFirstMax = 32;
const expectedMs = 600_000;
/** A sensor was kept with a hole where it has no value for so many times as long as is usual in what was kept. */
const keptGaps = 3;
/** Limit of what is remembered of that which decisions have heard since the gap. */
const heardMax = 64;

/** A machine was not heard between readings of these times. */
export interface Gap {
  fromMs: number;
  toMs: number;
}

/**
 * The readings of one machine since it was not heard for a while. Its limits as they were then are kept, so that all readings since can
 * be judged once more in the order of their times: the result is what it would have been had they come in that order. If there is no room for all,
 * the late ones alone are judged so, apart from the limits of now.
 */
export class LateReadings {
  /** The last reading before the gap: what is older is judged by itself. */
  private fromMs: number;
  /** The first one after it. */
  private readonly toMs: number;
  /** Null for a machine that was not heard before the gap, of which nothing was known then. */
  private before: MachineLimits | null = null;
  private readonly log: ReadingLog;
  private readonly begunMs: number;
  /** It has all readings since the gap. */
  private isWhole: boolean;
  /** There was no gap: another device of the machine has gone on, and what this one keeps is judged by itself. */
  isApart: boolean;
  /** Some of it waited when the gateway ended: decisions may have heard of it before that. */
  isAgain = false;
  /** When late readings came, monotonic: the first that is not judged yet (NaN: there is none), and the last. */
  private firstLateMs = Number.NaN;
  private lastLateMs = Number.NEGATIVE_INFINITY;
  /** The newest late reading, by its own time. */
  private newestLateMs = Number.NEGATIVE_INFINITY;
  /** When they are judged, monotonic (else NaN); and whether something may go on in the gap after them. */
  private judgingMs = Number.NaN;
  private isOpenEnded = false;
  private heard: Spell[];

  /**
   * @param limits as they are before the first reading after the gap @param gap absent if there was none: another device of the machine
   * has gone on @param nowMs monotonic
   */
  constructor(limits: MachineLimits, gap: Gap | null, room: LogRoom, nowMs: number) {
    this.fromMs = gap?.fromMs ?? Number.NEGATIVE_INFINITY;
    this.toMs = gap?.toMs ?? Number.NaN;
    this.isApart = gap === null;
    this.isWhole = gap !== null;
    const isFirst = gap?.fromMs === Number.NEGATIVE_INFINITY;
    if (gap && !isFirst) this.before = limits.fork((spell) => this.isHeard(spell));
    this.heard = [...limits.passed.heardOf];
    this.log = new ReadingLog(room);
    this.begunMs = nowMs;
  }

  /** True while late readings have come that are not judged yet. */
  get hasNew(): boolean {
    return !Number.isNaN(this.firstLateMs);
  }

  /** True while something is to be judged. */
  get isWaiting(): boolean {
    return this.hasNew || this.isOpenEnded;
  }

  /** True while a decision has to wait until what came late is judged. A device whose readings are late for ever delays none. */
  putsInOrder(nowMs: number): boolean {
    return nowMs - this.firstLateMs < orderMsMax;
  }

  /** True if readings from before another gap may still come. */
  isExpected(nowMs: number): boolean {
    return nowMs - Math.max(this.begunMs, this.lastLateMs) < expectedMs;
  }

  /** True if what came is to be judged now. */
  isDue(nowMs: number): boolean {
    if (this.isOpenEnded && nowMs - this.lastLateMs >= followMs) return true;
    if (!this.hasNew) return false;
    const isFull = this.log.size >= readingsMax;
    return isFull || nowMs - this.lastLateMs >= quietMs || nowMs - this.firstLateMs >= waitMsMax;
  }

  /** Takes a reading that is older than the newest. Returns false if there is no room. */
  takesLate(batch: ColumnBatch, i: number, nowMs: number): boolean {
    const timeMs = batch.timeMs[i]!;
    if (!(timeMs > this.fromMs) || (!this.isWhole && timeMs > this.toMs)) this.judgeApart();
    if (this.log.size >= readingsMax || !this.log.add(batch, i)) return false;
    if (!this.hasNew) this.firstLateMs = nowMs;
    this.lastLateMs = nowMs;
    this.newestLateMs = Math.max(this.newestLateMs, timeMs);
    return true;
  }

  /** Takes a reading that is not late. @param hasSeveral its machine has several devices, of which another may send what it has kept */
  goesOn(batch: ColumnBatch, i: number, nowMs: number, hasSeveral: boolean, isAtRest = false): void {
    if (!this.isWhole) return;
    const beforeMax = this.before === null && !hasSeveral ? beforeLateFirstMax : beforeLateMax;
    const max = this.lastLateMs >= this.begunMs ? readingsMax : beforeMax;
    const isTaken = this.isExpected(nowMs) && this.log.size < max && this.log.add(batch, i, isAtRest);
    if (!isTaken) this.cut();
  }

  /** Readings were left out. */
  interrupted(timeMs: number, wasRest: boolean): void {
    if (this.isWhole && !this.log.addBreak(timeMs, wasRest)) this.cut();
  }

  /** Judges what came. Returns the limits that take the place of those of now. @param nowMs monotonic */
  judge(now: MachineLimits, nowMs: number): MachineLimits {
    this.isOpenEnded = false;
    this.judgingMs = nowMs;
    const before = this.before ?? now.unknown();
    const judged = before.fork(
      (spell) => this.isHeard(spell),
      (passed) => this.isHeard(passed) || this.mayGoOn(passed),
    );
    judged.passed.isAgain = this.isAgain;
    const latestMs = this.replay(judged);
    this.firstLateMs = Number.NaN;
    const toMs = this.isApart ? latestMs + followMs : this.toMs;
    // The limits of now may know more than these readings say.
    const next = this.isWhole ? inPlaceOf(now, judged) : mergeLate(now, judged, toMs, latestMs, this.isApart);
    this.judgingMs = Number.NaN;
    this.isAgain &&= this.isOpenEnded;
    if (this.log.size >= readingsMax) this.isWhole = false;
    if (!this.isWhole && !this.isOpenEnded) this.log.clear();
    return next;
  }

  /** A decision hears of these limits. */
  hears(states: readonly LimitState[], passed: readonly PassedLimit[], timeMs: number): void {
    this.before?.takePassed();
    for (const { sensor, met } of states)
      if (met) this.note({ sensor, ...met, untilMs: met.backMs ?? timeMs });
    for (const each of passed) this.note(each);
  }

  /** Lets limits take all of it. How often it was measured is taken from itself where little is known of the machine, as after a kill. */
  private replay(limits: MachineLimits): number {
    const { holes } = limits;
    const { usualMs } = holes;
    const gaps = new Map<number, number>();
    holes.usualMs = (column) => {
      const knownMs = usualMs(column);
      if (knownMs < Number.POSITIVE_INFINITY) return knownMs;
      const gapMs = gaps.get(column) ?? this.log.usualGapMs(column);
      gaps.set(column, gapMs);
      return keptGaps * gapMs;
    };
    const latestMs = this.log.replay(limits);
    holes.usualMs = usualMs;
    return latestMs;
  }

  /** Nothing more is expected, or to be judged. */
  end(): void {
    this.log.clear();
  }

  /** Readings of no time in the gap have come: another device of the machine has kept its own, for longer or since. */
  private judgeApart(): void {
    // A limit that was met before the gap is known, or about to be told; those of now may end it before a decision hears of it again.
    for (const { sensor, met } of this.before?.list() ?? [])
      if (met) this.note({ sensor, ...met, untilMs: met.backMs ?? this.fromMs });
    this.fromMs = Number.NEGATIVE_INFINITY;
    this.before = null;
    this.isApart = true;
    this.isWhole = false;
  }

  /** There is no room for what comes, so the order of what came is of use for late ones alone. */
  private cut(): void {
    this.isWhole = false;
    if (!this.hasNew && !this.isOpenEnded) this.log.clear();
  }

  /** Its end was not seen, as before a hole, and readings of the time before it may follow. */
  private mayGoOn({ sinceMs, untilMs }: PassedLimit): boolean {
    const { newestLateMs, lastLateMs, judgingMs, isApart } = this;
    const isAcross = sinceMs <= newestLateMs && untilMs - newestLateMs > gapMsMin;
    const isAtEnd = isApart ? untilMs >= newestLateMs : untilMs === newestLateMs;
    const mayGoOn = (isAcross || isAtEnd) && judgingMs - lastLateMs < followMs;
    this.isOpenEnded ||= mayGoOn;
    return mayGoOn;
  }

  private note(heard: Spell): void {
    const { sensor, side, severity, sinceMs, untilMs } = heard;
    const known = this.heard.find(
      (each) => each.sensor === sensor && each.severity === severity && each.sinceMs === sinceMs,
    );
    if (known) known.untilMs = Math.max(known.untilMs, untilMs);
    else this.heard.push({ sensor, side, severity, sinceMs, untilMs });
    if (this.heard.length > heardMax) this.heard.shift();
  }

  private isHeard({ sensor, side, severity, sinceMs, untilMs }: Spell): boolean {
    return this.heard.some(
      (each) =>
        each.sensor === sensor &&
        each.side === side &&
        (each.severity === severity || each.severity === 'critical') &&
        each.sinceMs <= untilMs &&
        each.untilMs >= sinceMs,
    );
  }
}
