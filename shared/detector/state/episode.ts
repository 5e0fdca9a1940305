/**
 * Episodes: rows beyond the limit, until so many in a row are below it. Nothing of an episode is learnt as normal. What lasts is
 * neither forgotten nor an alarm for ever: after a while it is an unconfirmed normal (where each sensor is, by mode, and how much
 * more it shakes), by which the machine is judged from then on, until it is as it was, or a person says what it was.
 */
import { stateParameters } from './parameters.ts';
import { residualVariance } from './prediction.ts';
import type { StateRow } from './row.ts';
import { modeAt, modesMax, normals, ratioAt, type StateNumbers, scalar, shakingAt } from './state-layout.ts';

const { gateFrom, gateMin } = stateParameters;
const { calmRows, rowsMax, shareMin, meanRows, modeRowsMin } = stateParameters.episode;
/** A row in a mode without anything unusual says little of whether an episode is over. */
const elsewhere = 0.1;

/** Sets how much the row may teach, and begins, follows and ends episodes. */
export function followEpisode(
  numbers: StateNumbers,
  row: StateRow,
  isStrange: boolean,
  isLearning: boolean,
): void {
  const { doubles } = numbers;
  if (isLearning) {
    doubles[scalar.gate] = 1;
    return;
  }
  const ratio = doubles[ratioAt + normals.now]!;
  const isBeyond = ratio > 1 || isStrange;
  const share = (ratio - gateFrom) / (1 - gateFrom);
  doubles[scalar.gate] = isStrange ? 0 : Math.max(gateMin, Math.min(1, 1 - share * (1 - gateMin)));
  const bit = 1 << doubles[scalar.mode]!;
  if (isBeyond) {
    if (doubles[scalar.episodeRows] === 0) begin(numbers);
    doubles[scalar.calmRows] = 0;
    doubles[scalar.episodeModes] = doubles[scalar.episodeModes]! | bit;
  }
  const isInEpisode = isBeyond || doubles[scalar.episodeRows]! > 0;
  const isSeenHere = (doubles[scalar.episodeModes]! & bit) !== 0;
  if (!isBeyond) doubles[scalar.calmRows]! += isInEpisode && !isSeenHere ? elsewhere : 1;
  const isCalm = doubles[scalar.calmRows]! >= calmRows;
  if (isCalm) doubles[scalar.calmAt] = doubles[scalar.rows]!;
  if (!isInEpisode) return;
  doubles[scalar.gate] = Math.min(doubles[scalar.gate]!, gateMin);
  const rows = ++doubles[scalar.episodeRows]!;
  if (isSeenHere)
    doubles[scalar.episodeShare]! +=
      Math.max(1 / rows, 3 / rowsMax) * (Number(isBeyond) - doubles[scalar.episodeShare]!);
  learnEpisode(numbers, row, rows);
  if (isCalm) doubles[scalar.episodeRows] = 0;
  else if (rows >= rowsMax && doubles[scalar.episodeShare]! > shareMin) change(numbers);
}

/** Ends the change once the machine has been as it was, by its confirmed normal, for so many rows. */
export function followChange(numbers: StateNumbers, isStrange: boolean): void {
  const { doubles } = numbers;
  const isBack = doubles[ratioAt + normals.confirmed]! <= 1 && !isStrange;
  doubles[scalar.changedCalmRows] = isBack ? doubles[scalar.changedCalmRows]! + 1 : 0;
  if (doubles[scalar.changedCalmRows]! < calmRows) return;
  copyRunning(numbers, normals.confirmed, normals.now);
  forgetChange(numbers);
}

function begin({ layout, floats, doubles }: StateNumbers): void {
  doubles[scalar.episodeShare] = 0;
  doubles[scalar.episodeModes] = 0;
  doubles.fill(0, modeAt.episodeRows, modeAt.episodeRows + modesMax);
  floats.fill(0, layout.episodeSquares, layout.episodeSquares + layout.sensors);
}

/** Learns what the episode is like. */
function learnEpisode({ layout, floats, doubles }: StateNumbers, row: StateRow, rows: number): void {
  const mode = doubles[scalar.mode]!;
  const base = mode * layout.sensors;
  const inMode = ++doubles[modeAt.episodeRows + mode]!;
  const rate = Math.max(1 / inMode, 1 / meanRows);
  const squareRate = Math.max(1 / rows, 1 / meanRows);
  for (let i = 0; i < layout.sensors; i++) {
    const far = row.values[i]! - floats[layout.means + base + i]!;
    if (Number.isNaN(far)) continue;
    const at = layout.episodeMeans + base + i;
    floats[at] = inMode === 1 ? far : floats[at]! + rate * (far - floats[at]!);
    const square = (row.residual[i]! - row.lasting[i]!) ** 2;
    floats[layout.episodeSquares + i]! += squareRate * (square - floats[layout.episodeSquares + i]!);
  }
}

/** Makes what lasts an unconfirmed normal. */
function change(numbers: StateNumbers): void {
  const { layout, floats, doubles } = numbers;
  if (doubles[scalar.changedFrom] === 0) {
    doubles[scalar.changedFrom] = Math.max(1, doubles[scalar.rows]! - doubles[scalar.episodeRows]!);
    doubles[scalar.changedCalmRows] = 0;
    copyRunning(numbers, normals.now, normals.confirmed);
  }
  for (let i = 0; i < layout.sensors; i++) {
    // A mode that was not visited has moved as the others have on average.
    const average = averageShift(numbers, i);
    for (let mode = 0; mode < modesMax; mode++) {
      const at = mode * layout.sensors + i;
      const isVisited = doubles[modeAt.episodeRows + mode]! >= modeRowsMin;
      floats[layout.shifts + at] = isVisited ? floats[layout.episodeMeans + at]! : average;
    }
    const variance = Math.max(residualVariance(numbers, i), 1e-6);
    floats[layout.factors + i]! *= Math.max(1, Math.sqrt(floats[layout.episodeSquares + i]! / variance));
    const now = normals.now * layout.sensors + i;
    floats[layout.lasting + now] = 0;
    floats[layout.short + now] = 0;
    floats[layout.slow + now] = 0;
    floats[layout.squares + now] = 1;
  }
  doubles[shakingAt + normals.now] = 1;
  doubles[scalar.episodeRows] = 0;
  doubles[scalar.calmRows] = 0;
}

function averageShift({ layout, floats, doubles }: StateNumbers, sensor: number): number {
  let [sum, rows] = [0, 0];
  for (let mode = 0; mode < modesMax; mode++) {
    const count = doubles[modeAt.episodeRows + mode]!;
    if (count < modeRowsMin) continue;
    sum += count * floats[layout.episodeMeans + mode * layout.sensors + sensor]!;
    rows += count;
  }
  return rows > 0 ? sum / rows : 0;
}

function forgetChange({ layout, floats, doubles }: StateNumbers): void {
  doubles[scalar.changedFrom] = 0;
  doubles[scalar.changedCalmRows] = 0;
  floats.fill(0, layout.shifts, layout.shifts + modesMax * layout.sensors);
  floats.fill(1, layout.factors, layout.factors + layout.sensors);
}

/** Running values against one normal become those against the other. */
function copyRunning({ layout, floats, doubles }: StateNumbers, from: number, to: number): void {
  const { sensors } = layout;
  for (const at of [layout.lasting, layout.short, layout.slow, layout.squares])
    floats.copyWithin(at + to * sensors, at + from * sensors, at + (from + 1) * sensors);
  doubles[shakingAt + to] = doubles[shakingAt + from]!;
  doubles[ratioAt + to] = doubles[ratioAt + from]!;
}
