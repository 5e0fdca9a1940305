import type { ColumnSet } from '../machines/column-set.ts';
import type { StateValue } from '../states/state-values.ts';

/** The purpose of a value in the text; from `text` on, those that are seldom. */
export const use = {
  sensor: 0,
  seq: 1,
  time: 2,
  timeText: 3,
  id: 4,
  number: 5,
  dateText: 6,
  text: 7,
  state: 8,
  flag: 9,
} as const;
export type Use = (typeof use)[keyof typeof use];

/** So many texts of a layout are kept, of so many bytes at most: a sender may have thousands of layouts. */
export const keptTexts = 8;
export const keptTextMax = 32;

/** The layout of one kind of message: fixed text, value, fixed text, value, …, fixed text. */
export interface JsonLayout {
  /** The concatenated fixed texts, and the end of each. */
  fixed: Uint8Array;
  fixedEnd: Int32Array;
  uses: Uint8Array;
  /** By value: the column of its sensor, or -1. */
  columns: Int32Array;
  /** By column: the state that was read last, because most messages repeat it; of the machines with the sensors `statesOf`. */
  readonly states: (StateValue | undefined)[];
  statesOf: ColumnSet | null;
  /** By value: a text that an open type leaves out, because devices repeat it; and how many more are kept. */
  readonly texts: (Uint8Array | undefined)[];
  textsLeft: number;
  present: number;
  ignored: number;
}
