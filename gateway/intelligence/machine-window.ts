import type { BlockPlace } from '../ports.ts';
import { Baseline, type BaselineOptions } from './anomaly.ts';

/** What became of a reading. */
export type Taken = 'row' | 'part' | 'late';

/** What has gathered for the next row: each sensor's last value, and whether it has spoken since the last row. */
export interface Gathered {
  held: Float32Array;
  seen: Uint8Array;
}

/**
 * The last rows of one machine, as a ring. A message may carry all sensors or some of them: values gather until every
 * sensor has spoken or one speaks again, and then make a row, in which a silent sensor keeps its last value (NaN if it
 * has never spoken). Nothing is allocated per row.
 */
export class MachineWindow {
  newestMs = Number.NEGATIVE_INFINITY;
  readonly baseline: Baseline;
  private readonly rows: number;
  private columns: number;
  private ring: Float32Array;
  private held: Float32Array;
  private seen: Uint8Array;
  private pending = 0;
  private next = 0;
  private filled = 0;
  private lateInRow = 0;
  /** Set while the journal's tail repeats what the baseline has learnt already, up to this block. */
  private paused: { learntTo: BlockPlace; gathered: Gathered } | null = null;

  constructor(rows: number, columns: number, normal: BaselineOptions = {}) {
    this.rows = rows;
    this.columns = columns;
    this.ring = new Float32Array(rows * columns).fill(Number.NaN);
    this.held = new Float32Array(columns).fill(Number.NaN);
    this.seen = new Uint8Array(columns);
    this.baseline = new Baseline(columns, normal);
  }

  get full(): boolean {
    return this.filled === this.rows;
  }

  /**
   * Takes `values[from] … values[to - 1]`, one a column, NaN where absent. A reading older than the newest is ignored,
   * unless so many come in a row that it is the machine's clock that went back: then the window begins again.
   */
  push(values: Float32Array, from: number, to: number, timeMs: number): Taken {
    if (timeMs < this.newestMs) {
      if (++this.lateInRow <= this.rows) return 'late';
      this.restart();
    }
    this.newestMs = timeMs;
    this.lateInRow = 0;
    const width = Math.min(to - from, this.columns);
    let completed = false;
    if (this.pending > 0 && this.repeats(values, from, width)) {
      this.complete();
      completed = true;
    }
    const { held, seen } = this;
    for (let column = 0; column < width; column++) {
      const value = values[from + column]!;
      if (Number.isNaN(value)) continue;
      held[column] = value;
      if (seen[column] === 0) {
        seen[column] = 1;
        this.pending++;
      }
    }
    if (this.pending === this.columns) {
      this.complete();
      completed = true;
    }
    return completed ? 'row' : 'part';
  }

  /** An open type's machine has got more sensors: in older rows they are NaN. */
  widen(columns: number): void {
    if (columns <= this.columns) return;
    const ring = new Float32Array(this.rows * columns).fill(Number.NaN);
    for (let row = 0; row < this.rows; row++) {
      ring.set(this.ring.subarray(row * this.columns, (row + 1) * this.columns), row * columns);
    }
    const held = new Float32Array(columns).fill(Number.NaN);
    held.set(this.held);
    const seen = new Uint8Array(columns);
    seen.set(this.seen);
    [this.ring, this.held, this.seen, this.columns] = [ring, held, seen, columns];
  }

  /** Rows are not learnt until `goOn`, which then finds gathered what had been when the baseline was saved. */
  pause(learntTo: BlockPlace, gathered: Gathered): void {
    this.paused = { learntTo, gathered };
  }

  /** Null while rows are learnt. */
  get learntTo(): BlockPlace | null {
    return this.paused?.learntTo ?? null;
  }

  goOn(): void {
    if (!this.paused) return;
    const { held, seen } = this.paused.gathered;
    this.paused = null;
    this.held.set(held);
    this.seen.set(seen);
    this.pending = this.seen.reduce((sum, one) => sum + one, 0);
  }

  gathered(): Gathered {
    return { held: this.held, seen: this.seen };
  }

  /** A copy, rows × columns, oldest row first. */
  copy(): Float32Array {
    const copy = new Float32Array(this.ring.length);
    const split = this.next * this.columns;
    copy.set(this.ring.subarray(split));
    copy.set(this.ring.subarray(0, split), this.ring.length - split);
    return copy;
  }

  private repeats(values: Float32Array, from: number, width: number): boolean {
    for (let column = 0; column < width; column++) {
      if (this.seen[column] === 1 && !Number.isNaN(values[from + column])) return true;
    }
    return false;
  }

  private complete(): void {
    this.ring.set(this.held, this.next * this.columns);
    this.next = this.next + 1 === this.rows ? 0 : this.next + 1;
    if (this.filled < this.rows) this.filled++;
    if (!this.paused) this.baseline.take(this.held, this.newestMs);
    this.seen.fill(0);
    this.pending = 0;
  }

  private restart(): void {
    this.filled = 0;
    this.pending = 0;
    this.seen.fill(0);
    this.held.fill(Number.NaN);
  }
}
