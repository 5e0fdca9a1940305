import type { ColumnFields } from './columns.ts';
import { longestFields } from './longest.ts';
import { rangeFields } from './spread.ts';

/**
 * The fields of one sensor. `gapRow` is 0 while it is sent, −1 before it was ever sent, else the number of the last row that
 * it was in; `repeats` is 0 while its value moves, else how often it has come again since the run is judged.
 */
export const field = {
  ...{ gapRow: 0, dueRow: 1, gapMs: 2, gapAtMs: 3, firstRow: 4, absent: 5, absentUsual: 6, returnedRow: 7 },
  ...{ repeats: 8, dueRepeats: 9, runRow: 10, runMs: 11, runAtMs: 12, repeated: 13, marks: 14 },
  // From here on floats.
  ...{ value: 16, isMissing: 17, isGapExcused: 18, isStuck: 19, isRunExcused: 20, markCount: 21 },
  ...{ range: 22, gaps: 26, runs: 32 },
} as const;

export const sensorFields: ColumnFields = {
  doubles: [-1, Infinity, 0, 0, 0, 0, 0, -Infinity, ...[0, Infinity, 0, 0, 0, 0], ...[0, 0]],
  floats: [NaN, 0, 0, 0, 0, 0, ...rangeFields, ...longestFields, ...longestFields],
};
