import { fadedMs, type LongestLately, withSpan } from '../../../shared/bounds/longest-lately.ts';
import { type HoursDeadline, UsualHours } from './usual-hours.ts';

/** Hours of the week are learnt from the first gap on that is longer than the pace allows, and than this. */
const hoursFromMs = 1_800_000;
/** A machine is unheard for longer than its pace allows after this many times the longest gap of the last weeks that was within that. */
const longGaps = 1.5;

/** How long the pace of a machine allows it to be unheard by its shortest memory, and at most. */
export interface PaceBounds {
  leastMs: number;
  mostMs: number;
}

export type SavedHours = readonly [paceGap: readonly number[], hours: string];

/**
 * How long one machine may be unheard while it usually sends, and when that is. Times of `nowMs` are monotonic; `offsetMs` is wall-clock
 * time minus monotonic time.
 */
export class PaceAndHours {
  /** The longest gap of the last weeks that was within what its pace allows: nights are none. */
  private paceGap: LongestLately = { ms: 0, atMs: 0 };
  /** Null if it was never unheard for long. */
  private hours: UsualHours | null = null;

  get isKnown(): boolean {
    return this.hours?.isKnown ?? false;
  }

  /** How long it may be unheard while it usually sends. */
  paceMs({ leastMs, mostMs }: PaceBounds, nowMs: number): number {
    // It only fades: where it is too short to matter, it need not be known how much.
    const longMs = longGaps * this.paceGap.ms < leastMs ? 0 : longGaps * fadedMs(this.paceGap, nowMs);
    return Math.min(mostMs, Math.max(leastMs, Math.round(longMs)));
  }

  /** Takes a gap between two hearings that ends now. */
  take(gapMs: number, bounds: PaceBounds, nowMs: number, offsetMs: number): void {
    const paceMs = this.paceMs(bounds, nowMs);
    if (gapMs <= paceMs) {
      this.paceGap = withSpan(this.paceGap, gapMs, nowMs);
      this.hours?.goesOn(nowMs + offsetMs);
      return;
    }
    if (gapMs > hoursFromMs) this.hours ??= new UsualHours();
    if (!this.hours) return;
    const toMs = nowMs + offsetMs;
    const fromMs = toMs - gapMs;
    // A night does not belong to its pace; time beside it in which it was unheard may.
    const coreMs = this.isKnown ? this.hours.coreMs(fromMs, toMs) : gapMs;
    if (coreMs <= paceMs) this.paceGap = withSpan(this.paceGap, coreMs, nowMs);
    this.hours.paused(fromMs, toMs);
  }

  /** Nobody knows whether it was heard. */
  interrupted(): void {
    this.hours?.interrupted();
  }

  /**
   * When it has been unheard for longer than is allowed (monotonic), if it is not heard from a time on; null as long as its hours are not known.
   * @param elseMs how long it may be unheard in hours of which it is not known whether it sends
   */
  deadline(fromMs: number, bounds: PaceBounds, elseMs: number, offsetMs: number): HoursDeadline | null {
    if (!this.hours?.isKnown) return null;
    const allowed = { inCoreMs: this.paceMs(bounds, fromMs), else: elseMs };
    const { atMs, isInCore } = this.hours.deadline(fromMs + offsetMs, allowed);
    return { atMs: atMs - offsetMs, isInCore };
  }

  /** True if it is usually not heard soon after a time (monotonic), by the hours of the week. */
  isQuietSoon(fromMs: number, offsetMs: number): boolean {
    return this.hours?.isQuietSoon(fromMs + offsetMs) ?? false;
  }

  /** Null if there is nothing to keep. */
  saved(offsetMs: number): SavedHours | null {
    if (!this.hours) return null;
    return [[Math.round(this.paceGap.ms), Math.round(this.paceGap.atMs + offsetMs)], this.hours.saved()];
  }

  restore([[ms, atMs], hours]: SavedHours, offsetMs: number): void {
    if (ms !== undefined && atMs !== undefined) this.paceGap = { ms, atMs: atMs - offsetMs };
    this.hours = new UsualHours(hours);
  }
}
