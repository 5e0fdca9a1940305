/** Longer breaks between two rows count as this many usual steps: while a machine is off, none of its sensors is missing. */
const stepsMax = 4;
/** The usual step follows that of the last rows. */
const stepShare = 1 / 32;

/** How long the rows of one machine have been coming, without the breaks between them. */
export class RowTime {
  /** Rows so far; the present one has this number. */
  row = 0;
  /** Ms of coming rows so far. */
  ms = 0;
  /** The time of the present row, and of the one before it. */
  atMs = Number.NaN;
  beforeAtMs = Number.NaN;
  /** `ms` at the row before. */
  beforeMs = 0;
  private stepMs = 0;

  /** A row of this time has come. */
  next(atMs: number): void {
    this.row++;
    this.beforeAtMs = this.atMs;
    this.beforeMs = this.ms;
    this.atMs = atMs;
    const stepMs = atMs - this.beforeAtMs;
    if (!(stepMs > 0)) return;
    const counted = this.stepMs === 0 ? stepMs : Math.min(stepMs, stepsMax * this.stepMs);
    this.stepMs = this.stepMs === 0 ? stepMs : this.stepMs + (counted - this.stepMs) * stepShare;
    this.ms += counted;
  }

  /** The mean time between two rows. */
  get meanMs(): number {
    return this.row > 1 ? this.ms / (this.row - 1) : 0;
  }
}
