import { fadedMs, type LongestLately, withSpan } from '../../../shared/bounds/longest-lately.ts';
import type { MachineIdentity, SilenceState } from '../../ports/decision.ts';
import type { LearntSensor } from '../running/learnt-rest.ts';
import type { RunningTime } from '../running/running.ts';
import { PaceAndHours, type PaceBounds, type SavedHours } from '../usual-hours/pace-and-hours.ts';
import type { HoursDeadline } from '../usual-hours/usual-hours.ts';
import { HeardAgain } from './heard-again.ts';
import { Pauses } from './pauses.ts';
import { Rhythm } from './rhythm.ts';

/** Hearings closer together than this are one; so are all readings of a batch. */
export const hearingMs = 1_000;
/** A machine is silent after this many times its longest usual gap. */
const usualGaps = 3;
/** … or after this many times the longest gap of the last weeks that was within its allowance, if that is longer. */
const longGaps = 1.5;
/** A machine that was at rest when it was last heard may be off for a weekend. */
const atRestMs = 3 * 86_400_000;
/** How often it is looked until when a machine may be unheard. */
const lookAheadMs = 30_000;
/** How fast the least delay of a device follows one that grows, as clocks drift apart. */
const lagShare = 1 / 64;

/** The shortest and the longest time after which a machine is called silent, where its type says none. */
export interface SilenceBounds {
  afterMsMin: number;
  afterMsMax: number;
}

/** How long a machine may be unheard, ms; null if that is not known. */
export type Allowed = Pick<SilenceState, 'allowedMs' | 'isAtUsualHours'>;

/** Whether a machine is heard; unknown from the start of the gateway until either is found. */
export type Level = 'unknown' | 'heard' | 'silent';

/** The window of a machine, which looks at each reading from this monotonic time on. */
export interface Listener {
  noteFromMs: number;
}

/**
 * When one machine is heard. Times are monotonic times of arrival. The time that a reading carries tells
 * only how old it is: it is compared with the least delay that readings of this machine have had, so a device's clock may
 * be wrong. A reading that is old says that the machine was heard then, and not now.
 */
export class Hearing {
  identity: MachineIdentity;
  readonly key: string;
  rhythm = new Rhythm();
  level: Level = 'unknown';
  /** Its device has said that it is offline, and nothing was heard since. */
  isOffline = false;
  /** When it was last heard, as far as readings prove; the start of the gateway as long as nothing was. */
  heardMs: number;
  /** The wall-clock time of that before the gateway's start; null if it was heard since, or never. */
  heardBeforeMs: number | null = null;
  /** The two as they were when its device said that it is online, and nothing else has come since; null if it has not. */
  beforeWord: { heardMs: number; heardBeforeMs: number | null } | null = null;
  /** It was at rest when it was last heard. */
  isResting = false;
  /** How long it has run; null if it is not known when it runs. Its window counts, and it is kept here. */
  ran: RunningTime | null = null;
  /** By which sensors it rests, if that was learnt. */
  learntRest: readonly LearntSensor[] | null = null;
  /** Until when nobody expected it to be heard, monotonic. */
  excusedMs = Number.NEGATIVE_INFINITY;
  /** Its window; null if it has none. */
  listener: Listener | null = null;
  /** Nothing is told of it any more. */
  isForgotten = false;
  /** Until when it may be unheard by the hours of the week in which it sends, by the wall clock; null if those are not known. */
  unheardToMs: number | null = null;
  /** While it is silent: the wait before that is told again. */
  remindMs = 0;
  readonly again = new HeardAgain();
  dueMs = 0;
  heapAt = -1;
  /** Arrival of its last reading that was not old; NaN if there was none. */
  private freshMs = Number.NaN;
  /** The least delay: monotonic time of arrival minus the time of the reading. At first the device's clock is believed. */
  private lagMs: number;
  /** Arrival and delay of an old reading with which the next one is compared; NaN if the last one was fresh. */
  private oldAtMs = Number.NaN;
  private oldLagMs = 0;
  /**
   * The longest gap of the last weeks that was within its allowance, or came regularly, by monotonic time. The rhythm forgets within dozens of
   * hearings, so a machine that reports changes only would be silent each evening.
   */
  private longGap: LongestLately = { ms: 0, atMs: 0 };
  private readonly pauses = new Pauses();
  /** When it was last looked until when it may be unheard. */
  private lookedMs = Number.NEGATIVE_INFINITY;
  /** The gap above may be a night; by these a machine that is off at times is silent while it usually sends. */
  private readonly hours = new PaceAndHours();

  /** @param offsetMs wall-clock time minus monotonic time */
  constructor(identity: MachineIdentity, nowMs: number, offsetMs: number) {
    this.identity = identity;
    this.key = `${identity.site}/${identity.machine}`;
    this.heardMs = Math.floor(nowMs);
    this.lagMs = -offsetMs;
  }

