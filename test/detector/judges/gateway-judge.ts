import { type Damping, damp, isForgotten, undamped } from '../../../gateway/decisions/alert/state/damping.ts';
import { Baseline } from '../../../gateway/watch/baselines/baseline.ts';
import { learnRowsOpen } from '../../../gateway/watch/baselines/baseline-options.ts';
import type { Judge } from './judge.ts';

/** The policy of the type `generic` (shared/domain/types/generic.toml). */
const open = { at: 0.65, rows: 3 };
const resolve = { at: 0.4, rows: 10 };
/** The defaults of `decisions.alerts.flapping`. */
const week = 604_800_000;
const flapping = { returnMs: week, holdMs: 3_600_000, holdMsMax: week, pauseMsMax: 3_600_000 };

/** The gateway's baseline of a machine of an open type, and its alerts as its policy opens and resolves them, damped as the gateway does. */
export class GatewayJudge implements Judge {
  private isOpen = false;
  private damping: Damping = undamped;
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
    const counts = this.isOpen ? score < resolve.at : score >= open.at;
    this.rows = counts ? this.rows + 1 : 0;
    if (this.rows >= (this.isOpen ? resolve.rows : open.rows)) {
      this.isOpen = !this.isOpen;
      this.rows = 0;
    }
    this.damp(timeMs);
  }

  get isTold(): boolean {
    return this.damping.told > 0;
  }

  private damp(timeMs: number): void {
    if (!this.isOpen && this.damping === undamped) return;
    const now = damp(this.damping, this.isOpen ? 1 : 0, timeMs, flapping);
    this.damping = isForgotten(now, timeMs, flapping) ? undamped : now;
  }

  get isChanged(): boolean {
    const { state } = this.baseline.behaves();
    return state === 'changed' || state === 'unusual';
  }

  get isReady(): boolean {
    return this.baseline.ready;
  }
}
