/**
 * Prediction: what the last rows of all sensors say of the next one, by a ridge regression that is learnt row by row. With z a row
 * and s the mean of the last rows, both in deviations of the mode, B = E[z sᵀ] (E[s sᵀ] + ridge)⁻¹, and the residual is z − B s.
 */

import { diagonal, invertShrunk, pack } from '../matrix.ts';
import { stateParameters } from './parameters.ts';
import { isJudged, type StateRow } from './row.ts';
import { modeAt, normals, type StateNumbers, scalar } from './state-layout.ts';

const { deviationsMax, memoryRows, shrinkRows, lastingRows, ridge, residualRidge } = stateParameters;
/** Share of a deviation whose square a residual of a sensor that stands still has at least. */
const stillShare = 0.5;

export const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** Sets the past, the row and its residual in deviations from one normal. */
export function predict(numbers: StateNumbers, row: StateRow, normal: number): void {
  const { layout, floats, doubles } = numbers;
  const { sensors } = layout;
  const base = doubles[scalar.mode]! * sensors;
  const isKnown = doubles[modeAt.rows + doubles[scalar.mode]!]! > 1;
  const isShifted = normal === normals.now && doubles[scalar.changedFrom]! > 0;
  for (let i = 0; i < sensors; i++) {
    const mean = floats[layout.means + base + i]! + (isShifted ? floats[layout.shifts + base + i]! : 0);
    const deviation = row.deviations[i]!;
    const value = row.values[i]!;
    const isSeen = isKnown && isJudged(numbers, i);
    row.past[i] =
      isSeen && doubles[scalar.rows]! > 1
        ? clamp((floats[layout.past + i]! - mean) / deviation, deviationsMax)
        : 0;
    row.value[i] = isSeen && !Number.isNaN(value) ? clamp((value - mean) / deviation, deviationsMax) : 0;
  }
  for (let i = 0, at = layout.predictor; i < sensors; i++) {
    let expected = 0;
    for (let j = 0; j < sensors; j++) expected += floats[at++]! * row.past[j]!;
    const isAbsent = Number.isNaN(row.values[i]!) || !isJudged(numbers, i);
    const residual = isAbsent ? 0 : clamp(row.value[i]! - expected, deviationsMax);
    row.residual[i] = isShifted ? residual / floats[layout.factors + i]! : residual;
  }
}

/** Moves the past on by the row. */
export function followPast({ layout, floats, doubles }: StateNumbers, { values }: StateRow): void {
  const rate = Math.max(1 / stateParameters.pastRows, 1 / doubles[scalar.rows]!);
  for (let i = 0; i < layout.sensors; i++) {
    const far = values[i]! - floats[layout.past + i]!;
    if (!Number.isNaN(far)) floats[layout.past + i]! += rate * far;
  }
  if (doubles[scalar.refreshes]! > 0) doubles[scalar.residualRows]!++;
}

/** Computes the prediction, and the inverses of what it leaves, from the moments. */
export function refresh({ layout, floats, doubles }: StateNumbers, { matrix }: StateRow): void {
  const { sensors } = layout;
  for (let i = 0; i < sensors; i++) {
    // How a late sensor goes with the others is learnt slowly; until then it is judged by itself.
    const seen = doubles[layout.seen + i]!;
    const unknown = seen < doubles[scalar.rows]! / 2 ? 1 - seen / memoryRows : 0;
    floats[layout.stillFloor + i] = stillShare * Math.max(0, 1 - floats[layout.rowVariance + i]!, unknown);
  }
  if (invertShrunk(floats, layout.pastPast, { trust: 1, ridge, least: () => 0 }, matrix, sensors)) {
    for (let i = 0; i < sensors; i++) {
      for (let j = 0; j < sensors; j++) {
        let sum = 0;
        for (let k = 0; k < sensors; k++)
          sum += floats[layout.rowPast + i * sensors + k]! * matrix[k * sensors + j]!;
        floats[layout.predictor + i * sensors + j] = sum;
      }
    }
  }
  if (doubles[scalar.refreshes]!++ === 0) return;
  const rows = Math.min(doubles[scalar.residualRows]!, memoryRows);
  // A mean of so many rows has as many independent ones as its span goes into them.
  const span = 2 * lastingRows - 1;
  for (const [from, into, count] of [
    [layout.residuals, layout.residualsInverse, rows],
    [layout.lastings, layout.lastingsInverse, rows / span],
  ] as const) {
    const least = (i: number) => floats[layout.stillFloor + i]! / (from === layout.lastings ? span : 1);
    const trust = count / (count + shrinkRows * sensors);
    if (invertShrunk(floats, from, { trust, ridge: residualRidge, least }, matrix, sensors))
      pack(matrix, floats, into, sensors);
  }
}

/** Variance of a sensor's residual, at least that of one that stands still. */
export function residualVariance({ layout, floats }: StateNumbers, sensor: number): number {
  return Math.max(floats[layout.stillFloor + sensor]!, floats[diagonal(layout.residuals, sensor)]!);
}
