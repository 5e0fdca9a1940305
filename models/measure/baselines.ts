import { solveInPlace } from '../../shared/model/expectation.ts';
import type { LinearBaseline } from '../../shared/model/manifest.ts';
import { type Cut, type Run, remainingAt } from '../data/dataset.ts';
import type { Estimates } from './figures.ts';

/** Estimates the remaining life at a row. */
export type PointPredictor = (run: Run, endRow: number) => number;

export function estimateAt(cuts: readonly Cut[], predict: PointPredictor): Estimates {
  return { p50: Float32Array.from(cuts, ({ run, endRow }) => predict(run, endRow)), p10: null, p90: null };
}

/** Assumes that every machine lives as long as the average of the training machines. */
export function meanLife(train: readonly Run[], cap: number): PointPredictor {
  const mean = train.reduce((sum, run) => sum + remainingAt(run, 0) + 1, 0) / train.length;
  return (_, endRow) => Math.min(cap, Math.max(0, mean - 1 - endRow));
}

/** Keeps the matrix invertible when two sensors carry the same signal. */
const ridgePerRow = 1e-9;

/** Fits the capped life by least squares to all values of a row, over every row of the runs. */
export function fitLinear(runs: readonly Run[], inputs: number, cap: number): LinearBaseline {
  const { mean, std, rows } = columnsOf(runs, inputs);
  const size = inputs + 1;
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1));
  const features = new Float64Array(size + 1);
  for (const run of runs) {
    for (let row = 0; row < run.rows; row++) {
      for (let i = 0; i < inputs; i++) features[i] = scaled(run.values[row * inputs + i]!, mean[i]!, std[i]!);
      features[inputs] = 1;
      features[size] = remainingAt(run, row, cap);
      for (let a = 0; a < size; a++) {
        for (let b = 0; b <= size; b++) matrix[a]![b]! += features[a]! * features[b]!;
      }
    }
  }
  for (let a = 0; a < size; a++) matrix[a]![a]! += ridgePerRow * rows;
  const solution = Array.from(solveInPlace(matrix));
  return { bias: solution.at(-1)!, weights: solution.slice(0, -1), mean, std };
}

export function linearPredictor(baseline: LinearBaseline, cap: number): PointPredictor {
  const { bias, weights, mean, std } = baseline;
  return (run, endRow) => {
    let life = bias;
    for (let i = 0; i < weights.length; i++) {
      life += weights[i]! * scaled(run.values[endRow * weights.length + i]!, mean[i]!, std[i]!);
    }
    return Math.min(cap, Math.max(0, life));
  };
}

/** Standardises a value; a missing value counts as the mean. */
function scaled(value: number, mean: number, std: number): number {
  return Number.isNaN(value) ? 0 : (value - mean) / std;
}

function columnsOf(runs: readonly Run[], inputs: number): { mean: number[]; std: number[]; rows: number } {
  const sums = new Float64Array(inputs);
  const squares = new Float64Array(inputs);
  const counts = new Float64Array(inputs);
  const each = (visit: (value: number, i: number) => void) => {
    for (const run of runs) {
      for (let at = 0; at < run.values.length; at++) {
        if (!Number.isNaN(run.values[at]!)) visit(run.values[at]!, at % inputs);
      }
    }
  };
  each((value, i) => {
    sums[i]! += value;
    counts[i]!++;
  });
  const mean = Array.from(sums, (sum, i) => (counts[i] === 0 ? 0 : sum / counts[i]!));
  each((value, i) => {
    squares[i]! += (value - mean[i]!) ** 2;
  });
  const std = Array.from(squares, (sum, i) => {
    const spread = Math.sqrt(sum / Math.max(1, counts[i]!));
    // A sensor that varies only by rounding gets no weight.
    return spread > 1e-6 * Math.abs(mean[i]!) && spread > 0 ? spread : Math.max(1, Math.abs(mean[i]!));
  });
  return { mean, std, rows: runs.reduce((sum, run) => sum + run.rows, 0) };
}
