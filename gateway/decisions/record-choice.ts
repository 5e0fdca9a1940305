import type { Clock } from '../../shared/runtime/clock.ts';

export interface RecordChoiceOptions {
  /** Interval at which an ordinary decision is recorded; 0 records none. */
  sampleMs: number;
  /** Limit of records of samples and changes of mode per minute. */
  recordsPerMinuteMax: number;
}

/** The reason for recording a decision. */
export type RecordWhy = 'change' | 'mode' | 'sample';

/**
 * Chooses the decisions that are worth a durable record: those that change something (always), a subject's change of
 * mode between model and rules, and at intervals an ordinary one. The last two share a limit per minute, because a
 * failing model changes the mode of every machine at once.
 */
export class RecordChoice {
  private readonly options: RecordChoiceOptions;
  private readonly clock: Clock;
  private minuteStartMs = Number.NEGATIVE_INFINITY;
  private inMinute = 0;
  private sampledMs = Number.NEGATIVE_INFINITY;
  private rotation = 0;
  readonly counts = { change: 0, mode: 0, sample: 0, suppressed: 0 };

  constructor(options: RecordChoiceOptions, clock: Clock) {
    this.options = options;
    this.clock = clock;
  }

  /** Returns the index of the sample among a batch's `count` inputs if one is due; otherwise −1. */
  sampleIndex(count: number): number {
    const nowMs = this.clock.monotonicMs();
    if (this.options.sampleMs === 0 || nowMs - this.sampledMs < this.options.sampleMs) return -1;
    this.sampledMs = nowMs;
    return this.rotation++ % count;
  }

  /** Returns true if a decision may be recorded for this reason, and counts it then. */
  admits(why: RecordWhy): boolean {
    if (why !== 'change' && !this.withinRate()) {
      this.counts.suppressed += 1;
      return false;
    }
    this.counts[why] += 1;
    return true;
  }

  private withinRate(): boolean {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.minuteStartMs >= 60_000) {
      this.minuteStartMs = nowMs;
      this.inMinute = 0;
    }
    this.inMinute += 1;
    return this.inMinute <= this.options.recordsPerMinuteMax;
  }
}
