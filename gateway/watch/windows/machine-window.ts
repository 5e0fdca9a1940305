import type { BlockPosition } from '../../ports/journal.ts';
import { Baseline } from '../baselines/baseline.ts';
import type { BaselineOptions } from '../baselines/baseline-options.ts';
import { RowPace } from '../baselines/row-pace.ts';
import { type ClockStep, ClockSteps } from '../device-clock/clock-steps.ts';
import { SensorRuns } from '../sensor-runs/sensor-runs.ts';
import { copyRing, type Gathered, isWhole, newCells, widened } from './rows/cells.ts';
import { RowBlocks, type RowsPlace, TakenBlock } from './rows/row-blocks.ts';
import {
  blocksAt,
  completedAt,
  judgedAt,
  judgedToAt,
  judgeTo,
  newNumbers,
  paceAt,
  rowTimeAt,
  samplingAt,
} from './rows/window-numbers.ts';

/** The outcome of a reading: it completed a row, became part of the next one, or came too late. */
export type Taken = 'row' | 'part' | 'late';

/** How readings become rows, and when the window is ready. */
export interface WindowLayout {
  /** Rows from which the machine is assessed; all if absent. */
  rowsMin?: number;
  /** Duration of a row, ms; if 0 or absent, each reading is a row. */
  stepMs?: number;
  /** The block whose rows are being taken; absent if nobody wants to find rows again. */
  block?: TakenBlock;
}

/**
 * A ring of the last rows of one machine. A message may carry all sensors or some of them: values gather until every
 * sensor has sent one or one sends again, and then make a row, in which a silent sensor keeps its last value (NaN if it
 * has sent nothing yet). If a row is a time step, a further reading in the newest row's step replaces that row, and
 * steps without a reading are empty rows (NaN). Nothing is allocated per row.
 */
export class MachineWindow {
  /** The clock that gave its readings their times. */
  readonly clock: ClockSteps;
  readonly baseline: Baseline;
  /** Which sensors are missing or stuck, as far as live rows say. */
  readonly sensorRuns: SensorRuns;
  private readonly rows: number;
  private readonly rowsMin: number;
  private readonly stepMs: number;
  private columns: number;
  /**
   * The ring (rows × columns), then the values gathered for the next row, one per column, then a flag per column for
   * whether it has a value since the last row (0 or 1). All in one array, because thousands of machines are visited in
   * turn.
   */
  private cells: Float32Array;
  /** See window-numbers.ts. */
  private readonly numbers: Float64Array;
  /** One for all decisions about the machine, which are made one after the other; empty before the first one. */
  private copied = new Float32Array(0);
  private pending = 0;
  private next = 0;
  private filled = 0;
  private readonly blocks: RowBlocks;
  private readonly pace: RowPace;
  /** If a row is a time step: the time of the newest reading gathered for the next row. */
  private pendingMs = 0;
  /** Start of the newest row's step. */
  private rowMs = 0;
  /** Present while the journal's tail repeats rows that the baseline has already learnt, up to this block. */
  private paused: { learntTo: BlockPosition; gathered: Gathered } | null = null;

  constructor(rows: number, columns: number, baseline: BaselineOptions = {}, layout: WindowLayout = {}) {
    this.rows = rows;
    this.rowsMin = layout.rowsMin ?? rows;
    this.stepMs = layout.stepMs ?? 0;
    this.columns = columns;
    const numbers = newNumbers(rows);
    this.numbers = numbers;
    this.clock = new ClockSteps(rows, numbers);
    this.pace = new RowPace(numbers, paceAt);
    this.cells = newCells(rows, columns);
    this.blocks = new RowBlocks(rows, layout.block ?? new TakenBlock(), numbers, blocksAt);
    this.baseline = new Baseline(columns, baseline, numbers, samplingAt);
    this.sensorRuns = new SensorRuns(columns, numbers, rowTimeAt);
  }

  /** For how long it has been judged, by its readings; a longer time between two counts as a pause of so long. */
  get judgedMs(): number {
    return this.numbers[judgedAt]!;
  }

