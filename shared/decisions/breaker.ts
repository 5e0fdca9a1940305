/**
 * A circuit breaker on an injected clock, which a simulation can drive and which does not jump when a gateway's clock is
 * set. It is opened by failures in a row, by answers that take nearly all of the budget, and before that if they take
 * longer and longer.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { BreakerNote } from '../contract/decisions/decision-record.ts';
import type { Clock } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import { LatencyWatch, type TooSlow } from './latency-watch.ts';

const latencyShareDefault = 0.8;

export const BreakerOptions = Type.Object(
  {
    failures: Type.Integer({
      minimum: 1,
      default: 5,
      description: 'Consecutive failures after which it is no longer asked.',
    }),
    halfOpenAfterMs: Type.Integer({
      minimum: 1,
      default: 30_000,
      description: 'How long it is then not asked, before it is tried once.',
    }),
    latencyShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: latencyShareDefault,
      description:
        'The part of the budget at which answers are too slow: it is no longer asked if half of them take so long for two seconds, or if they take longer and longer and would soon exceed the budget. 0: however slow they are within the budget.',
    }),
  },
  { additionalProperties: false },
);
export type BreakerOptions = Static<typeof BreakerOptions>;

export interface BreakerSettings extends Omit<BreakerOptions, 'latencyShare'> {
  /** Default 0.8. */
  latencyShare?: number;
}

export type BreakerState = 'closed' | 'open' | 'half-open';
export type OpenedBy = 'failures' | TooSlow['by'];

/** A result without `evidence` does not prove that the work succeeds. */
interface Done<T> {
  value: T;
  evidence: boolean;
}

export class Breaker {
  /** Numbers of times that it changed from closed to open, by reason. */
  readonly openings: Record<OpenedBy, number> = { failures: 0, latency: 0, trend: 0 };
  private readonly options: BreakerSettings;
  private readonly clock: Clock;
  private readonly latency: LatencyWatch;
  private current: BreakerState = 'closed';
  private failuresInRow = 0;
  private dueMs = 0;
  private opening: { by: OpenedBy; detail: string; lastFailure?: string } | null = null;

  constructor(options: BreakerSettings, budgetMs: number, clock: Clock) {
    this.options = options;
    this.clock = clock;
    this.latency = new LatencyWatch(budgetMs, options.latencyShare ?? latencyShareDefault);
  }

  get state(): BreakerState {
    return this.current;
  }

  /** Number of times that it changed from closed to open. */
  get opened(): number {
    return Object.values(this.openings).reduce((sum, count) => sum + count, 0);
  }

  /** Ends a sentence that says that the policy is not asked; empty while the breaker is closed. */
  get why(): string {
    return this.opening?.detail ?? '';
  }

  /** Returns what records of decisions say of it; null while it is closed. */
  note(): BreakerNote | null {
    if (this.current === 'closed' || !this.opening) return null;
    const { by, detail, lastFailure } = this.opening;
    const last = lastFailure === undefined ? '' : `, the last one: ${lastFailure}`;
    return { state: this.current, openedBy: by, detail: `${detail}${last}`.slice(0, 300) };
  }

  /** False while the breaker is open and not due for a trial, and during a trial; `run` must not be called then. */
  admits(): boolean {
    return this.current === 'closed' || (this.current === 'open' && this.clock.monotonicMs() >= this.dueMs);
  }

  /**
   * Runs `work` and counts a rejection as a failure. A result without evidence does not end a series of failures. (If the
   * trial returns one, the breaker closes, and the next failure reopens it.) A trial that is too slow is not passed.
   */
  async run<T>(work: () => Promise<Done<T>>): Promise<T> {
    const isTrial = this.current === 'open';
    if (isTrial) this.current = 'half-open';
    const startedMs = this.clock.monotonicMs();
    try {
      const { value, evidence } = await work();
      this.succeeded(evidence, this.clock.monotonicMs() - startedMs, isTrial);
      return value;
    } catch (error) {
      this.failed(messageOf(error), this.clock.monotonicMs() - startedMs, isTrial);
      throw error;
    }
  }

  private succeeded(evidence: boolean, latencyMs: number, isTrial: boolean): void {
    // A run that was begun before it opened says nothing of now.
    if (!isTrial && this.current !== 'closed') return;
    if (isTrial) {
      if (evidence && this.latency.isSlow(latencyMs)) return this.rest();
      this.current = 'closed';
    }
    if (!evidence) return;
    this.failuresInRow = 0;
    this.noteLatency(latencyMs);
  }

  private failed(problem: string, latencyMs: number, isTrial: boolean): void {
    if (!isTrial && this.current !== 'closed') return;
    this.failuresInRow += 1;
    if (isTrial) return this.rest();
    if (this.failuresInRow < this.options.failures) return this.noteLatency(latencyMs);
    const detail = `after ${this.failuresInRow} failures in a row`;
    this.open({ by: 'failures', detail, lastFailure: problem.slice(0, 200) });
  }

  private noteLatency(latencyMs: number): void {
    const slow = this.latency.took(latencyMs, this.clock.monotonicMs());
    if (slow) this.open(slow);
  }

  private open(opening: NonNullable<Breaker['opening']>): void {
    this.openings[opening.by] += 1;
    this.opening = opening;
    this.rest();
  }

  private rest(): void {
    this.current = 'open';
    this.latency.restart();
    this.dueMs = this.clock.monotonicMs() + this.options.halfOpenAfterMs;
  }
}
