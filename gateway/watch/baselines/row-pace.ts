/** Gaps longer than this many usual ones are pauses: a night, a weekend, a line that was cut. */
const pauseFactor = 8;
/** So many pauses in a row are the new pace. */
const pausesMax = 4;
/** The pace is about the mean of this many newest gaps. */
const gapsMean = 16;
const gapsMin = 3;
const [gaps, pauses, mean] = [0, 1, 2] as const;
/** Numbers that it has. */
export const paceNumbers = 3;

/**
 * The time between two rows of a machine, as it usually is. A pause counts for nothing, so that remaining life in time is
 * given in time of running. Three numbers, nothing allocated per row.
 */
export class RowPace {
  private readonly numbers: Float64Array;
  private readonly from: number;

  /** @param numbers of which `paceNumbers` from `from` on are its own */
  constructor(numbers: Float64Array = new Float64Array(paceNumbers), from = 0) {
    this.numbers = numbers;
    this.from = from;
  }

  /** Notes that a row came `gapMs` after the one before, by the times of their readings. */
  note(gapMs: number): void {
    if (!(gapMs > 0)) return;
    const { numbers, from } = this;
    const known = numbers[from + gaps]!;
    const meanMs = numbers[from + mean]!;
    const isPause = known >= gapsMin && gapMs > pauseFactor * meanMs;
    const inRow = isPause ? numbers[from + pauses]! + 1 : 0;
    numbers[from + pauses] = inRow;
    if (isPause && inRow <= pausesMax) return;
    const counted = isPause ? 1 : Math.min(known + 1, gapsMean);
    numbers[from + gaps] = counted;
    numbers[from + mean] = meanMs + (gapMs - meanMs) / counted;
  }

  forget(): void {
    this.numbers.fill(0, this.from + gaps, this.from + pauses + 1);
  }

  /** Null until a few rows have come. */
  get ms(): number | null {
    return this.numbers[this.from + gaps]! < gapsMin ? null : this.numbers[this.from + mean]!;
  }
}