  /** True if the machine's history is longer than these rows: after a restart, or after its clock went back. */
  get cutOff(): boolean {
    return this.filled < this.rows && this.baseline.rows > this.filled;
  }

  /** True if there are enough rows to assess the machine. */
  get ready(): boolean {
    return this.filled >= this.rowsMin;
  }

  /** The time of the newest reading, as it is judged: time goes on also by what a device sends whose clock is behind that of another. */
  get newestMs(): number {
    return Math.max(this.clock.newestMs, this.clock.atMs);
  }

  /** A newer reading has come that is in no row. */
  passes(timeMs: number): void {
    this.clock.passes(timeMs);
    this.numbers[judgedToAt] = this.clock.newestMs;
  }

  /** Time between two rows, ms: as declared, or by the machine's own pace; null if that is not known yet. */
  get paceMs(): number | null {
    return this.stepMs > 0 ? this.stepMs : this.pace.ms;
  }

  /**
   * Adds a reading: `values[from] … values[to - 1]`, one per column, NaN where absent. One that came late is ignored; once the
   * machine's clock was put back, the window starts again. @param isLive false if it is read again from the journal
   */
  push(
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
    isLive = true,
    step: ClockStep = this.clock.takes(timeMs),
  ): Taken {
    if (step === 'late') return 'late';
    if (step === 'back') this.restart();
    judgeTo(this.numbers, timeMs, this);
    const width = Math.min(to - from, this.columns);
    if (this.pending === 0 && this.stepMs === 0 && width === this.columns && isWhole(values, from, width)) {
      this.takeWhole(values, from, isLive);
      return 'row';
    }
    let completed = false;
    if (this.pending > 0 && this.repeats(values, from, width)) {
      this.complete(isLive);
      completed = true;
    }
    const { cells, heldAt, seenAt } = this;
    for (let column = 0; column < width; column++) {
      const value = values[from + column]!;
      if (Number.isNaN(value)) continue;
      cells[heldAt + column] = value;
      if (cells[seenAt + column] === 0) {
        cells[seenAt + column] = 1;
        this.pending++;
      }
    }
    if (this.stepMs > 0) this.pendingMs = timeMs;
    if (this.pending === this.columns) {
      this.complete(isLive);
      completed = true;
    }
    return completed ? 'row' : 'part';
  }

  /** A reading of all sensors is a row, if nothing was gathered before it. */
  private takeWhole(values: Float32Array, from: number, isLive: boolean): void {
    const { cells, columns, heldAt } = this;
    for (let column = 0; column < columns; column++) cells[heldAt + column] = values[from + column]!;
    this.completed(-1, isLive);
  }

  /** Adds columns because an open type's machine has got more sensors; they are NaN in older rows. */
  widen(columns: number): void {
    if (columns <= this.columns) return;
    this.cells = widened(this.cells, this.rows, this.columns, columns);
    this.columns = columns;
    this.sensorRuns.widen(columns);
  }

  /** Forgets the values of a sensor that is gone. */
  clear(column: number): void {
    const { cells, columns, heldAt, seenAt } = this;
    for (let at = column; at < heldAt + columns; at += columns) cells[at] = Number.NaN;
    this.pending -= cells[seenAt + column]!;
    this.sensorRuns.forget(column);
    cells[seenAt + column] = 0;
  }

  /** Suspends learning until `resumeLearning`, which also restores the values gathered when the baseline was saved. */
  pause(learntTo: BlockPosition, gathered: Gathered): void {
    this.paused = { learntTo, gathered };
  }

  /** Null while rows are learnt. */
  get learntTo(): BlockPosition | null {
    return this.paused?.learntTo ?? null;
  }

  resumeLearning(): void {
    if (!this.paused) return;
    const { held, seen } = this.paused.gathered;
    this.paused = null;
    this.cells.set(held, this.heldAt);
    this.cells.set(seen, this.seenAt);
    this.pending = this.cells.subarray(this.seenAt).reduce((sum, one) => sum + one, 0);
  }

