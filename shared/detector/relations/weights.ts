/**
 * Weights: what the other sensors say of each. With P the inverse of the correlations, zᵢ + Σ Pᵢⱼ zⱼ / Pᵢᵢ is z less its best
 * linear prediction from all others (Whittaker 1990, Graphical Models in Applied Multivariate Statistics, 5.7).
 */
import { diagonal, invertSymmetric } from '../matrix.ts';
import type { RelationNumbers } from './layout.ts';
import { relationParameters } from './parameters.ts';

const { ridge } = relationParameters;
/** A sensor that says the same as another one would explain all of its faults: it is not asked. */
const sameFrom = 0.995;

const matrices = new Map<string, Float64Array>();
/** Working memory, valid until the next call for the same size and purpose. */
function matrixOf(size: number, purpose: 'all' | 'some'): Float64Array {
  const key = `${purpose}/${size}`;
  const known = matrices.get(key) ?? new Float64Array(size * size);
  matrices.set(key, known);
  return known;
}

/** Computes the weights from the covariances. */
export function learnWeights(numbers: RelationNumbers): void {
  const { layout, floats } = numbers;
  const { sensors } = layout;
  const all = Array.from({ length: sensors }, (_, i) => i);
  const correlation = correlationsOf(numbers);
  const whole = inverseOf(correlation, all, 'all');
  for (const i of all) {
    const same = all.filter((j) => j !== i && Math.abs(correlation[i * sensors + j]!) >= sameFrom);
    const row =
      whole && 2 * same.length <= sensors
        ? rowWithout(whole, sensors, i, same)
        : rowOf(correlation, sensors, i, same);
    if (!row) continue;
    const at = layout.weights + i * sensors;
    for (let j = 0; j < sensors; j++) floats[at + j] = same.includes(j) ? 0 : row[j]! / row[i]!;
  }
}

/**
 * The row of a sensor in the inverse of the correlations of all but some others, from the inverse P of all: with S those that are left
 * out, it is Pᵢ − Pᵢₛ Pₛₛ⁻¹ Pₛ (Schur), which costs less than to invert the rest anew. Null if there is none.
 */
function rowWithout(
  whole: Float64Array,
  sensors: number,
  sensor: number,
  left: readonly number[],
): Float64Array | null {
  const row = whole.slice(sensor * sensors, (sensor + 1) * sensors);
  if (left.length === 0) return row;
  const inverse = matrixOf(left.length, 'some');
  left.forEach((i, at) => {
    left.forEach((j, column) => {
      inverse[at * left.length + column] = whole[i * sensors + j]!;
    });
  });
  if (!invertSymmetric(inverse, left.length)) return null;
  const own = left.map((i) => whole[sensor * sensors + i]!);
  left.forEach((i, at) => {
    const factor = own.reduce((sum, value, k) => sum + value * inverse[k * left.length + at]!, 0);
    for (let j = 0; j < sensors; j++) row[j]! -= factor * whole[i * sensors + j]!;
  });
  return row[sensor]! > 0 ? row : null;
}

/** The same where most are left out: the few that stay are inverted. */
function rowOf(
  correlation: Float64Array,
  sensors: number,
  sensor: number,
  left: readonly number[],
): Float64Array | null {
  const asked = Array.from({ length: sensors }, (_, i) => i).filter((i) => !left.includes(i));
  const inverse = inverseOf(correlation, asked, 'some');
  if (!inverse) return null;
  const own = asked.indexOf(sensor);
  const row = new Float64Array(sensors);
  asked.forEach((j, k) => {
    row[j] = inverse[own * asked.length + k]!;
  });
  return row;
}

function correlationsOf({ layout, floats }: RelationNumbers): Float64Array {
  const { sensors } = layout;
  const found = new Float64Array(sensors * sensors);
  const deviations = Array.from(
    { length: sensors },
    (_, i) => Math.sqrt(floats[diagonal(layout.covariances, i)]!) || 1,
  );
  for (let i = 0, at = layout.covariances; i < sensors; i++)
    for (let j = 0; j <= i; j++, at++) {
      const value = floats[at]! / deviations[i]! / deviations[j]!;
      found[i * sensors + j] = value;
      found[j * sensors + i] = value;
    }
  return found;
}

function inverseOf(
  correlation: Float64Array,
  asked: readonly number[],
  purpose: 'all' | 'some',
): Float64Array | null {
  const size = asked.length;
  const sensors = Math.sqrt(correlation.length);
  const matrix = matrixOf(size, purpose);
  asked.forEach((i, row) => {
    asked.forEach((j, column) => {
      matrix[row * size + column] = i === j ? 1 + ridge : correlation[i * sensors + j]!;
    });
  });
  return invertSymmetric(matrix, size) ? matrix : null;
}
