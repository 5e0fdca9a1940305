/**
 * Layout of the numbers of a state: two contiguous arrays, as in detector-layout.ts and for the same
 * reason. Offsets are the same for all machines with the same number of sensors.
 */

import { packedSize } from '../matrix.ts';
import { stateParameters } from './parameters.ts';

/** Double precision: counts and results … */
export const scalar = {
  rows: 0,
  /** The mode of the newest row, and how many rows in a row were far from all modes. */
  mode: 1,
  strangeRows: 2,
  /** How often the inverses were computed, and the rows since the first time. */
  refreshes: 3,
  residualRows: 4,
  /** How much a row teaches, 0 … 1. */
  gate: 5,
  limitRows: 6,
  /** Rows of the episode (0: there is none), share of its latest rows beyond the limit, and its modes, one bit each. */
  episodeRows: 7,
  episodeShare: 8,
  episodeModes: 9,
  /** Rows in a row below the limit, and the newest row that followed enough of them. */
  calmRows: 10,
  calmAt: 11,
  /** The row from which the machine is changed (0: it is not), and rows in a row in which it was as it had been. */
  changedFrom: 12,
  changedCalmRows: 13,
} as const;
/** … then by normal (see `normals`): the mean square of recent rows, and the farthest statistic over its limit; */
export const shakingAt = 14;
export const ratioAt = 16;
/** … then by statistic: its mean and variance, the tail's begin, its mean excess and its rows; */
export const statisticsCount = 6;
export const limitsAt = { mean: 18, variance: 24, tail: 30, excess: 36, tailRows: 42 } as const;
/** … then by normal and statistic: the newest, over its limit; */
export const ratiosAt = 48;
/** … then by mode: its rows, what it is (`modeKinds`), visits, newest row, and rows in the episode. */
export const modesMax = stateParameters.modes.max;
export const modeAt = { rows: 60, kind: 68, visits: 76, newest: 84, episodeRows: 92 } as const;
const doublesFixed = 100;

/** Normals that a row is judged by: the one of now (with what is changed and not confirmed), and the confirmed one. */
export const normals = { now: 0, confirmed: 1 } as const;
export const modeKinds = { free: 0, known: 1, candidate: 2 } as const;

export interface StateLayout {
  readonly sensors: number;
  /** Single precision. By mode and sensor: mean and variance; the episode's mean, and the unconfirmed shift, from the mean. */
  readonly means: number;
  readonly variances: number;
  readonly episodeMeans: number;
  readonly shifts: number;
  /** By sensor. Variance over all modes, typical step, newest value (NaN: none), mean of the past rows. */
  readonly pooled: number;
  readonly steps: number;
  readonly newest: number;
  readonly past: number;
  /** Variances of the row and of its short and long means, in deviations. */
  readonly rowVariance: number;
  readonly shortVariance: number;
  readonly slowVariance: number;
  /** Least variance of a residual: more where a sensor stands still. */
  readonly stillFloor: number;
  /** Mean square of the episode's residuals, and the factor of deviations that follows from it once changed. */
  readonly episodeSquares: number;
  readonly factors: number;
  /** By normal and sensor, in deviations: means of residuals and of rows (short, long), and mean squares of residuals. */
  readonly lasting: number;
  readonly short: number;
  readonly slow: number;
  readonly squares: number;
  /** By normal and sensor: the newest residual. */
  readonly residual: number;
  /** Moments: of the past, residuals, and what lasts of them (packed), and of row by past (n × n). */
  readonly pastPast: number;
  readonly residuals: number;
  readonly lastings: number;
  readonly rowPast: number;
  /** Results of the moments: inverses (packed), and the prediction of a row from the past (n × n). */
  readonly residualsInverse: number;
  readonly lastingsInverse: number;
  readonly predictor: number;
  readonly floats: number;
  /** Double precision. By sensor: its first value (NaN: none), its unit (0: it has never changed), its changes. */
  readonly origin: number;
  readonly unit: number;
  readonly changes: number;
  /** By sensor: the rows that had a value of it. */
  readonly seen: number;
  readonly doubles: number;
}

const layouts: (StateLayout | undefined)[] = [];

export function stateLayout(sensors: number): StateLayout {
  layouts[sensors] ??= newLayout(sensors);
  return layouts[sensors];
}

function newLayout(sensors: number): StateLayout {
  let used = 0;
  const take = (count: number): number => {
    used += count;
    return used - count;
  };
  const packed = packedSize(sensors);
  const layout = {
    sensors,
    means: take(modesMax * sensors),
    variances: take(modesMax * sensors),
    episodeMeans: take(modesMax * sensors),
    shifts: take(modesMax * sensors),
    pooled: take(sensors),
    steps: take(sensors),
    newest: take(sensors),
    past: take(sensors),
    rowVariance: take(sensors),
    shortVariance: take(sensors),
    slowVariance: take(sensors),
    stillFloor: take(sensors),
    episodeSquares: take(sensors),
    factors: take(sensors),
    lasting: take(2 * sensors),
    short: take(2 * sensors),
    slow: take(2 * sensors),
    squares: take(2 * sensors),
    residual: take(2 * sensors),
    pastPast: take(packed),
    residuals: take(packed),
    lastings: take(packed),
    rowPast: take(sensors * sensors),
    residualsInverse: take(packed),
    lastingsInverse: take(packed),
    predictor: take(sensors * sensors),
  };
  return {
    ...layout,
    floats: used,
    origin: doublesFixed,
    unit: doublesFixed + sensors,
    changes: doublesFixed + 2 * sensors,
    seen: doublesFixed + 3 * sensors,
    doubles: doublesFixed + 4 * sensors,
  };
}

/** The two arrays that hold what is learnt of one machine. */
export interface StateNumbers {
  readonly layout: StateLayout;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

/** Returns the numbers of a machine of which no row was seen. */
export function newStateNumbers(sensors: number): StateNumbers {
  const layout = stateLayout(sensors);
  const memory = new ArrayBuffer(8 * layout.doubles + 4 * layout.floats);
  const doubles = new Float64Array(memory, 0, layout.doubles);
  const floats = new Float32Array(memory, 8 * layout.doubles, layout.floats);
  doubles[scalar.gate] = 1;
  doubles[scalar.calmAt] = -1;
  doubles.fill(Number.NaN, layout.origin, layout.origin + sensors);
  floats.fill(Number.NaN, layout.newest, layout.newest + sensors);
  floats.fill(1, layout.rowVariance, layout.rowVariance + sensors);
  floats.fill(1, layout.shortVariance, layout.shortVariance + sensors);
  floats.fill(1, layout.factors, layout.factors + sensors);
  return { layout, floats, doubles };
}
