/** Follows the times of rows and counts irregularities. */
export class RowTimes {
  readonly counts = { withoutTime: 0, duplicates: 0, unordered: 0, gaps: 0 };
  private newestMs = Number.NEGATIVE_INFINITY;
  private stepMs = 0;
  private steps = 0;

  /**
   * Returns the time for the detector, or NaN if it does not say when the row was measured (missing or out of
   * order).
   */
  take(timeMs: number): number {
    if (!Number.isFinite(timeMs)) {
      this.counts.withoutTime++;
      return Number.NaN;
    }
    const stepMs = timeMs - this.newestMs;
    if (stepMs < 0) {
      this.counts.unordered++;
      return Number.NaN;
    }
    if (stepMs === 0) this.counts.duplicates++;
    else if (Number.isFinite(stepMs)) this.follow(stepMs);
    this.newestMs = timeMs;
    return timeMs;
  }

  /**
   * Counts a gap if the step is more than five times the mean step; the mean limits each step so that gaps
   * hardly move it.
   */
  private follow(stepMs: number): void {
    if (this.steps >= 5 && stepMs > 5 * this.stepMs) this.counts.gaps++;
    const taken = this.steps >= 5 ? Math.min(stepMs, 5 * this.stepMs) : stepMs;
    this.steps = Math.min(200, this.steps + 1);
    this.stepMs += (taken - this.stepMs) / this.steps;
  }
}
