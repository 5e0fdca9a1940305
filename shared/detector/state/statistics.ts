/**
 * Statistics: six views of how far the last rows are from one normal, because a fault that lasts, shakes, or takes a single row
 * shows in another one. Each has a limit of its own (limits.ts).
 *
 * - lasting: eᵀ E⁻¹ e, with e the mean of residuals over 8 rows (the multivariate EWMA chart, Lowry et al. 1992)
 * - shaking: mean over 20 rows of rᵀ R⁻¹ r, with r a residual
 * - farthest: of all sensors the farthest mean over 5 rows; it shows a lasting offset of one that is predicted from itself
 * - noisiest: of all sensors the largest mean square of residuals over 20 rows
 * - single: rᵀ R⁻¹ r of the row alone
 * - slow: of all sensors the farthest mean over 64 rows
 */

import { squareForm } from '../matrix.ts';
import { stateParameters } from './parameters.ts';
import { clamp, residualVariance } from './prediction.ts';
import type { StateRow } from './row.ts';
import { normals, type StateNumbers, scalar, shakingAt } from './state-layout.ts';

const { lastingRows, shakingRows, slowRows, pastRows, ridge } = stateParameters;
const { slowDeviationsMax, slowBackFactor } = stateParameters;
const { power } = stateParameters.limits;
/** One row counts for at most these in a mean of squares, of all sensors and of one. */
const squareMax = 8;
const sensorSquareMax = 16;
/** Smaller distances are not told apart. */
const squareMin = 0.25;
const sensorSquareMin = 0.1;
/** Before a sensor's long means are known, they are taken to vary so many times as much as those of independent rows. */
const slowPriorFactor = 4;
const slowPriorMeans = 3;

const scaled = (square: number, least: number): number => Math.max(least, square) ** power / power / 2;

/** Follows the last rows against one normal. Returns false while there is nothing yet that the statistics could be set from. */
export function followRow(numbers: StateNumbers, row: StateRow, normal: number): boolean {
  const { layout, floats, doubles } = numbers;
  const { sensors } = layout;
  const rows = doubles[scalar.rows]!;
  const isShifted = normal === normals.now && doubles[scalar.changedFrom]! > 0;
  const isInEpisode = doubles[scalar.episodeRows]! > 0;
  const shortRate = Math.max(1 / pastRows, 1 / rows);
  const slowRate = Math.max(1 / slowRows, 1 / rows);
  const rate = Math.max(1 / lastingRows, 1 / Math.max(1, doubles[scalar.residualRows]!));
  for (let i = 0, at = normal * sensors; i < sensors; i++, at++) {
    const factor = isShifted ? floats[layout.factors + i]! : 1;
    const value = row.value[i]!;
    floats[layout.short + at]! += shortRate * (value / factor - floats[layout.short + at]!);
    const slow = floats[layout.slow + at]!;
    const isBack = isInEpisode && floats[layout.short + at]! * Math.sign(slow) < 0.5 * Math.abs(slow);
    if (isBack) floats[layout.slow + at] = slow * (1 - slowRate * slowBackFactor);
    else floats[layout.slow + at] = slow + slowRate * (clamp(value, slowDeviationsMax) / factor - slow);
    if (doubles[scalar.refreshes]! > 0)
      floats[layout.lasting + at]! += rate * (row.residual[i]! - floats[layout.lasting + at]!);
    row.lasting[i] = floats[layout.lasting + at]!;
    floats[layout.residual + at] = row.residual[i]!;
  }
  return doubles[scalar.refreshes]! > 1;
}

/** Sets the scaled statistics of the row. */
export function measureRow(numbers: StateNumbers, row: StateRow, normal: number): void {
  const { layout, floats, doubles } = numbers;
  const { sensors } = layout;
  const lasting = squareForm(floats, layout.lastingsInverse, row.lasting, row.lastingProduct) / sensors;
  const single =
    Math.max(0, squareForm(floats, layout.residualsInverse, row.residual, row.residualProduct)) / sensors;
  const rate = Math.max(1 / shakingRows, 1 / Math.max(1, doubles[scalar.residualRows]!));
  doubles[shakingAt + normal]! += rate * (Math.min(squareMax, single) - doubles[shakingAt + normal]!);
  let [farthest, noisiest, slowest] = [0, 0, 0];
  const hasSlow = doubles[scalar.rows]! > 2 * slowRows;
  for (let i = 0, at = normal * sensors; i < sensors; i++, at++) {
    const variance = residualVariance(numbers, i);
    if (variance > 0) {
      const square = Math.min(sensorSquareMax, row.residual[i]! ** 2 / variance);
      floats[layout.squares + at]! += rate * (square - floats[layout.squares + at]!);
      noisiest = Math.max(noisiest, floats[layout.squares + at]!);
    }
    farthest = Math.max(farthest, floats[layout.short + at]! ** 2 / shortVarianceOf(numbers, i));
    if (hasSlow) slowest = Math.max(slowest, floats[layout.slow + at]! ** 2 / slowVarianceOf(numbers, i));
  }
  row.scaled[0] = scaled(lasting, squareMin);
  row.scaled[1] = scaled(doubles[shakingAt + normal]!, squareMin);
  row.scaled[2] = scaled(farthest, sensorSquareMin);
  row.scaled[3] = scaled(noisiest, squareMin);
  row.scaled[4] = scaled(single, squareMin);
  row.scaled[5] = scaled(slowest, sensorSquareMin);
}

/** Variance of a sensor's longest mean: at least that of independent rows, and more while few such means are known. */
export function slowVarianceOf({ layout, floats, doubles }: StateNumbers, sensor: number): number {
  const independent = floats[layout.rowVariance + sensor]! / (2 * slowRows - 1);
  const known = doubles[layout.seen + sensor]! / slowRows;
  const prior = slowPriorFactor * independent;
  const variance =
    (known * floats[layout.slowVariance + sensor]! + slowPriorMeans * prior) / (known + slowPriorMeans);
  return Math.max(variance, independent, 1e-3);
}

/** Variance of a sensor's shortest mean. */
export function shortVarianceOf({ layout, floats }: StateNumbers, sensor: number): number {
  return Math.max(floats[layout.shortVariance + sensor]!, ridge);
}
