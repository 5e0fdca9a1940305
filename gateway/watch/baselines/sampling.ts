/**
 * Which rows of a machine a baseline learns. Those of a machine that sends faster than it ages are looked at several times per step, for its
 * usual range, and sampled for the detector as far as the budget of all machines goes.
 */
import type { RemainingRows } from '../../../shared/detector/remaining-life.ts';
import type { BaselineOptions } from './baseline-options.ts';

/** The average number of rows per sample covers about this many samples. */
const samplesMean = 20;
/** Limit of rows per step that are looked at, and of samples, for a machine that sends faster, which bounds the cost per time. */
const samplesPerStepMax = 8;
/** A row after this share of a step counts as nominal: clocks and networks jitter, and half of all rows come early. */
const wholeStep = 0.8;

export class Sampling {
  /** The time of the last sample. */
  takenMs = Number.NEGATIVE_INFINITY;
  /** Recent average of rows per sample; 0: not known yet. */
  rowsPerSample = 0;
  private skipped = 0;
  /** The time of the last row that was looked at. */
  private lookedMs = Number.NEGATIVE_INFINITY;
  private readonly options: Required<Pick<BaselineOptions, 'stepMs' | 'samples'>>;

  constructor(options: Required<Pick<BaselineOptions, 'stepMs' | 'samples'>>) {
    this.options = options;
  }

  /** Remaining life in samples, as one in rows. */
  inRows(life: RemainingRows | null): RemainingRows | null {
    const rows = Math.max(1, this.rowsPerSample);
    return life && { p10: rows * life.p10, p50: rows * life.p50, p90: rows * life.p90 };
  }

  /** To be called for each row. Returns true if it is looked at: `samplesPerStepMax` of a step are, and each row of a machine that sends no faster than it ages. */
  looks(timeMs: number): boolean {
    const { stepMs } = this.options;
    this.skipped++;
    const lookedAgoMs = timeMs - this.lookedMs;
    const isSoon = lookedAgoMs >= 0 && lookedAgoMs * samplesPerStepMax < stepMs;
    if (isSoon && this.isEarly(timeMs)) return false;
    this.lookedMs = timeMs;
    return true;
  }

  private isEarly(timeMs: number): boolean {
    const sinceMs = timeMs - this.takenMs;
    return sinceMs >= 0 && sinceMs < wholeStep * this.options.stepMs;
  }

  /** To be called for each row that is looked at. Returns true if it is a sample. */
  takes(timeMs: number): boolean {
    const { stepMs, samples } = this.options;
    const sinceMs = timeMs - this.takenMs;
    if (this.isEarly(timeMs) && !(sinceMs * samplesPerStepMax >= stepMs && samples.take())) return false;
    this.takenMs = timeMs;
    this.rowsPerSample =
      this.rowsPerSample === 0 ? 1 : this.rowsPerSample + (this.skipped - this.rowsPerSample) / samplesMean;
    this.skipped = 0;
    return true;
  }
}
