import type { Judge } from './judge.ts';
import { LearntLimit, Standard } from './learnt.ts';

/** Components that explain this share of the variance are kept (Jackson and Mudholkar 1979: the rest is the squared prediction error). */
const explainedShare = 0.95;
const iterations = 60;
/** The error is averaged over about so many rows. */
const meanRows = 5;

/** Principal components of the rows that are certainly normal, never adapted. A missing value counts as usual. */
export class StaticPca implements Judge {
  isTold = false;
  readonly isChanged = false;
  private readonly standard: Standard;
  private readonly limit: LearntLimit;
  private readonly covariances: Float64Array;
  private readonly components: Float64Array[] = [];
  private readonly learnRows: number;
  private error = 0;

  constructor(sensors: number, learnRows: number) {
    this.learnRows = learnRows;
    this.standard = new Standard(sensors, Math.floor(learnRows / 3));
    this.limit = new LearntLimit();
    this.covariances = new Float64Array(sensors * sensors);
  }

  get isReady(): boolean {
    return this.standard.rows > this.learnRows;
  }

  push(values: Float64Array, from: number): void {
    const z = this.standard.of(values, from);
    const { rows } = this.standard;
    if (!z) return;
    const n = z.length;
    if (rows <= (2 * this.learnRows) / 3) {
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) this.covariances[i * n + j]! += z[i]! * z[j]!;
      return;
    }
    if (this.components.length === 0) this.findComponents(n);
    this.error += (this.errorOf(z) - this.error) / meanRows;
    if (rows <= this.learnRows) this.limit.learn(this.error);
    else this.isTold = this.error > this.limit.value;
  }

  private errorOf(z: Float64Array): number {
    const left = z.slice();
    for (const component of this.components) {
      const along = component.reduce((sum, weight, i) => sum + weight * z[i]!, 0);
      for (let i = 0; i < left.length; i++) left[i]! -= along * component[i]!;
    }
    return left.reduce((sum, value) => sum + value * value, 0);
  }

  /** Finds the largest one after the other by power iteration. */
  private findComponents(n: number): void {
    const left = this.covariances.slice();
    const traceOf = () =>
      Array.from({ length: n }, (_, i) => left[i * n + i]!).reduce((sum, each) => sum + each, 0);
    const all = traceOf();
    while (this.components.length < n - 1) {
      let vector = Float64Array.from({ length: n }, (_, i) => 1 + i / n);
      let size = 0;
      for (let turn = 0; turn < iterations; turn++) {
        const next = vector.map((_, i) =>
          vector.reduce((sum, value, j) => sum + left[i * n + j]! * value, 0),
        );
        size = Math.hypot(...next);
        vector = next.map((value) => value / (size || 1));
      }
      this.components.push(vector);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) left[i * n + j]! -= size * vector[i]! * vector[j]!;
      if (traceOf() <= (1 - explainedShare) * all) break;
    }
  }
}
