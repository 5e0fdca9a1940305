/** Gaps longer than this many usual ones are pauses: a night, a weekend, a line that was cut. */
const pauseFactor = 8;
/** So many pauses in a row are the new pace. */
const pausesMax = 4;
/** The pace is about the mean of this many newest gaps. */
const gapsMean = 16;
const gapsMin = 3;

/**
 * The time between two rows of a machine, as it usually is. A pause counts for nothing, so that remaining life in time is
 * given in time of running. Three numbers, nothing allocated per row.
 */
export class RowPace {
  private gaps = 0;
  private pauses = 0;
  private meanMs = 0;

  /** Notes that a row came `gapMs` after the one before, by the times of their readings. */
  note(gapMs: number): void {
    if (!(gapMs > 0)) return;
    const isPause = this.gaps >= gapsMin && gapMs > pauseFactor * this.meanMs;
    this.pauses = isPause ? this.pauses + 1 : 0;
    if (isPause && this.pauses <= pausesMax) return;
    if (isPause) this.gaps = 0;
    this.gaps = Math.min(this.gaps + 1, gapsMean);
    this.meanMs += (gapMs - this.meanMs) / this.gaps;
  }

  forget(): void {
    this.gaps = 0;
    this.pauses = 0;
  }

  /** Null until a few rows have come. */
  get ms(): number | null {
    return this.gaps < gapsMin ? null : this.meanMs;
  }
}
