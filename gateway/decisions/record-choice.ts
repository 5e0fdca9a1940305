import type { Clock } from '../../shared/runtime/clock.ts';

export interface RecordChoiceOptions {
  /** An ordinary decision is recorded this often; 0 records none. */
  sampleMs: number;
  /** Records of samples and changes of mode in a minute, at most. */
  recordsPerMinuteMax: number;
}

/** Why a decision is recorded. */
export type RecordWhy = 'change' | 'mode' | 'sample';

/**
 * Chooses the decisions that are worth a durable record: those that change something (always), a subject's change of mode
 * between model and rules, and now and then an ordinary one. The last two together are bounded per minute: when a model
 * fails, every machine changes its mode at once.
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

  /** The index of the sample among a batch's `count` inputs, if one is due; otherwise −1. */
  sampleIndex(count: number): number {
    const nowMs = this.clock.monotonicMs();
    if (this.options.sampleMs === 0 || nowMs - this.sampledMs < this.options.sampleMs) return -1;
    this.sampledMs = nowMs;
    return this.rotation++ % count;
  }

  /** Whether to record a decision for this reason; counts its answers. */
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
