import type { Clock } from '../../shared/runtime/clock.ts';
import type { AlertDecisionConfig } from './config.ts';

/** Why a decision is recorded. */
export type RecordWhy = 'change' | 'mode' | 'sample';

/**
 * Which decisions are worth a durable record: those that change an alert (always), a machine's change of mode between
 * model and rules, and now and then an ordinary one. The last two together are bounded per minute: when a model fails,
 * every machine changes its mode at once.
 */
export class RecordChoice {
  private readonly config: AlertDecisionConfig;
  private readonly clock: Clock;
  private minuteStartMs = Number.NEGATIVE_INFINITY;
  private inMinute = 0;
  private sampledMs = Number.NEGATIVE_INFINITY;
  private rotation = 0;
  readonly counts = { change: 0, mode: 0, sample: 0, suppressed: 0 };

  constructor(config: AlertDecisionConfig, clock: Clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Which of a batch's `count` inputs is the sample, if one is due; otherwise −1. */
  sampleIndex(count: number): number {
    const nowMs = this.clock.monotonicMs();
    if (this.config.sampleMs === 0 || nowMs - this.sampledMs < this.config.sampleMs) return -1;
    this.sampledMs = nowMs;
    return this.rotation++ % count;
  }

  /** Whether to record a decision for this reason; counts what it says. */
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
    return this.inMinute <= this.config.recordsPerMinuteMax;
  }
}
