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

/**
 * The time of the last sample, and of the last row that was looked at; recent average of rows per sample (0: not known yet), and rows since the
 * last one.
 */
const [taken, looked, perSample, skipped] = [0, 1, 2, 3] as const;
/** Numbers that it has. */
export const samplingNumbers = 4;

export class Sampling {
  private readonly stepMs: number;
  private readonly samples: Required<BaselineOptions>['samples'];
  private readonly numbers: Float64Array;
  private readonly from: number;

  /** @param numbers of which `samplingNumbers` from `from` on are its own */
  constructor(
    { stepMs, samples }: Required<Pick<BaselineOptions, 'stepMs' | 'samples'>>,
    numbers: Float64Array = new Float64Array(samplingNumbers),
    from = 0,
  ) {
    this.stepMs = stepMs;
    this.samples = samples;
    this.numbers = numbers;
    this.from = from;
    numbers.fill(Number.NEGATIVE_INFINITY, from + taken, from + looked + 1);
  }

  /** The time of the last sample; −∞ before the first. */
  get takenMs(): number {
    return this.numbers[this.from + taken]!;
  }

  set takenMs(ms: number) {
    this.numbers[this.from + taken] = ms;
  }

  get rowsPerSample(): number {
    return this.numbers[this.from + perSample]!;
  }

  /** Remaining life in samples, as one in rows. */
  inRows(life: RemainingRows | null): RemainingRows | null {
    const rows = Math.max(1, this.rowsPerSample);
    return life && { p10: rows * life.p10, p50: rows * life.p50, p90: rows * life.p90 };
  }

  /** To be called for each row. Returns true if it is looked at: `samplesPerStepMax` of a step are, and each row of a machine that sends no faster than it ages. */
  looks(timeMs: number): boolean {
    const { numbers, from, stepMs } = this;
    numbers[from + skipped]!++;
    const agoMs = timeMs - numbers[from + looked]!;
    const isSoon = agoMs >= 0 && agoMs * samplesPerStepMax < stepMs;
    if (isSoon && this.isEarly(timeMs - this.takenMs)) return false;
    numbers[from + looked] = timeMs;
    return true;
  }

  private isEarly(sinceMs: number): boolean {
    return sinceMs >= 0 && sinceMs < wholeStep * this.stepMs;
  }

  /** To be called for each row that is looked at. Returns true if it is a sample. @param sensors that it has */
  takes(timeMs: number, sensors: number): boolean {
    const { numbers, from, stepMs, samples } = this;
    const sinceMs = timeMs - this.takenMs;
    if (this.isEarly(sinceMs) && !(sinceMs * samplesPerStepMax >= stepMs && samples.take(sensors)))
      return false;
    const mean = this.rowsPerSample;
    this.takenMs = timeMs;
    numbers[from + perSample] = mean === 0 ? 1 : mean + (numbers[from + skipped]! - mean) / samplesMean;
    numbers[from + skipped] = 0;
    return true;
  }
}
