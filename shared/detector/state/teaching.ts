/** Teaching: what a row changes in what is normal. Its weight is bounded, and rows of an episode teach hardly anything. */

import { diagonal, learnSquare } from '../matrix.ts';
import { stateParameters } from './parameters.ts';
import { clamp, residualVariance } from './prediction.ts';
import { isJudged, type StateRow } from './row.ts';
import { modeAt, modesMax, normals, ratioAt, type StateNumbers, scalar } from './state-layout.ts';

const { clip, memoryRows, lastingRows, slowRows } = stateParameters;
/** A mode with fewer rows learns at the rate of all of them. */
const modeMemoryFrom = 200;
/** From so many rows of a mode on its own deviation bounds what a row teaches. */
const boundedFrom = 60;

/** Learns a row that is not strange. @param isYoung the row is one of a mode's first */
export function teach(numbers: StateNumbers, row: StateRow, isLearning: boolean, isYoung: boolean): void {
  const { doubles } = numbers;
  const isInEpisode = doubles[scalar.episodeRows]! > 0;
  if (!isLearning && doubles[scalar.changedFrom]! > 0) {
    if (!isInEpisode) teachShift(numbers, row);
    return;
  }
  const isFrozen = !isLearning && (isInEpisode || doubles[ratioAt + normals.now]! > 1);
  teachMode(numbers, row, isLearning, isFrozen);
  if (!isFrozen) teachMoments(numbers, row, isLearning, isYoung);
}

/** The unconfirmed normal follows slowly; the confirmed one learns nothing meanwhile. */
function teachShift({ layout, floats, doubles }: StateNumbers, { values, deviations }: StateRow): void {
  const weight = doubles[scalar.gate]! / memoryRows;
  const base = doubles[scalar.mode]! * layout.sensors;
  for (let i = 0; i < layout.sensors; i++) {
    const at = layout.shifts + base + i;
    const far = values[i]! - floats[layout.means + base + i]! - floats[at]!;
    if (!Number.isNaN(far)) floats[at]! += weight * clamp(far, clip * deviations[i]!);
  }
}

function teachMode(
  numbers: StateNumbers,
  { values, deviations }: StateRow,
  isLearning: boolean,
  isFrozen: boolean,
): void {
  const { layout, floats, doubles } = numbers;
  const mode = doubles[scalar.mode]!;
  const gate = doubles[scalar.gate]!;
  doubles[modeAt.rows + mode]! += gate;
  const rows = doubles[modeAt.rows + mode]!;
  const isYoung = rows < modeMemoryFrom;
  const weight = isLearning ? 1 / rows : gate * (isYoung ? 1 / (rows + 1) : 1 / memoryRows);
  const pooledWeight = Math.max(1 / doubles[scalar.rows]!, gate / memoryRows);
  for (let i = 0, at = mode * layout.sensors; i < layout.sensors; i++, at++) {
    if (!isJudged(numbers, i)) {
      teachLate(numbers, i, values[i]!);
      continue;
    }
    const full = values[i]! - floats[layout.means + at]!;
    if (Number.isNaN(full)) continue;
    const far = !isLearning && rows > boundedFrom ? clamp(full, clip * deviations[i]!) : full;
    floats[layout.means + at]! += weight * far;
    const variance = floats[layout.variances + at]!;
    if (!isFrozen) floats[layout.variances + at] = (1 - weight) * (variance + weight * far * far);
    floats[layout.pooled + i]! +=
      pooledWeight * (floats[layout.variances + at]! - floats[layout.pooled + i]!);
  }
}

/** A sensor that has just appeared: what it sends is the same in all modes until more is known. */
function teachLate({ layout, floats, doubles }: StateNumbers, sensor: number, value: number): void {
  if (Number.isNaN(value)) return;
  const weight = 1 / doubles[layout.seen + sensor]!;
  for (let mode = 0; mode < modesMax; mode++) {
    const at = mode * layout.sensors + sensor;
    const far = value - floats[layout.means + at]!;
    floats[layout.means + at]! += weight * far;
    floats[layout.variances + at] = (1 - weight) * (floats[layout.variances + at]! + weight * far * far);
  }
  floats[layout.pooled + sensor] = floats[layout.variances + sensor]!;
}

function teachMoments(numbers: StateNumbers, row: StateRow, isLearning: boolean, isYoung: boolean): void {
  const { layout, floats, doubles } = numbers;
  const { sensors } = layout;
  const rows = doubles[scalar.rows]!;
  const weight = isLearning ? 1 / rows : doubles[scalar.gate]! / memoryRows;
  const isBounded = !isLearning || doubles[scalar.refreshes]! > 2;
  const bounded = (value: number, deviation: number) => (isBounded ? clamp(value, clip * deviation) : value);
  const slowWeight = isLearning ? 1 / Math.max(1, rows - slowRows) : weight;
  const teachSpreads = (i: number): void => {
    const short = bounded(floats[layout.short + i]!, Math.sqrt(floats[layout.shortVariance + i]!));
    const slow = bounded(
      floats[layout.slow + i]!,
      Math.sqrt(Math.max(1e-3, floats[layout.slowVariance + i]!)),
    );
    floats[layout.rowVariance + i]! += weight * (row.value[i]! ** 2 - floats[layout.rowVariance + i]!);
    floats[layout.shortVariance + i]! += weight * (short * short - floats[layout.shortVariance + i]!);
    if (rows > slowRows)
      floats[layout.slowVariance + i]! += slowWeight * (slow * slow - floats[layout.slowVariance + i]!);
  };
  for (let i = 0; i < sensors; i++) {
    row.value[i] = bounded(row.value[i]!, 1);
    row.past[i] = bounded(row.past[i]!, Math.sqrt(floats[diagonal(layout.pastPast, i)]!));
    if (isJudged(numbers, i)) teachSpreads(i);
    row.residual[i] = bounded(row.residual[i]!, Math.sqrt(residualVariance(numbers, i)));
    row.lasting[i] = bounded(row.lasting[i]!, Math.sqrt(lastingVariance(numbers, i)));
  }
  learnSquare(floats, layout.pastPast, row.past, weight);
  for (let i = 0, at = layout.rowPast; i < sensors; i++) {
    const own = weight * row.value[i]!;
    for (let j = 0; j < sensors; j++, at++) floats[at] = (1 - weight) * floats[at]! + own * row.past[j]!;
  }
  if (doubles[scalar.refreshes] === 0 || isYoung) return;
  // The first residuals are those of a prediction that knew little: later ones replace them.
  const residualRows = Math.max(1, doubles[scalar.residualRows]!);
  const residualWeight = isLearning ? Math.max(weight, Math.min(1, 1.5 / residualRows)) : weight;
  learnSquare(floats, layout.residuals, row.residual, residualWeight);
  learnSquare(floats, layout.lastings, row.lasting, residualWeight);
}

function lastingVariance({ layout, floats }: StateNumbers, sensor: number): number {
  const still = floats[layout.stillFloor + sensor]! / (2 * lastingRows - 1);
  return Math.max(still, floats[diagonal(layout.lastings, sensor)]!);
}
