/** Which rows of a machine a baseline learns: those of a machine that sends faster than it ages are sampled. */
import type { RemainingRows } from '../../../shared/detector/remaining-life.ts';
import type { BaselineOptions } from './baseline-options.ts';

/** The average number of rows per sample covers about this many samples. */
const samplesMean = 20;
/** Limit of samples per step for a machine that sends faster, which bounds the cost per time. */
const samplesPerStepMax = 8;
/** A row after this share of a step counts as nominal: clocks and networks jitter, and half of all rows come early. */
const wholeStep = 0.8;

export class Sampling {
  /** The time of the last sample. */
  takenMs = Number.NEGATIVE_INFINITY;
  /** Recent average of rows per sample; 0: not known yet. */
  rowsPerSample = 0;
  private skipped = 0;
  private readonly options: Required<Pick<BaselineOptions, 'stepMs' | 'samples'>>;

  constructor(options: Required<Pick<BaselineOptions, 'stepMs' | 'samples'>>) {
    this.options = options;
  }

  /** Remaining life in samples, as one in rows. */
  inRows(life: RemainingRows | null): RemainingRows | null {
    const rows = Math.max(1, this.rowsPerSample);
    return life && { p10: rows * life.p10, p50: rows * life.p50, p90: rows * life.p90 };
  }

  /** Returns true if the row is a sample. */
  takes(timeMs: number): boolean {
    const { stepMs, samples } = this.options;
    const sinceMs = timeMs - this.takenMs;
    this.skipped++;
    const isEarly = sinceMs >= 0 && sinceMs < wholeStep * stepMs;
    if (isEarly && !(sinceMs * samplesPerStepMax >= stepMs && samples.take())) return false;
    this.takenMs = timeMs;
    this.rowsPerSample =
      this.rowsPerSample === 0 ? 1 : this.rowsPerSample + (this.skipped - this.rowsPerSample) / samplesMean;
    this.skipped = 0;
    return true;
  }
}
