import type { Clock } from '../runtime/clock.ts';
import { dateTimeText, durationText } from '../words/times.ts';
import type { Condition, Finding } from './conditions.ts';

export interface ClockFacts {
  isSet: boolean;
  /** The latest jump of the wall clock; null if there was none within the last hour. */
  jump: { byMs: number; atMs: number } | null;
  /** How far it is ahead of the cloud's; null if that is not known. */
  aheadOfCloudMs: number | null;
}

const jumpMsMin = 60_000;
const rememberedMs = 3_600_000;
/** Readings are placed by time, and two clocks that differ by more would mix up what came first. */
const aheadMsMax = 60_000;
const aheadEndsMs = 45_000;

/** Compares the wall clock with the monotonic one, each time it is asked. */
export class ClockWatch {
  private readonly clock: Clock;
  private last: { wallMs: number; monotonicMs: number } | null = null;
  private jump: { byMs: number; atMs: number; monotonicMs: number } | null = null;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  facts(aheadOfCloudMs: number | null = null): ClockFacts {
    const now = { wallMs: this.clock.nowMs(), monotonicMs: this.clock.monotonicMs() };
    const isSet = this.clock.isSet?.() !== false;
    if (this.last && isSet) {
      const byMs = now.wallMs - this.last.wallMs - (now.monotonicMs - this.last.monotonicMs);
      if (Math.abs(byMs) >= jumpMsMin) this.jump = { byMs, atMs: now.wallMs, monotonicMs: now.monotonicMs };
    }
    // The step of a clock that was not set is what was waited for.
    this.last = isSet ? now : null;
    const isRecent = this.jump && now.monotonicMs - this.jump.monotonicMs < rememberedMs;
    const jump = isRecent && this.jump ? { byMs: this.jump.byMs, atMs: this.jump.atMs } : null;
    return { isSet, jump, aheadOfCloudMs };
  }
}

export const clockWrong: Condition<{ clock: ClockFacts }> = {
  name: 'clock',
  meaning: 'The clock is not set, has jumped, or differs from the cloud’s by more than a minute.',
  openAfterMs: 30_000,
  closeAfterMs: 60_000,
  check({ clock: { isSet, jump, aheadOfCloudMs } }, _nowMs, open) {
    const reasons: string[] = [];
    if (!isSet) reasons.push('The clock of this computer is not set.');
    if (jump) {
      const way = jump.byMs > 0 ? 'forwards' : 'back';
      reasons.push(
        `The clock moved ${durationText(Math.abs(jump.byMs))} ${way}, to ${dateTimeText(jump.atMs)}, or the computer was asleep.`,
      );
    }
    const allowedMs = open.length > 0 ? aheadEndsMs : aheadMsMax;
    if (aheadOfCloudMs !== null && Math.abs(aheadOfCloudMs) > allowedMs) {
      const way = aheadOfCloudMs > 0 ? 'ahead of' : 'behind';
      reasons.push(`The clock is ${durationText(Math.abs(aheadOfCloudMs))} ${way} the clock of the cloud.`);
    }
    if (reasons.length === 0) return [];
    const finding: Finding = {
      severity: 'warning',
      reasons: [
        ...reasons,
        'Readings without a time of their own are stored at the wrong one. Let NTP set the clock of both computers.',
      ],
    };
    return [finding];
  },
  ended: () => 'The clock is set, and has not jumped for an hour.',
};
