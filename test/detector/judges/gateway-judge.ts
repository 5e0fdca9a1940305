import { Baseline } from '../../../gateway/watch/baselines/baseline.ts';
import { learnRowsOpen } from '../../../gateway/watch/baselines/baseline-options.ts';
import type { Judge } from './judge.ts';

/** The policy of the type `generic` (shared/domain/types/generic.toml). */
const open = { at: 0.65, rows: 3 };
const resolve = { at: 0.4, rows: 10 };

/** The gateway's baseline of a machine of an open type, and its alerts as its policy opens and resolves them. */
export class GatewayJudge implements Judge {
  isTold = false;
  private readonly baseline: Baseline;
  private readonly row: Float32Array;
  private rows = 0;

  constructor(sensors: number) {
    this.baseline = new Baseline(sensors, { judges: 'events', learnRows: learnRowsOpen, stepMs: 1_000 });
    this.row = new Float32Array(sensors);
  }

  push(values: Float64Array, from: number, timeMs: number): void {
    const { baseline, row } = this;
    for (let i = 0; i < row.length; i++) row[i] = values[from + i]!;
    baseline.take(row, timeMs);
    const { score } = baseline.score();
    const counts = this.isTold ? score < resolve.at : score >= open.at;
    this.rows = counts ? this.rows + 1 : 0;
    if (this.rows < (this.isTold ? resolve.rows : open.rows)) return;
    this.isTold = !this.isTold;
    this.rows = 0;
  }

  get isChanged(): boolean {
    const { state } = this.baseline.behaves();
    return state === 'changed' || state === 'unusual';
  }

  get isReady(): boolean {
    return this.baseline.ready;
  }
}
