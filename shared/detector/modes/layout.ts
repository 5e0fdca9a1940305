/** Layout of what is known of the modes of one machine: three arrays in one piece of memory. */
import { modeParameters } from './parameters.ts';

const { modesMax, bins } = modeParameters;

/** Double precision: counts and times … */
export const scalar = {
  rows: 0,
  firstMs: 1,
  newestMs: 2,
  /** The time between two rows lately. */
  paceMs: 3,
  /** The sensor whose levels are the modes; −1: none is. */
  sensor: 4,
  /** The number of modes, and the least gap between two of their levels. */
  modes: 5,
  gap: 6,
  /** The mode that it is in (`noMode`, `newMode`), and since when. */
  mode: 7,
  sinceMs: 8,
  /** The mode that it may be in by now, since when, and for how many rows. */
  next: 9,
  nextMs: 10,
  nextRows: 11,
  /** The level that was never seen: its mean, least and largest value, and how long it has lasted. */
  newMean: 12,
  newLow: 13,
  newHigh: 14,
  newMs: 15,
  newRows: 16,
  /** How often levels have changed, over how long and how many rows; and for how long they have been followed in all. */
  changes: 17,
  followedMs: 18,
  followedRows: 19,
  provenMs: 20,
  /** The level of the newest row, to count changes. */
  level: 21,
  /** Value of the newest row, in the unit of the sensor. */
  value: 22,
} as const;
const scalars = 23;
/** … then by mode: its level, how far it reaches, and its rows. */
export const modeAt = { level: scalars, reach: scalars + modesMax, rows: scalars + 2 * modesMax } as const;
export const doublesCount = scalars + 3 * modesMax;

export const noMode = -1;
export const newMode = -2;

/** Single precision, by sensor: where its histogram begins, the width of a part (0: it has not begun), its values. */
export const floatsOf = 3;
/** Whole numbers, by sensor: the parts, values below and above, and 1 if its levels turned out to be no modes. */
export const countsOf = bins + 3;
export const countAt = { below: bins, above: bins + 1, isRejected: bins + 2 } as const;

export interface ModeNumbers {
  readonly sensors: number;
  readonly doubles: Float64Array;
  readonly floats: Float32Array;
  readonly counts: Uint16Array;
}

export function newModeNumbers(sensors: number): ModeNumbers {
  const floatsAt = 8 * doublesCount;
  const countsAt = floatsAt + 4 * floatsOf * sensors;
  const memory = new ArrayBuffer(countsAt + 2 * countsOf * sensors);
  const doubles = new Float64Array(memory, 0, doublesCount);
  for (const at of ['firstMs', 'newestMs', 'sinceMs', 'nextMs', 'newMean', 'value'] as const)
    doubles[scalar[at]] = Number.NaN;
  for (const at of ['sensor', 'mode', 'next', 'level'] as const) doubles[scalar[at]] = noMode;
  const floats = new Float32Array(memory, floatsAt, floatsOf * sensors);
  return { sensors, doubles, floats, counts: new Uint16Array(memory, countsAt, countsOf * sensors) };
}
