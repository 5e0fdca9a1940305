/**
 * Modes: the ways in which a machine runs, as at most eight clusters of rows (after DenStream, Cao et al. 2006: clusters are
 * candidates until they have come back). A row belongs to the nearest one by its mean square distance over the sensors, each of
 * which counts for a bounded amount, so that a few faulty sensors do not choose the mode.
 */
import { resolution } from '../structure.ts';
import { stateParameters } from './parameters.ts';
import { isJudged, type StateRow } from './row.ts';
import { modeAt, modeKinds, modesMax, type StateNumbers, scalar } from './state-layout.ts';

const { modes, stepShare } = stateParameters;
/** With one or two sensors, distances do not tell modes from ordinary rows. */
const sensorsMin = 3;
/** From so many rows on, a sensor that has hardly changed stands still. */
const settledFrom = 60;

/** Deviation of one sensor in a mode: its own, with that of all modes as long as it has few rows, and never none. */
export function deviationOf(
  { layout, floats, doubles }: StateNumbers,
  mode: number,
  sensor: number,
  level: number,
): number {
  const rows = doubles[modeAt.rows + mode]!;
  const own = floats[layout.variances + mode * layout.sensors + sensor]!;
  const variance =
    (rows * own + modes.pooledRows * floats[layout.pooled + sensor]!) / (rows + modes.pooledRows);
  const step = stepShare * floats[layout.steps + sensor]!;
  const isSettled = doubles[scalar.rows]! > settledFrom;
  const least = isSettled ? Math.max(step, resolution(level, doubles[layout.changes + sensor]!)) : step;
  return Math.max(Math.sqrt(variance), least, 1e-12);
}

/** Sets the mode of the row and how long rows have been strange, and teaches candidates. Returns true if it is strange. */
export function chooseMode(numbers: StateNumbers, row: StateRow, isLearning: boolean): boolean {
  const { layout, floats, doubles } = numbers;
  if (doubles[scalar.rows] === 1) {
    doubles[modeAt.kind] = modeKinds.known;
    for (let i = 0; i < layout.sensors; i++) floats[layout.means + i] = present(row.values[i]!, 0);
  }
  let mode = nearest(numbers, row, modeKinds.known);
  let isStrange =
    nearestSquare > modes.far &&
    layout.sensors >= sensorsMin &&
    doubles[modeAt.rows + mode]! >= (isLearning ? modes.youngRows : 0);
  if (isStrange) {
    const candidate = candidateFor(numbers, row, mode);
    if (candidate >= 0 && isKnownNow(numbers, candidate, row, isLearning)) {
      doubles[modeAt.kind + candidate] = modeKinds.known;
      mode = candidate;
      isStrange = false;
    }
  }
  doubles[scalar.mode] = mode;
  doubles[scalar.strangeRows] = isStrange ? doubles[scalar.strangeRows]! + 1 : 0;
  for (let i = 0; i < layout.sensors; i++) row.deviations[i] = deviationOf(numbers, mode, i, row.levels[i]!);
  return isStrange;
}

/** Mean square distance of what `nearest` has found; infinite if there is none. */
let nearestSquare = Number.POSITIVE_INFINITY;

function nearest(numbers: StateNumbers, { values, levels }: StateRow, kind: number): number {
  const { layout, floats, doubles } = numbers;
  const { sensors, means, shifts } = layout;
  const isShifted = kind === modeKinds.known && doubles[scalar.changedFrom]! > 0;
  let best = kind === modeKinds.known ? 0 : -1;
  nearestSquare = Number.POSITIVE_INFINITY;
  for (let mode = 0; mode < modesMax; mode++) {
    if (doubles[modeAt.kind + mode] !== kind) continue;
    let [sum, count] = [0, 0];
    for (let i = 0, at = mode * sensors; i < sensors; i++, at++) {
      const value = values[i]!;
      if (Number.isNaN(value) || !isJudged(numbers, i)) continue;
      const far = value - floats[means + at]! - (isShifted ? floats[shifts + at]! : 0);
      const distance = far / deviationOf(numbers, mode, i, levels[i]!);
      sum += Math.min(modes.squareMax, distance * distance);
      count++;
    }
    if (count === 0 || sum / count >= nearestSquare) continue;
    nearestSquare = sum / count;
    best = mode;
  }
  if (nearestSquare === Number.POSITIVE_INFINITY && kind === modeKinds.known) nearestSquare = 0;
  return best;
}

/** Returns the candidate that the row is near to, or begins one in a free place or that of the smallest; −1: no place. */
function candidateFor(numbers: StateNumbers, row: StateRow, known: number): number {
  const { layout, floats, doubles } = numbers;
  const found = nearest(numbers, row, modeKinds.candidate);
  if (found >= 0 && nearestSquare <= modes.far) return found;
  let place = -1;
  let fewest = Number.POSITIVE_INFINITY;
  for (let mode = 0; mode < modesMax; mode++) {
    const kind = doubles[modeAt.kind + mode];
    if (kind === modeKinds.known) continue;
    const rows = kind === modeKinds.free ? -1 : doubles[modeAt.rows + mode]!;
    if (rows < fewest) {
      fewest = rows;
      place = mode;
    }
  }
  if (place < 0) return -1;
  doubles[modeAt.kind + place] = modeKinds.candidate;
  doubles[modeAt.rows + place] = 0;
  doubles[modeAt.visits + place] = 0;
  for (let i = 0, at = place * layout.sensors; i < layout.sensors; i++, at++) {
    floats[layout.means + at] = present(row.values[i]!, floats[layout.means + known * layout.sensors + i]!);
    floats[layout.variances + at] = 4 * floats[layout.pooled + i]!;
    floats[layout.shifts + at] = 0;
  }
  return place;
}

/** Teaches a candidate the row. Returns true if it is a mode from now on. */
function isKnownNow(numbers: StateNumbers, mode: number, { values }: StateRow, isLearning: boolean): boolean {
  const { layout, floats, doubles } = numbers;
  const visits = modeAt.visits + mode;
  // A visit begins when the machine has been normal since the one before.
  if (doubles[visits] === 0 || doubles[modeAt.newest + mode]! < doubles[scalar.calmAt]!) doubles[visits]!++;
  const rows = ++doubles[modeAt.rows + mode]!;
  doubles[modeAt.newest + mode] = doubles[scalar.rows]!;
  for (let i = 0, at = mode * layout.sensors; i < layout.sensors; i++, at++) {
    const far = values[i]! - floats[layout.means + at]!;
    if (Number.isNaN(far)) continue;
    floats[layout.means + at]! += far / (rows + 1);
    floats[layout.variances + at]! += (far * far - floats[layout.variances + at]!) / (rows + 10);
  }
  if (isLearning) return rows >= modes.learningRowsMin;
  return rows >= modes.rowsMin && doubles[visits]! >= modes.visitsMin;
}

const present = (value: number, otherwise: number): number => (Number.isNaN(value) ? otherwise : value);
