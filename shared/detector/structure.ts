/**
 * Correlation structure of the sensors: running means and covariances, and at intervals the inverse. With P the inverse
 * of the (shrunk) correlation matrix and z a row in standard deviations, zᵀPz is Mahalanobis' squared distance, and
 * zᵢ(Pz)ᵢ is sensor i's part of it. A row costs two matrix-vector products.
 */
import { agitationAt, type DetectorNumbers, distanceAt, structureRowsAt } from './detector-layout.ts';
import { invertSymmetric } from './matrix.ts';
import { parameters } from './sensors/parameters.ts';

const { memoryRows, shrinkPerSensor, refreshRows, smoothRows, agitationRows, relativeStdMin } =
  parameters.structure;
/** One odd row must not look like a lasting state: its squared distance (1 on average) counts for at most this … */
const squareMax = 8;
/** … and it moves a smoothed value as if it were at most so many standard deviations away. */
const slewStd = 8;
/** A sensor with no more changes than this is regarded as constant. */
const changesStill = 3;

/** A row as input of the structure; absent values are NaN. All arrays have one number per sensor. */
export interface Row {
  /** Relative to each sensor's origin. */
  values: Float64Array;
  /** Absolute values in the sensor's unit: they bound the resolution of a constant sensor. */
  levels: Float64Array;
  /** How many values the sensor has sent, and how many of them were changes. */
  seen: Float64Array;
  changes: Float64Array;
  /** Output: each sensor's part of the smoothed squared distance. */
  parts: Float64Array;
  scratch: Float64Array;
}

/**
 * Least standard deviation of a sensor: a share of its level while it has hardly ever changed, and negligible once it
 * changes.
 */
export function resolution(level: number, changes: number): number {
  return (relativeStdMin * Math.abs(level)) / (1 + Math.max(0, changes - changesStill) ** 2);
}

/** Number of rows for which distances have been meaningful; 0: none yet. */
export function knownRows({ layout, doubles }: DetectorNumbers): number {
  return Math.max(0, doubles[structureRowsAt]! - 15 - layout.sensors);
}

/**
 * Sets distance and agitation before the row is learnt. Distance is that of the smoothed row, agitation that of recent
 * single rows; both are root mean squares per sensor in standard deviations.
 */
export function measure(numbers: DetectorNumbers, row: Row): void {
  const { layout, floats, doubles } = numbers;
  const { sensors, moments } = layout;
  const { values, levels, seen, changes, scratch, parts } = row;
  const rows = doubles[structureRowsAt]!;
  const known = knownRows(numbers);
  const smoothing = Math.max(1 / smoothRows, 1 / (rows + 1));
  for (let i = 0; i < sensors; i++) {
    const value = values[i]!;
    const mean = moments + i;
    const smoothed = mean + 2 * sensors;
    scratch[i] = 0;
    parts[i] = 0;
    if (Number.isNaN(value)) continue;
    const variance = floats[mean + sensors]!;
    const spread = Math.max(Math.sqrt(variance), resolution(levels[i]!, changes[i]!));
    const farthest = known > 0 ? slewStd * spread : Number.POSITIVE_INFINITY;
    const step = value - floats[smoothed]!;
    floats[smoothed]! += smoothing * Math.max(-farthest, Math.min(farthest, step));
    // A sensor that appeared later than the others is not judged until its own warm-up is over.
    if (seen[i]! < parameters.warmUpRows && seen[i]! < rows) continue;
    if (!(spread > 0)) continue;
    scratch[i] = (value - floats[mean]!) / spread;
    parts[i] = (floats[smoothed]! - floats[mean]!) / spread;
  }
  if (known > 0) {
    const square = Math.min(squareMax, form(numbers, scratch, null) / sensors);
    const rate = Math.max(1 / agitationRows, 1 / known);
    doubles[agitationAt] = Math.sqrt(doubles[agitationAt]! ** 2 * (1 - rate) + square * rate);
  }
  scratch.set(parts);
  doubles[distanceAt] = Math.sqrt(form(numbers, scratch, parts) / sensors);
}

/** Learns the row. `gate`, 0 … 1, is its weight once warm-up is over. */
export function learnRow(numbers: DetectorNumbers, row: Row, gate: number, warmUpRows: number): void {
  const { layout, floats, doubles } = numbers;
  const { sensors, moments, covariance } = layout;
  const { values, seen, scratch } = row;
  const rows = ++doubles[structureRowsAt]!;
  const slow = gate / memoryRows;
  const rate = rows <= warmUpRows ? 1 / rows : slow;
  for (let i = 0; i < sensors; i++) {
    const value = values[i]!;
    const mean = moments + i;
    scratch[i] = 0;
    if (Number.isNaN(value)) continue;
    const own = seen[i]! <= warmUpRows ? 1 / seen[i]! : slow;
    const delta = value - floats[mean]!;
    scratch[i] = delta;
    floats[mean]! += own * delta;
    floats[mean + sensors] = (1 - own) * (floats[mean + sensors]! + own * delta * delta);
  }
  const keep = 1 - rate;
  for (let i = 0; i < sensors; i++) {
    const weight = rate * keep * scratch[i]!;
    const at = covariance + i * sensors;
    for (let j = 0; j < i; j++) floats[at + j] = keep * floats[at + j]! + weight * scratch[j]!;
  }
  const isPowerOfTwo = (rows & (rows - 1)) === 0;
  if (sensors > 1 && rows >= 16 && (rows % refreshRows === 0 || (isPowerOfTwo && rows < refreshRows))) {
    refresh(numbers);
  }
}

function form({ layout, floats }: DetectorNumbers, z: Float64Array, parts: Float64Array | null): number {
  const { sensors } = layout;
  let total = 0;
  for (let i = 0, at = layout.precision; i < sensors; i++) {
    let sum = 0;
    for (let j = 0; j < sensors; j++) sum += floats[at++]! * z[j]!;
    const part = Math.max(0, z[i]! * sum);
    if (parts) parts[i] = part;
    total += z[i]! * sum;
  }
  return Math.max(total, 0);
}

function refresh({ layout, floats, doubles }: DetectorNumbers): void {
  const { sensors, covariance, moments, precision } = layout;
  const kept = Math.min(doubles[structureRowsAt]!, memoryRows);
  const trust = kept / (kept + shrinkPerSensor * sensors);
  const variances = moments + sensors;
  const matrix = new Float64Array(sensors * sensors);
  for (let i = 0; i < sensors; i++) {
    matrix[i * sensors + i] = 1;
    for (let j = 0; j < i; j++) {
      const spread = Math.sqrt(floats[variances + i]! * floats[variances + j]!);
      const correlation = spread > 0 ? (trust * floats[covariance + i * sensors + j]!) / spread : 0;
      matrix[i * sensors + j] = correlation;
      matrix[j * sensors + i] = correlation;
    }
  }
  // Sensors absent in different rows can yield a matrix that is not a correlation matrix; the last inverse then stays.
  if (invertSymmetric(matrix, sensors)) floats.set(matrix, precision);
}
