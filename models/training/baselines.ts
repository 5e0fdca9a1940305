import type { ModelInput } from '../../shared/features/manifest.ts';
import type { Run, WindowSet } from './dataset.ts';

/** Says how much life is left at a window's last row. */
export type PointPredictor = (run: Run, endRow: number) => number;

/** Every machine lives as long as the average machine did. */
export function meanLife(train: readonly Run[], cap: number): PointPredictor {
  const mean = train.reduce((sum, run) => sum + run.rows, 0) / train.length;
  return (_, endRow) => Math.min(cap, Math.max(0, mean - 1 - endRow));
}

/** The last row's sensors, weighted: least squares with a little ridge, clipped to 0 … cap. */
export function linearRegression(
  windows: WindowSet,
  inputs: readonly ModelInput[],
  cap: number,
): PointPredictor {
  const size = inputs.length + 1;
  const features = new Float64Array(size);
  const fill = (run: Run, endRow: number) => {
    inputs.forEach(({ mean, std }, i) => {
      features[i] = (run.values[endRow * inputs.length + i]! - mean) / std;
    });
    features[size - 1] = 1;
  };
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1));
  for (let i = 0; i < windows.length; i++) {
    fill(windows.runs[windows.runIndex[i]!]!, windows.endRow[i]!);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) matrix[a]![b]! += features[a]! * features[b]!;
      matrix[a]![size]! += features[a]! * windows.labels[i]!;
    }
  }
  for (let a = 0; a < size; a++) matrix[a]![a]! += 1e-3 * windows.length;
  const weights = solve(matrix);
  return (run, endRow) => {
    fill(run, endRow);
    const life = weights.reduce((sum, weight, i) => sum + weight * features[i]!, 0);
    return Math.min(cap, Math.max(0, life));
  };
}

/** Gauss–Jordan elimination of [A | b] with a positive definite A, in place. */
function solve(matrix: Float64Array[]): Float64Array {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const divisor = matrix[pivot]![pivot]!;
    for (let column = pivot; column <= size; column++) matrix[pivot]![column]! /= divisor;
    for (let row = 0; row < size; row++) {
      const factor = row === pivot ? 0 : matrix[row]![pivot]!;
      if (factor === 0) continue;
      for (let column = pivot; column <= size; column++) {
        matrix[row]![column]! -= factor * matrix[pivot]![column]!;
      }
    }
  }
  return Float64Array.from(matrix, (row) => row[size]!);
}
