/** Longer breaks between two rows count as this many usual steps: while a machine is off, none of its sensors is missing. */
const stepsMax = 4;
/** The usual step follows that of the last rows. */
const stepShare = 1 / 32;

const [rowField, msField, atField, beforeAtField, beforeField, stepField] = [0, 1, 2, 3, 4, 5] as const;
/** Numbers that it has. */
export const rowTimeNumbers = 6;

/** How long the rows of one machine have been coming, without the breaks between them. */
export class RowTime {
  private readonly numbers: Float64Array;
  private readonly from: number;

  /** @param numbers of which those from `from` on are its own */
  constructor(numbers: Float64Array, from: number) {
    this.numbers = numbers;
    this.from = from;
    numbers.fill(0, from, from + rowTimeNumbers);
    numbers.fill(Number.NaN, from + atField, from + beforeAtField + 1);
  }

  /** Rows so far; the present one has this number. */
  get row(): number {
    return this.numbers[this.from + rowField]!;
  }

  /** Ms of coming rows so far. */
  get ms(): number {
    return this.numbers[this.from + msField]!;
  }

  /** The time of the present row. */
  get atMs(): number {
    return this.numbers[this.from + atField]!;
  }

  /** The time of the row before it. */
  get beforeAtMs(): number {
    return this.numbers[this.from + beforeAtField]!;
  }

  /** `ms` at the row before. */
  get beforeMs(): number {
    return this.numbers[this.from + beforeField]!;
  }

  /** A row of this time has come. Returns its number. */
  next(atMs: number): number {
    const { numbers, from } = this;
    const row = numbers[from + rowField]! + 1;
    const beforeAtMs = numbers[from + atField]!;
    const beforeMs = numbers[from + msField]!;
    numbers[from + rowField] = row;
    numbers[from + beforeAtField] = beforeAtMs;
    numbers[from + beforeField] = beforeMs;
    numbers[from + atField] = atMs;
    const stepMs = atMs - beforeAtMs;
    if (!(stepMs > 0)) return row;
    const usualMs = numbers[from + stepField]!;
    const counted = usualMs === 0 ? stepMs : Math.min(stepMs, stepsMax * usualMs);
    numbers[from + stepField] = usualMs === 0 ? stepMs : usualMs + (counted - usualMs) * stepShare;
    numbers[from + msField] = beforeMs + counted;
    return row;
  }

  /** The mean time between two rows. */
  get meanMs(): number {
    return this.row > 1 ? this.ms / (this.row - 1) : 0;
  }
}
