/** Proof: whether the levels of a sensor are modes. They are few, last, and the machine comes back to them. */
import { type ModeNumbers, modeAt, newMode, scalar } from './layout.ts';
import { modeParameters } from './parameters.ts';

const { dwellMs, dwellRows, dwellMemoryMs, provenMs, changesMin, enough } = modeParameters;
const { shortMs, shortRows, shortShareMax, outsideShareMax, newcomersMax } = modeParameters;
const { singleShare, jumpShareShown, jumpShareMin, jumpsOf, stepShareMax } = modeParameters;
/** Levels are given up once so many changes have come too soon. */
const changesSoonMin = 20;
/** Round steps are a power of ten times one of these. */
const roundSteps = [1, 2, 2.5, 5];
const roundTo = 1e-4;

const fading = [
  'changes',
  'followedMs',
  'followedRows',
  'outsideMs',
  'stays',
  'shortStays',
  'steps',
  'jumps',
  'newcomers',
  'same',
  'moved',
] as const;

/** Counts a row at a level. @param passedMs since the value before; 0 after a pause */
export function countRow(doubles: Float64Array, at: number, value: number, passedMs: number): void {
  if (at !== doubles[scalar.level]) doubles[scalar.changes]!++;
  else doubles[value === doubles[scalar.value] ? scalar.same : scalar.moved]!++;
  doubles[scalar.level] = at;
  doubles[scalar.value] = value;
  if (at === newMode) doubles[scalar.outsideMs]! += passedMs;
  doubles[scalar.followedMs]! += passedMs;
  doubles[scalar.followedRows]!++;
  doubles[scalar.provenMs]! += passedMs;
  if (doubles[scalar.followedMs]! < dwellMemoryMs) return;
  for (const each of fading) doubles[scalar[each]]! /= 2;
}

/** Counts a stay that ends as the machine enters another mode. */
export function countStay(doubles: Float64Array, into: number, lastedMs: number): void {
  const from = doubles[scalar.mode]!;
  if (from < 0 || into < 0) return;
  if (doubles[scalar.isWhole] === 1) {
    doubles[scalar.stays]!++;
    if (lastedMs < shortMs || doubles[scalar.modeRows]! < shortRows) doubles[scalar.shortStays]!++;
  }
  const [a, b] = [doubles[modeAt.level + from]!, doubles[modeAt.level + into]!];
  let isJump = false;
  for (let mode = 0; mode < doubles[scalar.modes]!; mode++) {
    const level = doubles[modeAt.level + mode]!;
    if (level > Math.min(a, b) && level < Math.max(a, b)) isJump = true;
  }
  doubles[isJump ? scalar.jumps : scalar.steps]!++;
}

/** Returns true once the levels are shown, which they are from then on. */
export function isProven({ doubles }: ModeNumbers): boolean {
  if (doubles[scalar.isShown] === 1) return true;
  const changes = doubles[scalar.steps]! + doubles[scalar.jumps]!;
  // A coarse sensor that wanders looks the same at first.
  const mayWander = areSingleValues(doubles) && doubles[scalar.modes]! > 2;
  const hasChanged = mayWander
    ? changes >= enough && doubles[scalar.jumps]! >= jumpShareShown * changes
    : changes >= changesMin;
  const isProven = doubles[scalar.provenMs]! >= provenMs && hasChanged && !areNone(doubles, 1);
  if (isProven) doubles[scalar.isShown] = 1;
  return isProven;
}

/** True if the levels turn out to be none of modes. */
export function isRefuted({ doubles }: ModeNumbers): boolean {
  return areNone(doubles, enough);
}

/** @param least number of stays, and of changes, that say something */
function areNone(doubles: Float64Array, least: number): boolean {
  const { changes, followedMs, followedRows, outsideMs, stays, shortStays, newcomers } = scalar;
  const soon = Math.max(1, doubles[changes]!);
  const isSoon = doubles[followedMs]! < soon * dwellMs || doubles[followedRows]! < soon * dwellRows;
  if (isSoon && (soon >= changesSoonMin || least === 1)) return true;
  if (doubles[stays]! >= least && doubles[shortStays]! > shortShareMax * doubles[stays]!) return true;
  const isOutside = doubles[outsideMs]! > outsideShareMax * doubles[followedMs]!;
  if (isOutside && doubles[scalar.provenMs]! >= provenMs) return true;
  return doubles[newcomers]! > newcomersMax || isCoarse(doubles);
}

/** True for levels that a sensor passes one after the other because it knows no values between them. */
function isCoarse(doubles: Float64Array): boolean {
  if (!areSingleValues(doubles)) return false;
  if (doubles[scalar.modes] === 2) return isRoundStep(doubles);
  const [steps, jumps] = [doubles[scalar.steps]!, doubles[scalar.jumps]!];
  return steps + jumps >= jumpsOf && jumps < jumpShareMin * (steps + jumps);
}

function areSingleValues(doubles: Float64Array): boolean {
  const [same, moved] = [doubles[scalar.same]!, doubles[scalar.moved]!];
  return moved <= singleShare * (same + moved);
}

function isRoundStep(doubles: Float64Array): boolean {
  const [a, b] = [doubles[modeAt.level]!, doubles[modeAt.level + 1]!];
  const step = Math.abs(b - a);
  if (step > stepShareMax * Math.max(Math.abs(a), Math.abs(b))) return false;
  const leading = step / 10 ** Math.floor(Math.log10(step) + roundTo);
  return roundSteps.some((each) => Math.abs(leading - each) < roundTo * each);
}
