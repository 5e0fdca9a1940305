import type { Judge } from './judge.ts';
import { LearntLimit, Standard } from './learnt.ts';

/** Weight of a row in each mean (Roberts 1959). */
const weight = 0.1;

/** A chart of exponential means for each sensor, with one limit for the farthest. */
export class EwmaCharts implements Judge {
  isTold = false;
  readonly isChanged = false;
  private readonly standard: Standard;
  private readonly limit = new LearntLimit();
  private readonly means: Float64Array;
  private readonly learnRows: number;

  constructor(sensors: number, learnRows: number) {
    this.learnRows = learnRows;
    this.standard = new Standard(sensors, Math.floor((2 * learnRows) / 3));
    this.means = new Float64Array(sensors);
  }

  get isReady(): boolean {
    return this.standard.rows > this.learnRows;
  }

  push(values: Float64Array, from: number): void {
    const z = this.standard.of(values, from);
    if (!z) return;
    let farthest = 0;
    for (let i = 0; i < z.length; i++) {
      this.means[i]! += weight * (z[i]! - this.means[i]!);
      farthest = Math.max(farthest, Math.abs(this.means[i]!));
    }
    if (this.isReady) this.isTold = farthest > this.limit.value;
    else this.limit.learn(farthest);
  }
}
