/** Follows the times of rows and counts what is odd about them. */
export class RowTimes {
  readonly counts = { withoutTime: 0, duplicates: 0, unordered: 0, gaps: 0 };
  private newestMs = Number.NEGATIVE_INFINITY;
  private stepMs = 0;
  private steps = 0;

  /** What the detector is told: the time, or NaN where it says nothing about when the row was measured. */
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

  /** A gap: more than five usual steps. The usual step is a mean that no gap moves far. */
  private follow(stepMs: number): void {
    if (this.steps >= 5 && stepMs > 5 * this.stepMs) this.counts.gaps++;
    const taken = this.steps >= 5 ? Math.min(stepMs, 5 * this.stepMs) : stepMs;
    this.steps = Math.min(200, this.steps + 1);
    this.stepMs += (taken - this.stepMs) / this.steps;
  }
}