  /** As of `learntTo` while it learns nothing. */
  gathered(): Gathered {
    if (this.paused) return this.paused.gathered;
    const { cells, heldAt, seenAt } = this;
    return { held: cells.slice(heldAt, seenAt), seen: Uint8Array.from(cells.subarray(seenAt)) };
  }

  /** The latest value of each sensor, by column; NaN where it has sent none. */
  latest(): Float32Array {
    return this.cells.subarray(this.heldAt, this.seenAt);
  }

  /** Returns a copy, rows × columns, oldest row first, in an array that the next call writes to again. */
  copy(): Float32Array {
    const { cells, heldAt } = this;
    if (this.copied.length !== heldAt) this.copied = new Float32Array(heldAt);
    return copyRing(cells, this.next * this.columns, this.copied);
  }

  /** Null if it is not known. */
  place(): RowsPlace | null {
    if (this.filled === 0) return null;
    const oldest = (this.next + this.rows - this.filled) % this.rows;
    return this.blocks.place(oldest, (this.next + this.rows - 1) % this.rows);
  }

  private readonly isCounter = (column: number) => this.baseline.kindOf(column) === 'counter';

  private get heldAt(): number {
    return this.rows * this.columns;
  }

  private get seenAt(): number {
    return (this.rows + 1) * this.columns;
  }

  private repeats(values: Float32Array, from: number, width: number): boolean {
    const { cells, seenAt } = this;
    for (let column = 0; column < width; column++) {
      if (cells[seenAt + column] === 1 && !Number.isNaN(values[from + column])) return true;
    }
    return false;
  }

  private complete(isLive: boolean): void {
    if (this.stepMs > 0) this.advanceTo(this.pendingMs);
    const { cells, seenAt } = this;
    this.completed(seenAt, isLive);
    for (let at = seenAt; at < cells.length; at++) cells[at] = 0;
    this.pending = 0;
  }

  /** The gathered values are the newest row. @param seenAt −1: all of them were sent for it */
  private completed(seenAt: number, isLive: boolean): void {
    const { cells, numbers, newestMs, columns, heldAt } = this;
    const newest = this.next * columns;
    for (let column = 0; column < columns; column++) cells[newest + column] = cells[heldAt + column]!;
    if (this.stepMs === 0) {
      this.pace.note(newestMs - numbers[completedAt]!);
      numbers[completedAt] = newestMs;
    }
    if (isLive) this.sensorRuns.take(cells, heldAt, seenAt, newestMs);
    this.appended();
    if (this.paused) return;
    const sound = this.sensorRuns.soundRow(cells, heldAt, isLive, this.isCounter);
    this.baseline.take(sound ?? cells, newestMs, sound ? 0 : heldAt);
  }

  /** If a row is a time step: advances to the row of the pending reading's time. */
  private advanceTo(timeMs: number): void {
    const steps = this.filled === 0 ? 1 : Math.round((timeMs - this.rowMs) / this.stepMs);
    this.rowMs = this.filled === 0 ? timeMs : this.rowMs + steps * this.stepMs;
    if (steps === 0) {
      this.next = (this.next + this.rows - 1) % this.rows;
      this.filled--;
    }
    for (let empty = Math.min(steps - 1, this.rows); empty > 0; empty--) {
      this.cells.fill(Number.NaN, this.next * this.columns, (this.next + 1) * this.columns);
      this.appended();
    }
  }

  private appended(): void {
    this.blocks.completed(this.next);
    this.next = this.next + 1 === this.rows ? 0 : this.next + 1;
    if (this.filled < this.rows) this.filled++;
  }

  private restart(): void {
    this.cells.fill(Number.NaN, 0, this.seenAt);
    this.cells.fill(0, this.seenAt);
    this.filled = 0;
    this.pending = 0;
    this.numbers[completedAt] = Number.NaN;
    this.pace.forget();
  }
}
