/** Per second, for all machines together; this costs about 2 % of a core. */
const perSecondMax = 5_000;

/**
 * Budget for detector samples beyond one per step, shared by all machines. A machine that sends faster than its type's
 * step is sampled more often, so that its baseline is learnt sooner. Without a common limit, ten times as many fast
 * machines would make each message more expensive.
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

  take(): boolean {
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
