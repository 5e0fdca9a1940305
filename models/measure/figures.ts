/**
 * Accuracy of estimates (models/measure): metrics, calibration of the interval and the baselines, always on
 * machines that the estimating network has not seen. Nothing here trains a network. This file computes the
 * metrics of the manifest, the model card and the command line.
 */
import type { ModelMetrics } from '../../shared/model/manifest.ts';
import { type Cut, remainingAt } from '../data/dataset.ts';

/** Estimates at a list of cuts; `p10` and `p90` are null for a predictor without an interval. */
export interface Estimates {
  p50: Float32Array;
  p10: Float32Array | null;
  p90: Float32Array | null;
}

/** Splits interleaved p10, p50, p90 into three lists. */
export function estimatesOf(lives: Float32Array): Estimates {
  const column = (at: number) => lives.filter((_, i) => i % 3 === at);
  return { p10: column(0), p50: column(1), p90: column(2) };
}

/**
 * NASA's asymmetric score of one estimate.
 * @param error estimated minus true life
 */
export function nasaScore(error: number): number {
  return error < 0 ? Math.exp(-error / 13) - 1 : Math.exp(error / 10) - 1;
}

/** Errors of the estimate at each cut, from which all metrics are computed. */
export interface Errors {
  /** Index of the machine. */
  machine: Int32Array;
  label: Float32Array;
  squares: Float64Array;
  squaresRaw: Float64Array;
  scores: Float64Array;
  scoresRaw: Float64Array;
}

export function errorsOf(cuts: readonly Cut[], p50: Float32Array, cap: number): Errors {
  const indexes = new Map<unknown, number>();
  const errors: Errors = {
    machine: new Int32Array(cuts.length),
    label: new Float32Array(cuts.length),
    squares: new Float64Array(cuts.length),
    squaresRaw: new Float64Array(cuts.length),
    scores: new Float64Array(cuts.length),
    scoresRaw: new Float64Array(cuts.length),
  };
  cuts.forEach(({ run, endRow }, i) => {
    if (!indexes.has(run)) indexes.set(run, indexes.size);
    const raw = remainingAt(run, endRow);
    const label = Math.min(cap, raw);
    errors.machine[i] = indexes.get(run)!;
    errors.label[i] = label;
    errors.squares[i] = (p50[i]! - label) ** 2;
    errors.squaresRaw[i] = (p50[i]! - raw) ** 2;
    errors.scores[i] = nasaScore(p50[i]! - label);
    errors.scoresRaw[i] = nasaScore(p50[i]! - raw);
  });
  return errors;
}

/** Mean of the machines' means, and its standard error. */
export function machineMean(machine: Int32Array, values: Float64Array): { mean: number; stdError: number } {
  const sums: number[] = [];
  const counts: number[] = [];
  values.forEach((value, i) => {
    sums[machine[i]!] = (sums[machine[i]!] ?? 0) + value;
    counts[machine[i]!] = (counts[machine[i]!] ?? 0) + 1;
  });
  const means = sums.map((sum, i) => sum / counts[i]!);
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, means.length - 1);
  return { mean, stdError: Math.sqrt(variance / means.length) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Computes all metrics of a list of estimates; every machine has the same weight. */
export function measure(cuts: readonly Cut[], estimates: Estimates, cap: number): ModelMetrics {
  const { p50, p10, p90 } = estimates;
  const errors = errorsOf(cuts, p50, cap);
  const square = machineMean(errors.machine, errors.squares);
  const score = machineMean(errors.machine, errors.scores);
  const rmse = Math.sqrt(square.mean);
  const nearEnd = [...errors.squares].filter((_, i) => errors.label[i]! <= cap / 2);
  const interval = p10 && p90 ? { p10, p90 } : null;
  const inside =
    interval && [...errors.label].map((y, i) => +(interval.p10[i]! <= y && y <= interval.p90[i]!));
  const widths = interval && [...interval.p90].map((high, i) => high - interval.p10[i]!);
  return {
    rmse: rounded(rmse),
    rmseStdError: rounded(square.stdError / (2 * rmse || 1)),
    mae: rounded(mean([...errors.squares].map(Math.sqrt))),
    rmseNearEnd: rounded(nearEnd.length === 0 ? 0 : Math.sqrt(mean(nearEnd))),
    rmseRaw: rounded(Math.sqrt(machineMean(errors.machine, errors.squaresRaw).mean)),
    score: rounded(score.mean),
    scoreStdError: rounded(score.stdError),
    coverage: inside && rounded(mean(inside)),
    width: widths && rounded(mean(widths)),
  };
}

/** RMSE minus that of a reference at the same cuts, with the standard error of the difference. */
export function differenceOf(
  cuts: readonly Cut[],
  cap: number,
  p50: Float32Array,
  reference: Float32Array,
): { rmse: number; stdError: number } {
  const [own, other] = [errorsOf(cuts, p50, cap), errorsOf(cuts, reference, cap)];
  const { mean, stdError } = machineMean(
    own.machine,
    own.squares.map((square, i) => square - other.squares[i]!),
  );
  const sum =
    Math.sqrt(machineMean(own.machine, own.squares).mean) +
    Math.sqrt(machineMean(own.machine, other.squares).mean);
  return sum === 0 ? { rmse: 0, stdError: 0 } : { rmse: mean / sum, stdError: stdError / sum };
}

export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** Formats cells as an aligned table with a left-aligned first column. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** Formats one line per predictor, best first, below a heading. */
export function metricsTable(metrics: Record<string, ModelMetrics>, unit: string): string[] {
  const heading = [
    '',
    `RMSE (${unit})`,
    'MAE',
    'near end',
    'raw labels',
    'score/machine',
    'in p10…p90',
    'width',
  ];
  const rows = Object.entries(metrics)
    .sort(([, a], [, b]) => a.rmse - b.rmse)
    .map(([name, figures]) => [
      name,
      `${figures.rmse.toFixed(2)} ± ${figures.rmseStdError.toFixed(2)}`,
      figures.mae.toFixed(1),
      figures.rmseNearEnd.toFixed(1),
      figures.rmseRaw.toFixed(1),
      figures.score.toFixed(2),
      figures.coverage === null ? '—' : `${(figures.coverage * 100).toFixed(1)} %`,
      figures.width === null ? '—' : figures.width.toFixed(1),
    ]);
  return aligned([heading, ...rows]);
}
