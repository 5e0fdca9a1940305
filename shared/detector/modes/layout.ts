/** Layout of what is known of the modes of one machine: three arrays in one piece of memory. */
import { modeParameters } from './parameters.ts';

const { modesMax, bins } = modeParameters;

/** Double precision: counts and times … */
const scalarNames = [
  'rows',
  'firstMs',
  'newestMs',
  /** The time between two rows lately. */
  'paceMs',
  /** The sensor whose levels are the modes (−1: none is), and when its newest value came. */
  'sensor',
  'valueMs',
  /** The number of modes, and the least gap between two of their levels. */
  'modes',
  'gap',
  /** The mode that it is in (`noMode`, `newMode`), since when, for how many rows, and 1 if the machine was seen to enter it. */
  'mode',
  'sinceMs',
  'modeRows',
  'isWhole',
  /** The mode that it may be in by now, since when, for how many rows, and in how many of them it was at the level. */
  'next',
  'nextMs',
  'nextRows',
  'nextCore',
  /** The level that was never seen: its mean, least and largest value, and how long it has lasted. */
  'newMean',
  'newLow',
  'newHigh',
  'newMs',
  'newRows',
  /** How often levels have changed from row to row, over how long and how many rows; and for how long they have been followed in all. */
  'changes',
  'followedMs',
  'followedRows',
  'provenMs',
  /** The level and value of the newest row, and how often a value at the same level was the same, or another one. */
  'level',
  'value',
  'same',
  'moved',
  /** Time at no level, stays, short ones of them, changes of the mode to the next level and to others, and levels that came later. */
  'outsideMs',
  'stays',
  'shortStays',
  'steps',
  'jumps',
  'newcomers',
  /** 1 once modes are shown. */
  'isShown',
] as const;
export const scalar = Object.fromEntries(scalarNames.map((name, at) => [name, at])) as Readonly<
  Record<(typeof scalarNames)[number], number>
>;
const scalars = scalarNames.length;
/** … then by mode: its level, how far it reaches, its rows, and the variance of its values. */
export const modeAt = {
  level: scalars,
  reach: scalars + modesMax,
  rows: scalars + 2 * modesMax,
  variance: scalars + 3 * modesMax,
} as const;
export const doublesCount = scalars + 4 * modesMax;

export const noMode = -1;
export const newMode = -2;

/** Single precision, by sensor: where its histogram begins, the width of a part (0: it has not begun), its values. */
export const floatsOf = 3;
/**
 * Whole numbers, by sensor: the parts, values below and above, 1 if its levels turned out to be no modes, and one that is free. While a
 * histogram has not begun, its first values are in place of the parts.
 */
export const countsOf = bins + 4;
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
  for (const at of ['firstMs', 'newestMs', 'valueMs', 'sinceMs', 'nextMs', 'newMean', 'value'] as const)
    doubles[scalar[at]] = Number.NaN;
  for (const at of ['sensor', 'mode', 'next', 'level'] as const) doubles[scalar[at]] = noMode;
  const floats = new Float32Array(memory, floatsAt, floatsOf * sensors);
  return { sensors, doubles, floats, counts: new Uint16Array(memory, countsAt, countsOf * sensors) };
}
