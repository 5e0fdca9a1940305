/** Values per second, for all machines together; this costs about 3 % of a core. */
const perSecondMax = 20_000;

/**
 * Budget for detector samples beyond one per step, shared by all machines. A machine that sends faster than its type's
 * step is sampled more often, so that its baseline is learnt sooner. Without a common limit, ten times as many fast
 * machines would make each message more expensive. A sample costs in proportion to its sensors.
 */
export class SampleBudget {
  private left = perSecondMax;
  private filledMs = Number.NEGATIVE_INFINITY;

  /** Refills the budget for the time passed, up to that of one second. */
  refill(nowMs: number): void {
    const passedMs = nowMs - this.filledMs;
    if (passedMs <= 0) return;
    this.filledMs = nowMs;
    this.left = Math.min(perSecondMax, this.left + (passedMs / 1_000) * perSecondMax);
  }

  /** Takes a sample of so many sensors. Returns false if there is no budget for it. */
  take(sensors: number): boolean {
    if (this.left < sensors) return false;
    this.left -= sensors;
    return true;
  }
}
