import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Random } from '../../../shared/runtime/random.ts';

const firstMs = 1_000;

/** Remembers whether something answers, and how long it is left alone if it does not. */
export class Health {
  /** Why it does not answer; empty if it does, or was never asked. */
  problem = '';
  private failures = 0;
  private untilMs = 0;
  private readonly failuresMax: number;
  private readonly backoff: BackoffOptions;
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(failuresMax: number, retryMsMax: number, clock: Clock, random: Random) {
    this.failuresMax = failuresMax;
    this.backoff = { firstMs: Math.min(firstMs, retryMsMax), maxMs: retryMsMax };
    this.clock = clock;
    this.random = random;
  }

  /** It has failed so often in a row that it is only tried now and then. */
  get isDead(): boolean {
    return this.failures >= this.failuresMax;
  }

  /** When it may be asked again; 0 if now. */
  get restUntilMs(): number {
    return this.isDead ? this.untilMs : 0;
  }

  /** Leaves it alone for a while although a trial has said nothing. */
  postpone(): void {
    this.untilMs = this.clock.monotonicMs() + this.backoff.firstMs;
  }

  answered(): void {
    this.failures = 0;
    this.problem = '';
  }

  failed(problem: string): void {
    this.failures += 1;
    this.problem = problem;
    if (!this.isDead) return;
    const attempt = this.failures - this.failuresMax;
    this.untilMs = this.clock.monotonicMs() + backoffMs(attempt, this.backoff, this.random);
  }
}
