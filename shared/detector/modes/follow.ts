/** Following: in which mode a machine is, since when, and what it does that was never seen. */
import { type ModeNumbers, modeAt, newMode, noMode, scalar } from './layout.ts';
import { modeParameters } from './parameters.ts';
import { countRow, countStay } from './proof.ts';

const { modesMax, reachShare, coreDeviations, coreShare, switchMs, switchRows, newMs, newRows } =
  modeParameters;
const { knownMs, knownRows, levelMemoryRows } = modeParameters;

/** The mode whose level a value is at or near; `newMode` if it is at none. */
function levelNear({ doubles }: ModeNumbers, value: number): number {
  for (let mode = 0; mode < doubles[scalar.modes]!; mode++)
    if (Math.abs(value - doubles[modeAt.level + mode]!) <= doubles[modeAt.reach + mode]!) return mode;
  return newMode;
}

/** True if a value is at the level of a mode, and not on the way to another. */
function isAt({ doubles }: ModeNumbers, mode: number, value: number): boolean {
  if (mode === newMode) return true;
  const deviation = Math.sqrt(doubles[modeAt.variance + mode]!);
  const core = coreDeviations * deviation + coreShare * doubles[scalar.gap]!;
  return Math.abs(value - doubles[modeAt.level + mode]!) <= core;
}

/** @param passedMs since the value before; 0 after a pause */
export function follow(numbers: ModeNumbers, value: number, timeMs: number, passedMs: number): void {
  const { doubles } = numbers;
  const at = levelNear(numbers, value);
  countRow(doubles, at, value, passedMs);
  if (at === newMode) followNew(doubles, value, passedMs);
  else learnLevel(doubles, at, value);
  if (at === doubles[scalar.mode]) {
    doubles[scalar.next] = noMode;
    doubles[scalar.modeRows]!++;
    if (at === newMode && isKnown(doubles)) add(numbers);
    return;
  }
  if (at !== doubles[scalar.next]) {
    doubles[scalar.next] = at;
    doubles[scalar.nextMs] = timeMs;
    doubles[scalar.nextRows] = 0;
    doubles[scalar.nextCore] = 0;
  }
  doubles[scalar.nextRows]!++;
  if (isAt(numbers, at, value)) doubles[scalar.nextCore]!++;
  if (isThere(numbers, timeMs)) enter(doubles, at);
}

/** True if the machine has been for long enough where it may be by now. */
function isThere({ doubles }: ModeNumbers, timeMs: number): boolean {
  const rows = doubles[scalar.nextRows]!;
  const lastsMs = timeMs - doubles[scalar.nextMs]!;
  if (doubles[scalar.next] === newMode) return lastsMs >= newMs && rows >= newRows;
  const isSteady = 2 * doubles[scalar.nextCore]! >= rows;
  return rows >= switchRows && lastsMs >= (isSteady ? switchMs : newMs);
}

function enter(doubles: Float64Array, mode: number): void {
  countStay(doubles, mode, doubles[scalar.nextMs]! - doubles[scalar.sinceMs]!);
  doubles[scalar.isWhole] = Number(doubles[scalar.mode] !== noMode);
  doubles[scalar.mode] = mode;
  doubles[scalar.sinceMs] = doubles[scalar.nextMs]!;
  doubles[scalar.modeRows] = doubles[scalar.nextRows]!;
  doubles[scalar.next] = noMode;
}

/** Nobody knows in which mode it was meanwhile. */
export function afterPause({ doubles }: ModeNumbers): void {
  doubles[scalar.next] = noMode;
  doubles[scalar.mode] = noMode;
  doubles[scalar.isWhole] = 0;
}

function learnLevel(doubles: Float64Array, mode: number, value: number): void {
  const rate = 1 / Math.min(levelMemoryRows, ++doubles[modeAt.rows + mode]!);
  const far = value - doubles[modeAt.level + mode]!;
  doubles[modeAt.level + mode]! += rate * far;
  const variance = doubles[modeAt.variance + mode]!;
  doubles[modeAt.variance + mode] = (1 - rate) * (variance + rate * far * far);
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
  doubles[modeAt.variance + place] = (half / 2) ** 2;
  doubles[scalar.mode] = place;
  doubles[scalar.level] = place;
  doubles[scalar.newMean] = Number.NaN;
  doubles[scalar.newcomers]!++;
}
