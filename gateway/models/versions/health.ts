import type { Clock } from '../../../shared/runtime/clock.ts';

/** The last minute, of a version that judges. */
const judgingMs = 60_000;
/** The last hour, of one that runs beside: nothing is urgent, and machines may report seldom. */
export const besideMs = 3_600_000;
const stepsMax = 12;

/** An answer that takes longer is slow: the version before it could hardly answer in the time that is left. */
export const slowMsOf = (answerMsMax: number) => answerMsMax / 2;

interface Step {
  atMs: number;
  answered: number;
  failed: number;
  slow: number;
  given: number;
  declined: number;
}

export interface HealthCounts {
  /** Batches of the span: answered, failed, and answered too slowly. */
  answered: number;
  failed: number;
  slow: number;
  /** Readings about which it has said something, and those of which only the version before it did. */
  given: number;
  declined: number;
  /** Latest failure; null if there was none. */
  lastError: string | null;
}

/** How a version of a model has answered within the last minute, or another span. */
export class Health {
  private readonly clock: Clock;
  private readonly spanMs: number;
  private steps: Step[] = [];
  private lastError: string | null = null;

  constructor(clock: Clock, spanMs = judgingMs) {
    this.clock = clock;
    this.spanMs = spanMs;
  }

  answered(isSlow: boolean): void {
    const step = this.step();
    step.answered += 1;
    if (isSlow) step.slow += 1;
  }

  said(given: number, declined: number): void {
    const step = this.step();
    step.given += given;
    step.declined += declined;
  }

  failed(problem: string): void {
    this.step().failed += 1;
    this.lastError = problem;
  }

  counts(): HealthCounts {
    const sinceMs = this.clock.monotonicMs() - this.spanMs;
    const counts = { answered: 0, failed: 0, slow: 0, given: 0, declined: 0, lastError: this.lastError };
    for (const step of this.steps) {
      if (step.atMs < sinceMs) continue;
      counts.answered += step.answered;
      counts.failed += step.failed;
      counts.slow += step.slow;
      counts.given += step.given;
      counts.declined += step.declined;
    }
    return counts;
  }

  private step(): Step {
    const nowMs = this.clock.monotonicMs();
    const last = this.steps.at(-1);
    if (last && nowMs - last.atMs < this.spanMs / stepsMax) return last;
    const step = { atMs: nowMs, answered: 0, failed: 0, slow: 0, given: 0, declined: 0 };
    this.steps = [...this.steps.filter(({ atMs }) => nowMs - atMs <= this.spanMs), step];
    return step;
  }
}
