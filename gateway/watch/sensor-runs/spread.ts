import type { Columns } from './columns.ts';

/** The range of `Spread`: lowest and highest value of this period and of the one before. */
export const rangeFields = [Infinity, -Infinity, Infinity, -Infinity] as const;
/** So many of 64 marks are set by about 30 different values. */
const marksMin = 24;

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Its fields in the state: the first of the range, the first of two halves of 64 marks, and how many marks are set. */
interface SpreadFields {
  readonly range: number;
  readonly marks: number;
  readonly markCount: number;
}

/** How the values of each sensor are spread: their range, and whether they are more than a few. */
export class Spread {
  private readonly state: Columns;
  private readonly fields: SpreadFields;

  constructor(state: Columns, fields: SpreadFields) {
    this.state = state;
    this.fields = fields;
  }

  /** Notes a row: `cells[valueAt + column]` is a value if `cells[seenAt + column]` is not 0, or `seenAt` is −1. */
  take(cells: Float32Array, valueAt: number, seenAt: number): void {
    const { columns } = this.state;
    for (let column = 0; column < columns; column++)
      if (seenAt < 0 || cells[seenAt + column] !== 0) this.takeOne(column, cells[valueAt + column]!);
  }

  /** Notes a value of one sensor. */
  takeOne(column: number, value: number): void {
    const { floats, columns } = this.state;
    const lowest = this.state.floatsFrom(this.fields.range) + column;
    const highest = lowest + columns;
    // The only value of its period is marked.
    if (value === floats[lowest] && value === floats[highest]) return;
    if (value < floats[lowest]!) floats[lowest] = value;
    if (value > floats[highest]!) floats[highest] = value;
    const markCount = this.state.floatsFrom(this.fields.markCount) + column;
    if (floats[markCount]! < marksMin) this.mark(column, value);
  }

  private mark(column: number, value: number): void {
    const { state } = this;
    const { marks: from, markCount } = this.fields;
    float[0] = value;
    // The upper six bits of a multiplicative hash select a mark.
    const mark = Math.imul(bits[0]! ^ (bits[0]! >>> 15), 0x9e3779b1) >>> 26;
    const half = from + (mark >>> 5);
    const marks = state.get(half, column);
    const marked = (marks | (1 << (mark & 31))) >>> 0;
    if (marked === marks) return;
    state.set(half, column, marked);
    state.add(markCount, column, 1);
  }

  /** False if it has few different values: then it is coarse, or a state. */
  isFine(column: number): boolean {
    return this.state.get(this.fields.markCount, column) >= marksMin;
  }

  /** True if no value is beyond this one on one side: machines rest at an end of the range, and probes seldom freeze there. */
  isAtEnd(column: number, value: number): boolean {
    const { state } = this;
    const { range } = this.fields;
    const lowest = Math.min(state.get(range, column), state.get(range + 2, column));
    const highest = Math.max(state.get(range + 1, column), state.get(range + 3, column));
    return value <= lowest || value >= highest;
  }

  turn(): void {
    const { state } = this;
    const { range } = this.fields;
    for (let column = 0; column < state.columns; column++) {
      for (const bound of [range, range + 1]) state.set(bound + 2, column, state.get(bound, column));
      state.set(range, column, Infinity);
      state.set(range + 1, column, -Infinity);
    }
  }
}
