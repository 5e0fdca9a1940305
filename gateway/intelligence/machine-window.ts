import type { BlockPlace } from '../ports.ts';
import { Baseline, type BaselineOptions } from './anomaly.ts';

/** What became of a reading. */
export type Taken = 'row' | 'part' | 'late';

/** What has gathered for the next row: each sensor's last value, and whether it has spoken since the last row. */
export interface Gathered {
  held: Float32Array;
  seen: Uint8Array;
}

/** How readings become rows, and from how many on there is something to look at. */
export interface WindowLayout {
  /** Rows from which on the machine is assessed; all if absent. */
  rowsMin?: number;
  /** A row is so much time; a reading each if 0 or absent. */
  stepMs?: number;
}

/** So many readings in a row that are older than the newest mean that the machine's clock went back. */
const lateInRowMax = 30;

/**
 * The last rows of one machine, as a ring. A message may carry all sensors or some of them: values gather until every
 * sensor has spoken or one speaks again, and then make a row, in which a silent sensor keeps its last value (NaN if it
 * has never spoken). Nothing is allocated per row. Where a row is a step of time, a further reading in the newest row's step
 * replaces that row, and steps without a reading are empty rows (NaN).
 */
export class MachineWindow {
  newestMs = Number.NEGATIVE_INFINITY;
  readonly baseline: Baseline;
  private readonly rows: number;
  private readonly rowsMin: number;
  private readonly stepMs: number;
  private columns: number;
  private ring: Float32Array;
  private held: Float32Array;
  private seen: Uint8Array;
  private pending = 0;
  private next = 0;
  private filled = 0;
  private lateInRow = 0;
  /** When the reading came that the next row has last been added to. */
  private pendingMs = 0;
  /** When the newest row's step began. */
  private rowMs = 0;
  /** Set while the journal's tail repeats what the baseline has learnt already, up to this block. */
  private paused: { learntTo: BlockPlace; gathered: Gathered } | null = null;

  constructor(rows: number, columns: number, normal: BaselineOptions = {}, layout: WindowLayout = {}) {
    this.rows = rows;
    this.rowsMin = layout.rowsMin ?? rows;
    this.stepMs = layout.stepMs ?? 0;
    this.columns = columns;
    this.ring = new Float32Array(rows * columns).fill(Number.NaN);
    this.held = new Float32Array(columns).fill(Number.NaN);
    this.seen = new Uint8Array(columns);
    this.baseline = new Baseline(columns, normal);
  }

  /** Whether the machine was heard for longer than these rows show: after a restart, or after its clock went back. */
  get cutOff(): boolean {
    return this.filled < this.rows && this.baseline.rows > this.filled;
  }

  /** Whether there are enough rows to assess the machine. */
  get ready(): boolean {
    return this.filled >= this.rowsMin;
  }

  /**
   * Takes `values[from] … values[to - 1]`, one a column, NaN where absent. A reading older than the newest is ignored,
   * unless so many come in a row that it is the machine's clock that went back: then the window begins again.
   */
  push(values: Float32Array, from: number, to: number, timeMs: number): Taken {
    if (timeMs < this.newestMs) {
      if (++this.lateInRow <= Math.min(this.rows, lateInRowMax)) return 'late';
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
    this.pendingMs = timeMs;
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
    if (this.stepMs > 0) this.advanceTo(this.pendingMs);
    this.ring.set(this.held, this.next * this.columns);
    this.appended();
    if (!this.paused) this.baseline.take(this.held, this.newestMs);
    this.seen.fill(0);
    this.pending = 0;
  }

  /** Where a row is a step of time: makes room for a row of the pending reading's time. */
  private advanceTo(timeMs: number): void {
    const steps = this.filled === 0 ? 1 : Math.round((timeMs - this.rowMs) / this.stepMs);
    this.rowMs = this.filled === 0 ? timeMs : this.rowMs + steps * this.stepMs;
    if (steps === 0) {
      this.next = (this.next + this.rows - 1) % this.rows;
      this.filled--;
    }
    for (let empty = Math.min(steps - 1, this.rows); empty > 0; empty--) {
      this.ring.fill(Number.NaN, this.next * this.columns, (this.next + 1) * this.columns);
      this.appended();
    }
  }

  private appended(): void {
    this.next = this.next + 1 === this.rows ? 0 : this.next + 1;
    if (this.filled < this.rows) this.filled++;
  }

  private restart(): void {
    this.ring.fill(Number.NaN);
    this.filled = 0;
    this.pending = 0;
    this.seen.fill(0);
    this.held.fill(Number.NaN);
  }
}