  /** How long it may be unheard, ms; null if that is not known yet. */
  allowedMs(bounds: SilenceBounds): number | null {
    if (!this.isResting) return this.usuallyAllowedMs(bounds, this.heardMs);
    const { silentAtRestAfterMs = atRestMs } = this.identity.type;
    return silentAtRestAfterMs === 0 ? null : silentAtRestAfterMs;
  }

  private usuallyAllowedMs({ afterMsMin, afterMsMax }: SilenceBounds, nowMs: number): number | null {
    const { silentAfterMs } = this.identity.type;
    if (silentAfterMs !== undefined) return silentAfterMs;
    if (!this.rhythm.isKnown) return null;
    const rhythmMs = Math.max(afterMsMin, usualGaps * this.rhythm.usualMs);
    // It only fades: where it is too short to matter, as for most machines at each reading, it need not be known how much.
    if (longGaps * this.longGap.ms < rhythmMs - 1) return Math.min(afterMsMax, rhythmMs);
    const longMs = Math.round(longGaps * fadedMs(this.longGap, nowMs));
    return Math.min(afterMsMax, Math.max(rhythmMs, longMs));
  }

  /**
   * When it has been unheard for longer than the hours of the week allow in which it usually sends, if it is not heard from a time on;
   * null as long as these are not known, or do not decide. Both are monotonic. @param offsetMs wall-clock time minus monotonic time
   */
  hoursDeadline(fromMs: number, bounds: SilenceBounds, offsetMs: number): HoursDeadline | null {
    if (!this.hours.isKnown || this.isResting || this.identity.type.silentAfterMs !== undefined) return null;
    const allowedMs = this.usuallyAllowedMs(bounds, fromMs);
    return allowedMs === null ? null : this.hours.deadline(fromMs, this.paceOf(bounds), allowedMs, offsetMs);
  }

  /** How long it may be unheard now, and whether that is so because it usually sends at this time of the week. */
  allowedNow(bounds: SilenceBounds, nowMs: number, offsetMs: number): Allowed {
    const found = this.hoursDeadline(this.heardMs, bounds, offsetMs);
    if (!found?.isInCore || nowMs < found.atMs) return { allowedMs: this.allowedMs(bounds) };
    return { allowedMs: this.hours.paceMs(this.paceOf(bounds), nowMs), isAtUsualHours: true };
  }

  /** Notes, now and then, until when it may be unheard after a reading that arrives now, if that is usual at these hours of the week. */
  looksAhead(nowMs: number, bounds: SilenceBounds, offsetMs: number): void {
    if (!this.hours.isKnown || nowMs - this.lookedMs < lookAheadMs) return;
    this.lookedMs = nowMs;
    // A long allowance alone, as of a device that sends when something happens, does not make a workday one on which it is usually unheard.
    const isQuiet = this.hours.isQuietSoon(nowMs, offsetMs);
    const atMs = isQuiet ? this.hoursDeadline(nowMs, bounds, offsetMs)?.atMs : undefined;
    this.unheardToMs = atMs === undefined ? null : Math.round(atMs + offsetMs);
  }

  /**
   * Takes a reading of `timeMs` that arrived now. Returns true if the machine is heard now, and false if it is old.
   * @param since when the gateway has been listening (a gap that began before that is not learnt), and wall-clock time minus monotonic time
   */
  takes(
    nowMs: number,
    timeMs: number,
    bounds: SilenceBounds,
    { listeningMs, offsetMs }: { listeningMs: number; offsetMs: number },
  ): boolean {
    const lagMs = nowMs - timeMs;
    if (lagMs < this.lagMs) this.lagMs = lagMs;
    const allowedMs = this.usuallyAllowedMs(bounds, nowMs);
    const oldFromMs = this.oldFromMs(allowedMs, bounds, nowMs);
    if (lagMs - this.lagMs > oldFromMs && this.hasOtherClock(nowMs, lagMs)) this.lagMs = lagMs;
    const ageMs = lagMs - this.lagMs;
    const provenMs = Math.floor(nowMs - ageMs);
    if (provenMs > this.heardMs) {
      this.heardMs = provenMs;
      this.heardBeforeMs = null;
    }
    if (ageMs > oldFromMs) return false;
    this.beforeWord = null;
    this.lagMs += ageMs * lagShare;
    this.oldAtMs = Number.NaN;
    if (this.isResting || !(this.freshMs >= listeningMs)) this.hours.interrupted();
    else if (nowMs - this.freshMs >= hearingMs) {
      if (this.rhythm.isKnown) this.hours.take(nowMs - this.freshMs, this.paceOf(bounds), nowMs, offsetMs);
      this.learnGap(Math.min(nowMs - this.freshMs, bounds.afterMsMax), nowMs, allowedMs);
    }
    if (!(nowMs - this.freshMs < hearingMs)) this.freshMs = nowMs;
    return true;
  }

