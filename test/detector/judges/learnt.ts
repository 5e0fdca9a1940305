/** Means and deviations of the first rows, by which all later ones are measured. */
export class Standard {
  rows = 0;
  private readonly counts: Float64Array;
  private readonly means: Float64Array;
  private readonly squares: Float64Array;
  private readonly z: Float64Array;
  private readonly learnRows: number;

  constructor(sensors: number, learnRows: number) {
    this.learnRows = learnRows;
    this.counts = new Float64Array(sensors);
    this.means = new Float64Array(sensors);
    this.squares = new Float64Array(sensors);
    this.z = new Float64Array(sensors);
  }

  /** Returns the row in deviations, 0 where a value is missing; null while it learns. It is overwritten by the next. */
  of(values: Float64Array, from: number): Float64Array | null {
    const { counts, means, squares, z } = this;
    const isLearning = ++this.rows <= this.learnRows;
    for (let i = 0; i < z.length; i++) {
      const value = values[from + i]!;
      const far = Number.isNaN(value) ? 0 : value - means[i]!;
      if (isLearning) {
        if (Number.isNaN(value)) continue;
        means[i]! += far / ++counts[i]!;
        squares[i]! += far * (value - means[i]!);
      } else z[i] = far / (Math.sqrt(squares[i]! / Math.max(1, counts[i]!)) || 1);
    }
    return isLearning ? null : z;
  }
}

/** A limit that hardly any of the rows passes from which it is learnt. */
const passedShare = 0.001;
const keptMax = 4_000;

/** The quantile of what was learnt, from the largest values. */
export class LearntLimit {
  private largest: number[] = [];
  private count = 0;
  private known = Number.NaN;
  private least = Number.NEGATIVE_INFINITY;

  learn(value: number): void {
    this.count++;
    if (value > this.least) {
      this.largest.push(value);
      if (this.largest.length >= 2 * keptMax) this.sort();
    }
    this.known = Number.NaN;
  }

  get value(): number {
    if (!Number.isNaN(this.known)) return this.known;
    this.sort();
    const passed = Math.min(this.largest.length - 1, Math.floor(passedShare * this.count));
    this.known = this.largest[passed] ?? Number.POSITIVE_INFINITY;
    return this.known;
  }

  private sort(): void {
    this.largest.sort((a, b) => b - a);
    if (this.largest.length < keptMax) return;
    this.largest.length = keptMax;
    this.least = this.largest.at(-1)!;
  }
}
