/**
 * How sensors go together: running means and covariances, and from time to time their inverse. With P the inverse of the
 * (shrunk) correlation matrix and z a row in standard deviations, zᵀPz is Mahalanobis' squared distance, and zᵢ(Pz)ᵢ is
 * sensor i's part of it. Two matrix-vector products a row.
 */
import { invertSymmetric } from './matrix.ts';
import { parameters } from './parameters.ts';

const { memoryRows, shrinkPerSensor, refreshRows, smoothRows, agitationRows, relativeStdMin } =
  parameters.structure;
/** One odd row must not look like a state: its squared distance (1 on average) counts for at most this … */
const squareMax = 8;
/** … and it moves a smoothed value as if it were at most so many standard deviations away. */
const slewStd = 8;
/** A sensor with no more changes than this is one that stands still. */
const changesStill = 3;

/** A row as structure sees it; absent values are NaN. All have one number a sensor. */
export interface Row {
  /** Relative to each sensor's origin. */
  values: Float64Array;
  /** As measured: what resolution can be expected of a sensor that stands still. */
  levels: Float64Array;
  /** How many values the sensor has given, and how many of them were changes. */
  seen: Float64Array;
  changes: Float64Array;
  /** Out: each sensor's part of the smoothed squared distance. */
  parts: Float64Array;
  scratch: Float64Array;
}

/** What a sensor that has hardly ever changed can be expected to tell apart; next to nothing for one that changes. */
export function resolution(level: number, changes: number): number {
  return (relativeStdMin * Math.abs(level)) / (1 + Math.max(0, changes - changesStill) ** 2);
}

export class Structure {
  readonly sensors: number;
  /** Means, variances, smoothed values. */
  readonly moments: Float32Array;
  /** Sensors × sensors, both; of the covariance only the lower half. */
  readonly covariance: Float32Array;
  readonly precision: Float32Array;
  rows = 0;
  /** Root mean square per sensor, in standard deviations: of the smoothed row, and of single rows lately. */
  distance = 0;
  agitation = 0;

  constructor(sensors: number) {
    this.sensors = sensors;
    this.moments = new Float32Array(3 * sensors);
    this.covariance = new Float32Array(sensors * sensors);
    this.precision = new Float32Array(sensors * sensors);
    for (let i = 0; i < sensors; i++) this.precision[i * sensors + i] = 1;
  }

  /** Whether distances mean something yet. */
  get knownRows(): number {
    return Math.max(0, this.rows - 15 - this.sensors);
  }

  /** Sets `distance` and `agitation`, before the row is learnt. */
  measure(row: Row): void {
    const { sensors, moments } = this;
    const { values, levels, seen, changes, scratch, parts } = row;
    const smoothing = Math.max(1 / smoothRows, 1 / (this.rows + 1));
    for (let i = 0; i < sensors; i++) {
      const value = values[i]!;
      const at = 2 * sensors + i;
      scratch[i] = 0;
      parts[i] = 0;
      if (Number.isNaN(value)) continue;
      const variance = moments[sensors + i]!;
      const spread = Math.max(Math.sqrt(variance), resolution(levels[i]!, changes[i]!));
      const farthest = this.knownRows > 0 ? slewStd * spread : Number.POSITIVE_INFINITY;
      const step = value - moments[at]!;
      moments[at]! += smoothing * Math.max(-farthest, Math.min(farthest, step));
      // A sensor that began to speak later than the others is first listened to.
      if (seen[i]! < parameters.warmUpRows && seen[i]! < this.rows) continue;
      if (!(spread > 0)) continue;
      scratch[i] = (value - moments[i]!) / spread;
      parts[i] = (moments[at]! - moments[i]!) / spread;
    }
    if (this.knownRows > 0) {
      const square = Math.min(squareMax, this.form(scratch, null) / sensors);
      const rate = Math.max(1 / agitationRows, 1 / this.knownRows);
      this.agitation = Math.sqrt(this.agitation ** 2 * (1 - rate) + square * rate);
    }
    scratch.set(parts);
    this.distance = Math.sqrt(this.form(scratch, parts) / sensors);
  }

  /** Learns the row. `gate`: 0 … 1, how much of it once warm-up is over. */
  learn(row: Row, gate: number, warmUpRows: number): void {
    const { sensors, moments, covariance } = this;
    const { values, seen, scratch } = row;
    const rows = ++this.rows;
    const slow = gate / memoryRows;
    const rate = rows <= warmUpRows ? 1 / rows : slow;
    for (let i = 0; i < sensors; i++) {
      const value = values[i]!;
      scratch[i] = 0;
      if (Number.isNaN(value)) continue;
      const own = seen[i]! <= warmUpRows ? 1 / seen[i]! : slow;
      const delta = value - moments[i]!;
      scratch[i] = delta;
      moments[i]! += own * delta;
      moments[sensors + i] = (1 - own) * (moments[sensors + i]! + own * delta * delta);
    }
    const keep = 1 - rate;
    for (let i = 0; i < sensors; i++) {
      const weight = rate * keep * scratch[i]!;
      const at = i * sensors;
      for (let j = 0; j < i; j++) covariance[at + j] = keep * covariance[at + j]! + weight * scratch[j]!;
    }
    const isPowerOfTwo = (rows & (rows - 1)) === 0;
    if (sensors > 1 && rows >= 16 && (rows % refreshRows === 0 || (isPowerOfTwo && rows < refreshRows))) {
      this.refresh();
    }
  }

  private form(z: Float64Array, parts: Float64Array | null): number {
    const { sensors, precision } = this;
    let total = 0;
    for (let i = 0, at = 0; i < sensors; i++) {
      let sum = 0;
      for (let j = 0; j < sensors; j++) sum += precision[at++]! * z[j]!;
      const part = Math.max(0, z[i]! * sum);
      if (parts) parts[i] = part;
      total += z[i]! * sum;
    }
    return Math.max(total, 0);
  }

  private refresh(): void {
    const { sensors, covariance, moments, precision } = this;
    const kept = Math.min(this.rows, memoryRows);
    const trust = kept / (kept + shrinkPerSensor * sensors);
    const matrix = new Float64Array(sensors * sensors);
    for (let i = 0; i < sensors; i++) {
      matrix[i * sensors + i] = 1;
      for (let j = 0; j < i; j++) {
        const spread = Math.sqrt(moments[sensors + i]! * moments[sensors + j]!);
        const correlation = spread > 0 ? (trust * covariance[i * sensors + j]!) / spread : 0;
        matrix[i * sensors + j] = correlation;
        matrix[j * sensors + i] = correlation;
      }
    }
    // Sensors that were absent in different rows can give a matrix that is none of correlations: the last one stays.
    if (invertSymmetric(matrix, sensors)) precision.set(matrix);
  }
}
