import type { Clock } from '../runtime/clock.ts';

const stepMs = 60_000;

/** Counts how much a total has risen within the last minutes, from the total alone. */
export class Arrivals {
  private readonly clock: Clock;
  private readonly steps: number;
  /** Totals at the beginnings of the latest minutes, oldest first. */
  private totals: number[] = [];
  private steppedMs = Number.NEGATIVE_INFINITY;

  /** @param windowMs is rounded to minutes */
  constructor(clock: Clock, windowMs: number) {
    this.clock = clock;
    this.steps = Math.max(1, Math.round(windowMs / stepMs));
  }

  /** Call it every few seconds. A total that has fallen was counted anew. */
  observe(total: number): number {
    const nowMs = this.clock.monotonicMs();
    if ((this.totals.at(-1) ?? 0) > total) this.totals = [];
    if (nowMs - this.steppedMs >= stepMs || this.totals.length === 0) {
      this.steppedMs = nowMs;
      this.totals = [...this.totals, total].slice(-this.steps);
    }
    return total - this.totals[0]!;
  }
}
