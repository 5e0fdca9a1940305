/** Residuals: what a sensor shows beyond what the other sensors of the machine say, by the weights of weights.ts. */
import { diagonal, learnSquare } from '../matrix.ts';
import { relativeTo } from '../relative.ts';
import { type RelationNumbers, scalar } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { centreOf, teachCentre } from './state-centres.ts';
import { learnWeights } from './weights.ts';

const { memoryMs, memoryRowsMin, episodeWeight, changesMin, deviationsMax } = relationParameters;
/** Rows between two inversions: first, and once much is known. */
const refreshRows = { first: 64, later: 256 };
const refreshFrom = 100;
/** The variance of residuals follows so many times as fast as the covariances, and one counts as at most so many variances. */
const spreadRate = 4;
const spreadMax = 9;

/** A row while it is judged: working memory, shared by all machines with the same number of sensors. */
export interface RelationRow {
  /** Distances from the means, in the relative unit and in deviations; 0 where absent. */
  far: Float64Array;
  z: Float64Array;
  product: Float64Array;
  isThere: Uint8Array;
}

const rows: (RelationRow | undefined)[] = [];

export function relationRow(sensors: number): RelationRow {
  rows[sensors] ??= {
    far: new Float64Array(sensors),
    z: new Float64Array(sensors),
    product: new Float64Array(sensors),
    isThere: new Uint8Array(sensors),
  };
  return rows[sensors];
}

export const deviationOf = ({ layout, floats }: RelationNumbers, sensor: number): number =>
  Math.sqrt(floats[diagonal(layout.covariances, sensor)]!) || 1;

/** True if enough is known of how the sensor moves. */
export const isJudged = ({ layout, floats }: RelationNumbers, sensor: number): boolean =>
  floats[layout.changes + sensor]! >= changesMin;

/** Reads `values[from] …`, and sets and learns distances from the means. @param passedMs time since the row before */
export function learnRow(
  numbers: RelationNumbers,
  values: ArrayLike<number>,
  from: number,
  passedMs: number,
): RelationRow {
  const { layout, doubles, floats } = numbers;
  const { sensors } = layout;
  const row = relationRow(sensors);
  const weight = weightOf(numbers, passedMs);
  for (let i = 0; i < sensors; i++) {
    const level = values[from + i]!;
    row.far[i] = 0;
    row.isThere[i] = Number(Number.isFinite(level));
    if (!row.isThere[i]) continue;
    const value = relativeTo(doubles, layout.origin + i, layout.unit + i, level);
    if (value !== floats[layout.newest + i] && !Number.isNaN(floats[layout.newest + i]!))
      floats[layout.changes + i]!++;
    floats[layout.newest + i] = value;
    row.far[i] = value - floats[layout.shift + i]! - floats[layout.mean + i]!;
    floats[layout.mean + i]! += weight * row.far[i]!;
  }
  learnSquare(floats, layout.covariances, row.far, weight);
  const known = doubles[scalar.rows]!;
  const every = known < memoryRowsMin ? refreshRows.first : refreshRows.later;
  if (known > refreshFrom && known % every === 0) learnWeights(numbers);
  return row;
}

function weightOf({ doubles }: RelationNumbers, passedMs: number): number {
  const rows = ++doubles[scalar.rows]!;
  const weight = Math.max(1 / rows, Math.min(1 / memoryRowsMin, passedMs / memoryMs));
  return Number.isNaN(doubles[scalar.episodeFromMs]!) ? weight : weight * episodeWeight;
}

/** Sets the residual of each sensor, in deviations of the sensor. Returns false while relations are not known. */
export function setResiduals(numbers: RelationNumbers, row: RelationRow, passedMs: number): boolean {
  const { layout, doubles, floats } = numbers;
  const { sensors } = layout;
  if (floats[layout.weights] === 0) return false;
  for (let i = 0; i < sensors; i++)
    row.z[i] = isJudged(numbers, i) ? row.far[i]! / deviationOf(numbers, i) : 0;
  weigh(numbers, row.z, row.product);
  const rows = doubles[scalar.rows]! - refreshFrom;
  const weight = Math.min(1, Math.max(1 / rows, (spreadRate * passedMs) / memoryMs));
  const isInEpisode = !Number.isNaN(doubles[scalar.episodeFromMs]!);
  for (let i = 0; i < sensors; i++) {
    if (!row.isThere[i] || !isJudged(numbers, i)) continue;
    const residual = row.product[i]! - centreOf(numbers, i);
    teachCentre(numbers, i, residual, residualDeviation(numbers, i), passedMs);
    floats[layout.residual + i] = residual;
    const spread = floats[layout.spread + i]!;
    if (!isInEpisode)
      floats[layout.spread + i]! += weight * (Math.min(residual * residual, spreadMax * spread) - spread);
  }
  return true;
}

/** The newest residual in its own deviations, bounded. */
export function scaledResidual({ layout, floats }: RelationNumbers, sensor: number): number {
  const scaled = floats[layout.residual + sensor]! / residualDeviation({ layout, floats }, sensor);
  return Math.max(-deviationsMax, Math.min(deviationsMax, scaled));
}

/** A deviation of a sensor's residual, in deviations of the sensor. */
export const residualDeviation = (
  { layout, floats }: Pick<RelationNumbers, 'layout' | 'floats'>,
  sensor: number,
): number => Math.max(1e-6, Math.sqrt(floats[layout.spread + sensor]!));

/** Writes what shifts of sensors (relative unit) do to all residuals, in deviations of each sensor. */
export function residualsOfShift(
  numbers: RelationNumbers,
  shifts: (sensor: number) => number,
  into: Float64Array,
): void {
  const { layout } = numbers;
  const row = relationRow(layout.sensors);
  for (let i = 0; i < layout.sensors; i++)
    row.z[i] = isJudged(numbers, i) ? shifts(i) / deviationOf(numbers, i) : 0;
  weigh(numbers, row.z, into);
}

/** Writes to `into` what `z` leaves of each sensor when the others are taken into account. */
function weigh({ layout, floats }: RelationNumbers, z: Float64Array, into: Float64Array): void {
  for (let i = 0, at = layout.weights; i < layout.sensors; i++) {
    let sum = 0;
    for (let j = 0; j < layout.sensors; j++) sum += floats[at++]! * z[j]!;
    into[i] = sum;
  }
}
