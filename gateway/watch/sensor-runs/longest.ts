import type { Columns } from './columns.ts';

/** The fields of `Longest`: those of this period, of the one before, and of the last one that was out of the ordinary. */
export const longestFields = [0, 0, 0, 0, 0, 0] as const;

/** The longest run that is usual for each sensor, in rows and in ms. */
export class Longest {
  private readonly state: Columns;
  private readonly from: number;

  /** @param from the first of its fields in `state` */
  constructor(state: Columns, from: number) {
    this.state = state;
    this.from = from;
  }

  rows(column: number): number {
    return Math.max(this.state.get(this.from, column), this.state.get(this.from + 2, column));
  }

  ms(column: number): number {
    return Math.max(this.state.get(this.from + 1, column), this.state.get(this.from + 3, column));
  }

  learn(column: number, rows: number, ms: number): void {
    this.state.raise(this.from, column, rows);
    this.state.raise(this.from + 1, column, ms);
  }

  /** A run was far longer than usual. The first one is an outage and stretches nothing; a second one makes both usual. */
  outage(column: number, rows: number, ms: number): void {
    const { state, from } = this;
    const [beforeRows, beforeMs] = [state.get(from + 4, column), state.get(from + 5, column)];
    if (beforeRows > 0) this.learn(column, Math.min(rows, beforeRows), Math.min(ms, beforeMs));
    state.set(from + 4, column, Math.max(rows, beforeRows));
    state.set(from + 5, column, Math.max(ms, beforeMs));
  }

  /** A period has passed: what was usual before the one that ends is forgotten. */
  turn(): void {
    const { state, from } = this;
    for (let column = 0; column < state.columns; column++)
      for (const field of [from, from + 1]) {
        state.set(field + 2, column, state.get(field, column));
        state.set(field, column, 0);
      }
  }
}
