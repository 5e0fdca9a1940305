/** In a second, of all machines: about 2 % of a core. */
const perSecondMax = 5_000;

/**
 * How often detectors may look at machines beyond once a step, for all machines together. A machine that sends faster than
 * its type's step is looked at oftener, so that it is learnt sooner; were there no limit to all of them, ten times as many
 * fast machines would cost more for each message.
 */
export class ExtraLooks {
  private left = perSecondMax;
  private filledMs = Number.NEGATIVE_INFINITY;

  /** Adds the looks for the time passed; no more than a second's are kept. */
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
