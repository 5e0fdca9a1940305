import type { ModelMetrics } from '../../shared/features/manifest.ts';
import type { WindowSet } from './dataset.ts';

/** What a predictor says of every window of a set; `p10` and `p90` are null where it gives no interval. */
export interface Predictions {
  p50: Float32Array;
  p10: Float32Array | null;
  p90: Float32Array | null;
}

export function measure(windows: WindowSet, predictions: Predictions, cap: number): ModelMetrics {
  const { p50, p10, p90 } = predictions;
  let squares = 0;
  let absolute = 0;
  let nearEndSquares = 0;
  let nearEnd = 0;
  let inside = 0;
  let belowCap = 0;
  for (let i = 0; i < windows.length; i++) {
    const label = windows.labels[i]!;
    const error = p50[i]! - label;
    squares += error * error;
    absolute += Math.abs(error);
    if (label <= cap / 2) {
      nearEndSquares += error * error;
      nearEnd++;
    }
    if (label < cap) {
      belowCap++;
      if (p10 && p90 && p10[i]! <= label && label <= p90[i]!) inside++;
    }
  }
  return {
    rmse: round(Math.sqrt(squares / windows.length)),
    mae: round(absolute / windows.length),
    rmseNearEnd: round(Math.sqrt(nearEndSquares / nearEnd)),
    coverage: p10 && p90 ? round(inside / belowCap) : null,
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/**
 * The value that so large a share of the scores stays at or below, every machine counting the same however long it
 * lived (and the neighbouring windows of one machine not counting as independent evidence).
 */
export function machineQuantile(windows: WindowSet, scores: Float32Array, share: number): number {
  const perMachine = new Float64Array(windows.runs.length);
  const chosen = Array.from(scores.keys()).filter((i) => Number.isFinite(scores[i]));
  for (const i of chosen) perMachine[windows.runIndex[i]!]! += 1;
  chosen.sort((a, b) => scores[a]! - scores[b]!);
  const total = perMachine.filter((count) => count > 0).length;
  let sum = 0;
  for (const i of chosen) {
    sum += 1 / perMachine[windows.runIndex[i]!]!;
    if (sum >= share * total) return scores[i]!;
  }
  return chosen.length === 0 ? 0 : scores[chosen.at(-1)!]!;
}

/** One line a predictor, best first, with the heading. */
export function metricsTable(metrics: Record<string, ModelMetrics>, unit: string): string[] {
  const heading = ['', `RMSE (${unit})`, 'MAE', 'RMSE near end', 'in p10…p90'];
  const rows = Object.entries(metrics)
    .sort(([, a], [, b]) => a.rmse - b.rmse)
    .map(([name, { rmse, mae, rmseNearEnd, coverage }]) => [
      name,
      rmse.toFixed(1),
      mae.toFixed(1),
      rmseNearEnd.toFixed(1),
      coverage === null ? '—' : `${(coverage * 100).toFixed(0)} %`,
    ]);
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...rows].map((row) => row[column]!.length)),
  );
  return [heading, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
