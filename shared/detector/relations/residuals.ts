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
/** A row after a gap, however long, weighs at most so much in it: about as much as one after a night. */
const spreadWeightMax = 0.1;
/** The first rows are forgotten: a machine that starts may send anything, which would be its zero and its unit. */
const forgottenRows = 4;
/** Up to so many rows, each weighs so many times as much as in a plain mean, so that an early bad reading is soon forgotten. */
const youngRows = 400;
const youngWeight = 4;
/** A row teaches as if a sensor were at most so many deviations away, once it has changed so often: one bad reading blinds nobody. */
const farMax = 16;
const boundedFrom = 20;
/** Absent sensors are estimated by the others in at most so many passes, until they move by less. */
const passesMax = 20;
const stepMin = 0.01;

/** A row while it is judged: working memory, shared by all machines with the same number of sensors. */
export interface RelationRow {
  /** Distances from the means, in the relative unit and in deviations; where absent, what the others let expect. */
  far: Float64Array;
  /** Distances that are learnt, in the relative unit. */
  taught: Float64Array;
  z: Float64Array;
  product: Float64Array;
  isThere: Uint8Array;
}

const rows: (RelationRow | undefined)[] = [];

export function relationRow(sensors: number): RelationRow {
  rows[sensors] ??= {
    far: new Float64Array(sensors),
    taught: new Float64Array(sensors),
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
  if (doubles[scalar.rows]! <= forgottenRows + 1) forgetRows(numbers);
  let absent = 0;
  for (let i = 0; i < sensors; i++) {
    const level = values[from + i]!;
    row.far[i] = 0;
    row.isThere[i] = Number(Number.isFinite(level));
    if (!row.isThere[i]) {
      absent++;
      continue;
    }
    const value = relativeTo(doubles, layout.origin + i, layout.unit + i, level);
    if (value !== floats[layout.newest + i] && !Number.isNaN(floats[layout.newest + i]!))
      floats[layout.changes + i]!++;
    floats[layout.newest + i] = value;
    row.far[i] = value - floats[layout.shift + i]! - floats[layout.mean + i]!;
  }
  if (absent > 0) estimateAbsent(numbers, row);
  teach(numbers, row, weight);
  const known = doubles[scalar.rows]!;
  const every = known < memoryRowsMin ? refreshRows.first : refreshRows.later;
  const isLearnt = doubles[scalar.isFrozen] === 0;
  if (isLearnt && known > refreshFrom && known % every === 0) learnWeights(numbers);
  return row;
}

function forgetRows({ layout, doubles, floats }: RelationNumbers): void {
  const { sensors } = layout;
  doubles.fill(Number.NaN, layout.origin, layout.origin + sensors);
  doubles.fill(0, layout.unit, layout.unit + sensors);
  floats.fill(Number.NaN, layout.newest, layout.newest + sensors);
  floats.fill(0, layout.changes, layout.changes + sensors);
  floats.fill(0, layout.mean, layout.mean + sensors);
  floats.fill(0, layout.covariances, layout.weights);
}

/**
 * Estimates absent sensors by those that are there, so that the residual of each absent one is what is usual (Gauss and Seidel). The
 * others are then judged by one another: an absent sensor that counted as at its mean would accuse all that go with it.
 */
function estimateAbsent(numbers: RelationNumbers, row: RelationRow): void {
  const { layout, floats } = numbers;
  const { sensors } = layout;
  setDistances(numbers, row);
  let step = 1;
  for (let pass = 0; pass < passesMax && step > stepMin; pass++) {
    step = 0;
    for (let i = 0; i < sensors; i++) {
      if (row.isThere[i] || !isJudged(numbers, i)) continue;
      let residual = -centreOf(numbers, i);
      for (let j = 0, at = layout.weights + i * sensors; j < sensors; j++)
        residual += floats[at++]! * row.z[j]!;
      const before = row.z[i]!;
      row.z[i] = Math.max(-farMax, Math.min(farMax, before - residual));
      step = Math.max(step, Math.abs(row.z[i]! - before));
    }
  }
  for (let i = 0; i < sensors; i++) if (!row.isThere[i]) row.far[i] = row.z[i]! * deviationOf(numbers, i);
}

function setDistances(numbers: RelationNumbers, row: RelationRow): void {
  for (let i = 0; i < numbers.layout.sensors; i++)
    row.z[i] = isJudged(numbers, i) ? row.far[i]! / deviationOf(numbers, i) : 0;
}

/** Learns means and covariances. A lasting shift is followed all the same: each bounded row raises the deviation, and so the bound. */
function teach(numbers: RelationNumbers, row: RelationRow, weight: number): void {
  const { layout, floats } = numbers;
  for (let i = 0; i < layout.sensors; i++) {
    const isBounded = floats[layout.changes + i]! >= boundedFrom;
    const bound = isBounded ? farMax * deviationOf(numbers, i) : Number.POSITIVE_INFINITY;
    row.taught[i] = Math.max(-bound, Math.min(bound, row.far[i]!));
    if (row.isThere[i]) floats[layout.mean + i]! += weight * row.taught[i]!;
  }
  const { taught, isThere } = row;
  // An estimate varies less than what it stands for, by what its residual varies (Dempster, Laird and Rubin 1977).
  for (let i = 0; i < layout.sensors; i++) row.product[i] = isThere[i] ? 0 : unexplained(numbers, i);
  learnSquare(floats, layout.covariances, taught, weight);
  for (let i = 0; i < layout.sensors; i++)
    if (!isThere[i]) floats[diagonal(layout.covariances, i)]! += weight * row.product[i]!;
}

const unexplained = ({ layout, floats }: RelationNumbers, sensor: number): number =>
  Math.min(1, floats[layout.spread + sensor]!) * floats[diagonal(layout.covariances, sensor)]!;

function weightOf({ doubles }: RelationNumbers, passedMs: number): number {
  const rows = Math.max(1, ++doubles[scalar.rows]! - forgottenRows);
  if (doubles[scalar.isFrozen] === 1) return 0;
  const weight = Math.max(youngOf(rows), Math.min(1 / memoryRowsMin, passedMs / memoryMs));
  return Number.isNaN(doubles[scalar.episodeFromMs]!) ? weight : weight * episodeWeight;
}

/** From the young rows on they weigh as in a plain mean of a quarter of them and all later ones. */
const youngOf = (rows: number): number =>
  rows <= youngRows ? Math.min(1, youngWeight / rows) : 1 / (rows - youngRows + youngRows / youngWeight);

/** Sets the residual of each sensor, in deviations of the sensor. Returns false while relations are not known. */
export function setResiduals(numbers: RelationNumbers, row: RelationRow, passedMs: number): boolean {
  const { layout, doubles, floats } = numbers;
  const { sensors } = layout;
  if (floats[layout.weights] === 0) return false;
  setDistances(numbers, row);
  weigh(numbers, row.z, row.product);
  const rows = doubles[scalar.rows]! - refreshFrom;
  const steady = Math.min(spreadWeightMax, (spreadRate * passedMs) / memoryMs);
  const weight = Math.min(1, Math.max(1 / rows, steady));
  const isTaught = Number.isNaN(doubles[scalar.episodeFromMs]!) && doubles[scalar.isFrozen] === 0;
  for (let i = 0; i < sensors; i++) {
    if (!row.isThere[i] || !isJudged(numbers, i)) continue;
    const residual = row.product[i]! - centreOf(numbers, i);
    teachCentre(numbers, i, residual, residualDeviation(numbers, i), passedMs);
    floats[layout.residual + i] = residual;
    const spread = floats[layout.spread + i]!;
    if (isTaught)
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
