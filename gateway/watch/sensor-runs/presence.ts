import type { Columns } from './columns.ts';
import { field } from './fields.ts';
import { Longest } from './longest.ts';
import type { RowTime } from './row-time.ts';

/** A sensor is missing after this many times its longest usual gap, and after so many rows and so long at least. */
const usualGaps = 3;
const gapRowsMin = 6;
const gapMsMin = 60_000;
/** A sensor is regular if its longest gap is at most this many mean ones; else nobody can say when one is due. */
const regularGaps = 3;
/** One that is not, such as one that sends when its value changes, is missing after this many longest gaps, and a week. */
const irregularGaps = 10;
const irregularMsMin = 7 * 24 * 3_600_000;
/** A sensor is like clockwork if its longest gap is at most this many mean ones. */
const clockworkGaps = 1.5;
/** In so many rows must a sensor have been before it can be missing. */
const sentMin = { clockwork: 16, other: 64 };
/** A sensor returns if it was absent for this many rows, and this many mean gaps. */
const returnRowsMin = 5;
const returnGaps = 3;
/** Within so many rows, and mean gaps, one kind of message follows another. */
const switchRows = 3;
const switchGaps = 2;

/** Which sensors of one machine have gone missing from its rows, each judged by its own rhythm. */
export class Presence {
  /** The number of missing sensors. */
  out = 0;
  private readonly state: Columns;
  private readonly longest: Longest;
  private readonly time: RowTime;

  constructor(state: Columns, time: RowTime) {
    this.state = state;
    this.longest = new Longest(state, field.gaps);
    this.time = time;
  }

  /** The sensor is absent from the present row, and was in the one before. */
  leaves(column: number): void {
    const { time } = this;
    this.begin(column, time.row - 1, time.beforeMs, time.beforeAtMs);
  }

  /** It is due: judges whether it is missing. */
  look(column: number): void {
    const { state, time } = this;
    if (this.isOut(column)) return;
    const due = this.dueAfter(column);
    if (!due || time.ms - state.get(field.gapMs, column) < due.ms) {
      const rows = time.row - state.get(field.gapRow, column);
      state.set(field.dueRow, column, time.row + 1 + Math.floor(rows / 8));
      return;
    }
    state.set(field.dueRow, column, Infinity);
    if (this.isOtherKind(column)) {
      state.set(field.isGapExcused, column, 1);
      return;
    }
    state.set(field.isMissing, column, 1);
    this.out++;
  }

  /** It is in the present row, and was not in the one before. */
  returns(column: number): void {
    const { state, time } = this;
    const row = state.get(field.gapRow, column);
    state.set(field.gapRow, column, 0);
    state.set(field.dueRow, column, Infinity);
    if (row < 0) {
      state.set(field.firstRow, column, time.row);
      state.set(field.returnedRow, column, time.row);
      return;
    }
    const rows = time.row - row;
    if (rows >= Math.max(returnRowsMin, returnGaps * this.meanRows(column)))
      state.set(field.returnedRow, column, time.row);
    this.end(column, rows, time.ms - state.get(field.gapMs, column));
  }

  /** It sent a value that is in no row, because it cannot have it. */
  refused(column: number): void {
    const { state, time } = this;
    if (state.get(field.gapRow, column) < 0) this.returns(column);
    if (state.get(field.gapRow, column) === 0) return;
    this.end(column, 0, 0);
    this.begin(column, time.row, time.ms, time.atMs);
  }

  isOut(column: number): boolean {
    return state1(this.state, field.isMissing, column);
  }

  /** True if it is absent for longer than usual: half the time after which it is missing. */
  isDoubtful(column: number): boolean {
    const { state, time } = this;
    const row = state.get(field.gapRow, column);
    return row > 0 && 2 * (time.row - row) >= state.get(field.dueRow, column) - row;
  }

  wasSent(column: number): boolean {
    return this.state.get(field.gapRow, column) >= 0;
  }

  /** True if it is sent, as far as its rhythm says. */
  isSent(column: number): boolean {
    return this.wasSent(column) && !this.isOut(column) && !state1(this.state, field.isGapExcused, column);
  }

  /** The number of rows that it was in. */
  sent(column: number): number {
    if (!this.wasSent(column)) return 0;
    const { state, time } = this;
    const gapRow = state.get(field.gapRow, column);
    return (gapRow || time.row) - state.get(field.firstRow, column) + 1 - state.get(field.absent, column);
  }

  /** The time of the last row that a missing sensor was in. */
  sinceMs(column: number): number {
    return this.state.get(field.gapAtMs, column);
  }

  usualGapMs(column: number): number {
    return this.longest.ms(column);
  }

  turn(): void {
    this.longest.turn();
  }

  /** The fields of a sensor that is gone are set anew by the caller. */
  forget(column: number): void {
    if (this.isOut(column)) this.out--;
  }

  private begin(column: number, row: number, ms: number, atMs: number): void {
    const { state } = this;
    state.set(field.gapRow, column, row);
    state.set(field.gapMs, column, ms);
    state.set(field.gapAtMs, column, atMs);
    const due = this.dueAfter(column);
    state.set(field.dueRow, column, due ? row + due.rows : Infinity);
  }

  private end(column: number, rows: number, ms: number): void {
    const { state, longest } = this;
    const absent = Math.max(0, rows - 1);
    state.add(field.absent, column, absent);
    const wasOut = this.isOut(column);
    if (wasOut) {
      this.out--;
      longest.outage(column, rows, ms);
    } else if (!state1(state, field.isGapExcused, column)) {
      longest.learn(column, rows, ms);
      state.add(field.absentUsual, column, absent);
    }
    state.set(field.isMissing, column, 0);
    state.set(field.isGapExcused, column, 0);
  }

  /** Rows from one that it is in to the next, on average. */
  meanRows(column: number): number {
    return 1 + this.state.get(field.absentUsual, column) / Math.max(1, this.sent(column));
  }

  /** After how long a gap it is missing; null if its rhythm is not known yet. */
  private dueAfter(column: number): { rows: number; ms: number } | null {
    const meanRows = this.meanRows(column);
    const rows = Math.max(1, this.longest.rows(column));
    const ms = this.longest.ms(column);
    const isClockwork = rows <= clockworkGaps * meanRows + 1;
    if (this.sent(column) < (isClockwork ? sentMin.clockwork : sentMin.other)) return null;
    const isRegular =
      rows <= Math.max(gapRowsMin, regularGaps * meanRows) ||
      ms <= Math.max(gapMsMin, regularGaps * meanRows * this.time.meanMs);
    return isRegular
      ? { rows: Math.max(gapRowsMin, usualGaps * rows), ms: Math.max(gapMsMin, usualGaps * ms) }
      : { rows: irregularGaps * rows, ms: Math.max(irregularMsMin, irregularGaps * ms) };
  }

  /** True if others returned when it went: then the machine sends another kind of message, and no probe is broken. */
  private isOtherKind(column: number): boolean {
    const { state } = this;
    const row = state.get(field.gapRow, column);
    const slack = switchRows + switchGaps * this.meanRows(column);
    for (let other = 0; other < state.columns; other++)
      if (other !== column && Math.abs(state.get(field.returnedRow, other) - row) <= slack) return true;
    return false;
  }
}

function state1(state: Columns, of: number, column: number): boolean {
  return state.get(of, column) === 1;
}
