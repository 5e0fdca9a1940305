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

const matrices: (Float64Array | undefined)[] = [];
const matrixOf = (size: number): Float64Array => {
  matrices[size] ??= new Float64Array(size * size);
  return matrices[size];
};

/** Computes the weights from the covariances. */
export function learnWeights(numbers: RelationNumbers): void {
  const { layout, floats } = numbers;
  const { sensors } = layout;
  const all = Array.from({ length: sensors }, (_, i) => i);
  const correlation = correlationsOf(numbers);
  const others = all.map((i) => all.filter((j) => j === i || Math.abs(correlation(i, j)) < sameFrom));
  const whole = inverseOf(correlation, all);
  for (const i of all) {
    const asked = others[i]!;
    const inverse = asked.length === sensors ? whole : inverseOf(correlation, asked);
    if (!inverse) continue;
    const own = asked.indexOf(i);
    const at = layout.weights + i * sensors;
    floats.fill(0, at, at + sensors);
    asked.forEach((j, k) => {
      floats[at + j] = inverse[own * asked.length + k]! / inverse[own * asked.length + own]!;
    });
  }
}

function correlationsOf({ layout, floats }: RelationNumbers): (i: number, j: number) => number {
  const deviations = Array.from(
    { length: layout.sensors },
    (_, i) => Math.sqrt(floats[diagonal(layout.covariances, i)]!) || 1,
  );
  const covariance = (i: number, j: number) => floats[layout.covariances + (i * (i + 1)) / 2 + j]!;
  return (i, j) => (i >= j ? covariance(i, j) : covariance(j, i)) / deviations[i]! / deviations[j]!;
}

/** Valid until the next call for as many sensors; null if there is none. */
function inverseOf(
  correlation: (i: number, j: number) => number,
  sensors: readonly number[],
): Float64Array | null {
  const size = sensors.length;
  const matrix = matrixOf(size);
  sensors.forEach((i, row) => {
    sensors.forEach((j, column) => {
      matrix[row * size + column] = i === j ? 1 + ridge : correlation(i, j);
    });
  });
  return invertSymmetric(matrix, size) ? matrix : null;
}
