import type { Columns } from './columns.ts';

/**
 * The fields of `Spread`: lowest and highest value of this period and of the one before, two halves of 64 marks, and how
 * many marks are set.
 */
export const spreadFields = [Infinity, -Infinity, Infinity, -Infinity, 0, 0, 0] as const;
/** So many of 64 marks are set by about 30 different values. */
const marksMin = 24;

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** How the values of each sensor are spread: their range, and whether they are more than a few. */
export class Spread {
  private readonly state: Columns;
  private readonly from: number;

  /** @param from the first of its fields in `state` */
  constructor(state: Columns, from: number) {
    this.state = state;
    this.from = from;
  }

  note(column: number, value: number): void {
    const { state, from } = this;
    if (value < state.get(from, column)) state.set(from, column, value);
    if (value > state.get(from + 1, column)) state.set(from + 1, column, value);
    if (this.isFine(column)) return;
    float[0] = value;
    // The upper six bits of a multiplicative hash select a mark.
    const mark = Math.imul(bits[0]! ^ (bits[0]! >>> 15), 0x9e3779b1) >>> 26;
    const half = from + 4 + (mark >>> 5);
    const marks = state.get(half, column);
    const marked = (marks | (1 << (mark & 31))) >>> 0;
    if (marked === marks) return;
    state.set(half, column, marked);
    state.add(from + 6, column, 1);
  }

  /** False if it has few different values: then it is coarse, or a state. */
  isFine(column: number): boolean {
    return this.state.get(this.from + 6, column) >= marksMin;
  }

  /** True if no value is beyond this one on one side: machines rest at an end of the range, and probes seldom freeze there. */
  isAtEnd(column: number, value: number): boolean {
    const { state, from } = this;
    const lowest = Math.min(state.get(from, column), state.get(from + 2, column));
    const highest = Math.max(state.get(from + 1, column), state.get(from + 3, column));
    return value <= lowest || value >= highest;
  }

  turn(): void {
    const { state, from } = this;
    for (let column = 0; column < state.columns; column++) {
      for (const field of [from, from + 1]) state.set(field + 2, column, state.get(field, column));
      state.set(from, column, Infinity);
      state.set(from + 1, column, -Infinity);
    }
  }
}
