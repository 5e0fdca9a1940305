import type { Columns } from './columns.ts';
import { field } from './fields.ts';
import { Longest } from './longest.ts';
import type { Presence } from './presence.ts';
import type { RowTime } from './row-time.ts';
import { Spread } from './spread.ts';

/** A sensor is stuck after this many times its longest run of one value, and after so many values and so long at least. */
const usualRuns = 10;
const repeatsMin = 30;
const runMsMin = 60_000;
/** So many values must have come before a sensor can be stuck. */
const sentMin = 64;
/** A sensor moves if it has many different values, and at most this share of them repeat the one before. */
const repeatShareMax = 0.75;
/** Runs of other sensors that began within so many rows, or this share of a run, began with it; as far apart as both are sent, more. */
const togetherRows = 5;
const togetherShare = 0.1;
/** A run of so many repeats of another sensor is worth a thought. */
const otherRepeatsMin = 5;
/** A run is doubtful from so many usual ones on: long before it is known what it is. */
const doubtfulRuns = 2;
/** None of fewer repeats is. */
export const doubtfulMin = otherRepeatsMin;

/** Which sensors of one machine are stuck at a value, each judged by how long it ever kept one. */
export class Stillness {
  /** The number of stuck sensors. */
  out = 0;
  readonly spread: Spread;
  private readonly state: Columns;
  private readonly longest: Longest;
  private readonly time: RowTime;
  private readonly presence: Presence;

  constructor(state: Columns, time: RowTime, presence: Presence) {
    this.state = state;
    this.longest = new Longest(state, field.runs);
    this.spread = new Spread(state, field);
    this.time = time;
    this.presence = presence;
  }

  /** The value of the present row is the one that it had before, for the first time. @param gapRow the last row with the sensor; 0: the one before */
  begins(column: number, gapRow: number): void {
    const { state, time } = this;
    state.set(field.runAtMs, column, gapRow > 0 ? state.get(field.gapAtMs, column) : time.beforeAtMs);
    this.judgeFrom(column, gapRow > 0 ? gapRow : time.row - 1, this.beforeMs(column, gapRow));
  }

  /** The value of a run of repeats has changed. @param gapRow the last row with the sensor; 0: the one before */
  ends(column: number, gapRow: number): void {
    const { state, longest } = this;
    const repeats = state.get(field.repeats, column);
    const ms = this.beforeMs(column, gapRow) - state.get(field.runMs, column);
    const wasOut = this.isOut(column);
    if (wasOut) {
      this.out--;
      longest.outage(column, repeats, ms);
    } else if (state.get(field.isRunExcused, column) === 0) {
      longest.learn(column, repeats, ms);
      state.add(field.repeated, column, repeats);
    }
    for (const of of [field.repeats, field.isStuck, field.isRunExcused]) state.set(of, column, 0);
    state.set(field.dueRepeats, column, Infinity);
  }

  /** It is due: judges whether it is stuck. If nothing proves that, it must be still for as long again. */
  look(column: number): void {
    const { state, time } = this;
    if (this.isOut(column)) return;
    const repeats = state.get(field.repeats, column);
    const msMin = Math.max(runMsMin, usualRuns * this.longest.ms(column));
    if (time.ms - state.get(field.runMs, column) < msMin) {
      state.set(field.dueRepeats, column, repeats + 1 + Math.floor(repeats / 8));
      return;
    }
    if (this.isProven(column)) {
      state.set(field.isStuck, column, 1);
      state.set(field.dueRepeats, column, Infinity);
      this.out++;
      return;
    }
    state.set(field.isRunExcused, column, 1);
    state.set(field.repeats, column, 1);
    // Its run began when it did: by that it goes together with others that are sent more rarely.
    this.judgeFrom(column, state.get(field.runRow, column), time.ms);
  }

  isOut(column: number): boolean {
    return this.state.get(field.isStuck, column) === 1;
  }

  /** True if it keeps its value for longer than usual, and a probe is the likely cause, while that is not certain yet. */
  isDoubtful(column: number): boolean {
    const { state, longest } = this;
    const repeats = state.get(field.repeats, column);
    if (repeats < doubtfulMin || repeats < doubtfulRuns * longest.rows(column)) return false;
    const isJudged = Number.isFinite(state.get(field.dueRepeats, column));
    return isJudged && state.get(field.isRunExcused, column) === 0 && this.isProven(column);
  }

  value(column: number): number {
    return this.state.get(field.value, column);
  }

  /** The time of the first reading with the value of the run. */
  sinceMs(column: number): number {
    return this.state.get(field.runAtMs, column);
  }

  /** For how long it has kept a value before, ms; 0 if never. */
  longestMs(column: number): number {
    return this.longest.ms(column);
  }

  turn(): void {
    this.longest.turn();
    this.spread.turn();
  }

  /** The fields of a sensor that is gone are set anew by the caller. */
  forget(column: number): void {
    if (this.isOut(column)) this.out--;
  }

  /** When the value before the present one came. */
  private beforeMs(column: number, gapRow: number): number {
    return gapRow > 0 ? this.state.get(field.gapMs, column) : this.time.beforeMs;
  }

  private judgeFrom(column: number, row: number, ms: number): void {
    const { state } = this;
    state.set(field.runRow, column, row);
    state.set(field.runMs, column, ms);
    state.set(
      field.dueRepeats,
      column,
      this.moves(column) ? Math.max(repeatsMin, usualRuns * this.longest.rows(column)) : Infinity,
    );
  }

  /** True if its value usually changes, and to many different ones. */
  private moves(column: number): boolean {
    const sent = this.presence.sent(column);
    if (sent < sentMin || !this.spread.isFine(column)) return false;
    return this.state.get(field.repeated, column) <= repeatShareMax * sent;
  }

  /**
   * True if a probe is the likely cause: the value is amid its range, another sensor moves, and none became still together
   * with it, as they do when a machine stops.
   */
  private isProven(column: number): boolean {
    const { state, presence, time } = this;
    if (this.spread.isAtEnd(column, this.value(column))) return false;
    const row = state.get(field.runRow, column);
    const slack = togetherRows + togetherShare * (time.row - row) + presence.meanRows(column) - 1;
    let isOtherMoving = false;
    for (let other = 0; other < state.columns; other++) {
      if (other === column || !presence.isSent(other) || this.isOut(other) || !this.moves(other)) continue;
      if (state.get(field.isRunExcused, other) === 1) return false;
      const repeats = state.get(field.repeats, other);
      const isStill = repeats >= otherRepeatsMin && repeats > this.longest.rows(other);
      if (!isStill) isOtherMoving = true;
      else if (Math.abs(state.get(field.runRow, other) - row) <= slack + presence.meanRows(other) - 1)
        return false;
    }
    return isOtherMoving;
  }
}
