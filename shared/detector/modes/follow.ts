/** Following: in which mode a machine is, since when, and what it does that was never seen. */
import { type ModeNumbers, modeAt, newMode, noMode, scalar } from './layout.ts';
import { modeParameters } from './parameters.ts';

const { modesMax, reachShare, switchMs, switchRows, newMs, newRows, knownMs, knownRows } = modeParameters;
const { dwellMs, dwellRows, dwellMemoryMs, provenMs, levelMemoryRows } = modeParameters;
/** Levels are given up once so many changes have come too soon. */
const changesMin = 20;

/** The mode whose level a value is at; `newMode` if it is at none. */
function levelAt({ doubles }: ModeNumbers, value: number): number {
  for (let mode = 0; mode < doubles[scalar.modes]!; mode++)
    if (Math.abs(value - doubles[modeAt.level + mode]!) <= doubles[modeAt.reach + mode]!) return mode;
  return newMode;
}

/** @param passedMs since the row before; 0 after a pause */
export function follow(numbers: ModeNumbers, value: number, timeMs: number, passedMs: number): void {
  const { doubles } = numbers;
  const at = levelAt(numbers, value);
  doubles[scalar.value] = value;
  countChanges(doubles, at, passedMs);
  if (at === newMode) followNew(doubles, value, passedMs);
  else learnLevel(doubles, at, value);
  if (at === doubles[scalar.mode]) {
    doubles[scalar.next] = noMode;
    if (at === newMode && isKnown(doubles)) add(numbers);
    return;
  }
  if (at !== doubles[scalar.next]) {
    doubles[scalar.next] = at;
    doubles[scalar.nextMs] = timeMs;
    doubles[scalar.nextRows] = 0;
  }
  const rows = ++doubles[scalar.nextRows]!;
  const lastsMs = timeMs - doubles[scalar.nextMs]!;
  const isNew = at === newMode;
  if (lastsMs < (isNew ? newMs : switchMs) || rows < (isNew ? newRows : switchRows)) return;
  doubles[scalar.mode] = at;
  doubles[scalar.sinceMs] = doubles[scalar.nextMs]!;
  doubles[scalar.next] = noMode;
}

/** Nobody knows in which mode it was meanwhile: it is in this one from now on. */
export function afterPause({ doubles }: ModeNumbers, timeMs: number): void {
  doubles[scalar.next] = noMode;
  doubles[scalar.sinceMs] = timeMs;
}

function countChanges(doubles: Float64Array, at: number, passedMs: number): void {
  if (at !== doubles[scalar.level]) doubles[scalar.changes]!++;
  doubles[scalar.level] = at;
  doubles[scalar.followedMs]! += passedMs;
  doubles[scalar.followedRows]!++;
  doubles[scalar.provenMs]! += passedMs;
  if (doubles[scalar.followedMs]! < dwellMemoryMs) return;
  for (const each of [scalar.changes, scalar.followedMs, scalar.followedRows]) doubles[each]! /= 2;
}

/** True once levels have been followed for long enough, and last. */
export function isProven({ doubles }: ModeNumbers): boolean {
  return doubles[scalar.provenMs]! >= provenMs && !changesTooSoon(doubles);
}

/** True if levels change so often that they are not modes. */
export function isRefuted({ doubles }: ModeNumbers): boolean {
  return doubles[scalar.changes]! >= changesMin && changesTooSoon(doubles);
}

function changesTooSoon(doubles: Float64Array): boolean {
  const changes = Math.max(1, doubles[scalar.changes]!);
  return (
    doubles[scalar.followedMs]! < changes * dwellMs || doubles[scalar.followedRows]! < changes * dwellRows
  );
}

function learnLevel(doubles: Float64Array, mode: number, value: number): void {
  const rows = Math.min(levelMemoryRows, ++doubles[modeAt.rows + mode]!);
  doubles[modeAt.level + mode]! += (value - doubles[modeAt.level + mode]!) / rows;
}

/** Gathers what was never seen: values that wander further than the levels are apart are none. */
function followNew(doubles: Float64Array, value: number, passedMs: number): void {
  const far = Math.abs(value - doubles[scalar.newMean]!);
  if (!(far <= reachShare * doubles[scalar.gap]!)) {
    doubles[scalar.newMean] = value;
    doubles[scalar.newLow] = value;
    doubles[scalar.newHigh] = value;
    doubles[scalar.newMs] = 0;
    doubles[scalar.newRows] = 0;
    doubles[scalar.next] = noMode;
  }
  const rows = ++doubles[scalar.newRows]!;
  doubles[scalar.newMean]! += (value - doubles[scalar.newMean]!) / rows;
  doubles[scalar.newLow] = Math.min(doubles[scalar.newLow]!, value);
  doubles[scalar.newHigh] = Math.max(doubles[scalar.newHigh]!, value);
  doubles[scalar.newMs]! += passedMs;
}

const isKnown = (doubles: Float64Array): boolean =>
  doubles[scalar.newMs]! >= knownMs && doubles[scalar.newRows]! >= knownRows;

/** Takes what was never seen for a mode, in place of the rarest if there are too many. */
function add({ doubles }: ModeNumbers): void {
  const count = doubles[scalar.modes]!;
  let place = count;
  if (count === modesMax) {
    place = 0;
    for (let mode = 1; mode < count; mode++)
      if (doubles[modeAt.rows + mode]! < doubles[modeAt.rows + place]!) place = mode;
  } else doubles[scalar.modes]!++;
  const level = doubles[scalar.newMean]!;
  let nearest = Number.POSITIVE_INFINITY;
  for (let mode = 0; mode < count; mode++)
    if (mode !== place) nearest = Math.min(nearest, Math.abs(doubles[modeAt.level + mode]! - level));
  const half = Math.max(doubles[scalar.newHigh]! - level, level - doubles[scalar.newLow]!);
  doubles[modeAt.level + place] = level;
  doubles[modeAt.reach + place] = Math.min(half + reachShare * doubles[scalar.gap]!, 0.45 * nearest);
  doubles[modeAt.rows + place] = doubles[scalar.newRows]!;
  doubles[scalar.mode] = place;
  doubles[scalar.level] = place;
  doubles[scalar.newMean] = Number.NaN;
}