  /** A long night does not let old readings count as new ones. */
  private oldFromMs(allowedMs: number | null, bounds: SilenceBounds, nowMs: number): number {
    const isByHours = this.hours.isKnown && this.identity.type.silentAfterMs === undefined;
    const mayBeMs = isByHours ? this.hours.paceMs(this.paceOf(bounds), nowMs) : allowedMs;
    return (mayBeMs ?? bounds.afterMsMin) / 2;
  }

  private learnGap(gapMs: number, nowMs: number, allowedMs: number | null): void {
    const isAllowed = allowedMs === null || gapMs <= allowedMs;
    const usualMs = isAllowed ? gapMs : this.pauses.take(gapMs, nowMs);
    if (allowedMs !== null && usualMs !== null) this.longGap = withSpan(this.longGap, usualMs, nowMs);
    this.rhythm.take(gapMs);
  }

  private paceOf({ afterMsMin, afterMsMax: mostMs }: SilenceBounds): PaceBounds {
    return { leastMs: Math.max(afterMsMin, usualGaps * this.rhythm.usualMs), mostMs };
  }

  /** Whether it is heard up to this monotonic time says nothing, and no gap that contains it is learnt. */
  excuse(toMs: number): void {
    this.excusedMs = toMs;
    this.freshMs = Number.NaN;
    this.hours.interrupted();
  }

  /** The device has said itself that it is online (`isByWord`), or sent what could not be used. */
  isThere(nowMs: number, isByWord: boolean): void {
    const { heardMs, heardBeforeMs } = this;
    this.beforeWord = isByWord ? (this.beforeWord ?? { heardMs, heardBeforeMs }) : null;
    this.heardMs = nowMs;
    this.heardBeforeMs = null;
  }

  /** @param offsetMs wall-clock time minus monotonic time */
  saved(offsetMs: number): SavedHearing {
    const { site, machine, type } = this.identity;
    const heardMs = this.heardBeforeMs ?? this.heardMs + offsetMs;
    const lagMs = Math.round(this.lagMs + offsetMs);
    const rhythm = this.rhythm.saved();
    const ran = this.ran && Number.isFinite(this.ran.countedToMs) ? [this.ran.ms, this.ran.countedToMs] : [];
    const saved: SavedHearing = [
      site,
      machine,
      type.name,
      Math.round(heardMs),
      lagMs,
      this.isOffline,
      rhythm,
      this.isResting,
      ran,
      [Math.round(this.longGap.ms), Math.round(this.longGap.atMs + offsetMs)],
    ];
    if (this.learntRest) saved[10] = this.learntRest;
    const hours = this.hours.saved(offsetMs);
    if (!hours) return saved;
    saved[10] ??= null;
    saved[11] = hours;
    return saved;
  }

  static restored(identity: MachineIdentity, saved: SavedHearing, nowMs: number, offsetMs: number): Hearing {
    const [, , , heardMs, lagMs, isOffline, peaks, isResting, ran = [], longGap = [], ...more] = saved;
    const [learntRest = null, hours] = more;
    const [[ranMs, countedToMs], [longMs, longAtMs]] = [ran, longGap];
    const hearing = new Hearing(identity, nowMs, offsetMs);
    hearing.heardBeforeMs = heardMs;
    hearing.lagMs = lagMs - offsetMs;
    hearing.isOffline = isOffline;
    hearing.rhythm = Rhythm.of(peaks);
    hearing.isResting = isResting;
    hearing.learntRest = learntRest;
    if (longMs !== undefined && longAtMs !== undefined)
      hearing.longGap = { ms: longMs, atMs: longAtMs - offsetMs };
    if (hours) hearing.hours.restore(hours, offsetMs);
    if (ranMs !== undefined && countedToMs !== undefined) hearing.ran = { ms: ranMs, countedToMs };
    return hearing;
  }

  /**
   * True if old readings come as fast as they were taken: then the device's clock, or the gateway's, was set back. What
   * was buffered comes faster.
   */
  private hasOtherClock(nowMs: number, lagMs: number): boolean {
    const elapsedMs = nowMs - this.oldAtMs;
    if (elapsedMs < hearingMs) return false;
    const isSteady = Math.abs(lagMs - this.oldLagMs) <= elapsedMs / 2;
    this.oldAtMs = nowMs;
    this.oldLagMs = lagMs;
    return isSteady;
  }
}

/**
 * A machine as it is kept over a restart: site, machine, type, wall-clock time of the last hearing, the least delay by the wall
 * clock, whether its device said that it is offline, the rhythm, whether it was at rest,
 * for how long it had run, up to when that was counted (empty: its type does not say when it runs), and the longest gap of the
 * last weeks that was within its allowance, with the wall-clock time of its end; by which sensors it rests, if that was learnt; and of
 * one that was unheard for long, its hours of the week.
 */
export type SavedHearing = [
  site: string,
  machine: string,
  type: string,
  heardMs: number,
  lagMs: number,
  isOffline: boolean,
  rhythm: number[],
  isResting: boolean,
  ran?: number[],
  longGap?: number[],
  learntRest?: readonly LearntSensor[] | null,
  hours?: SavedHours,
];
