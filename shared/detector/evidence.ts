/**
 * From the rarity of one row to whether something begins: evidence is judged among the machine's own rows (what happens
 * often here is not news), together with that of the last few rows, and reported once.
 */
import { type DetectorNumbers, rowsAt } from './detector-layout.ts';
import { pushOnset } from './onset.ts';
import { parameters } from './sensors/parameters.ts';
import { decades, input, r } from './sensors/registers.ts';
import { learnSide, setSeen, sideDecades, sideSize } from './sensors/tail.ts';

const { event } = parameters;
/** Evidence is in decades; tails are kept for numbers around 1. */
const perDecade = 0.5;
/** While an event of this rarity is remembered, rows teach less about what is usual. */
const busyDecades = 2.5;
const gateRows = 16;

/**
 * What is remembered: the rarity of the last event, fading; smoothed evidence. `ramp`: 0 … 1, how far scores are meant
 * yet. Returns the rarity of what begins here; 0 if nothing does.
 */
export function pushEvidence(
  { layout, floats, doubles }: DetectorNumbers,
  evidence: number,
  ramp: number,
): number {
  const { tails, onset } = layout;
  const rows = doubles[rowsAt]!;
  doubles[onset + 1]! += (evidence - doubles[onset + 1]!) / event.smoothRows;
  const isLearnt = doubles[onset]! < busyDecades || rows % gateRows < gateRows * event.gate;
  setSeen(rows);
  const ownNow = sideOf(floats, tails, evidence, isLearnt);
  const ownLately = sideOf(floats, tails + sideSize, doubles[onset + 1]!, isLearnt);
  const single = event.own * ownNow + (1 - event.own) * evidence;
  return pushOnset(doubles, onset, ramp * ((1 - event.smoothShare) * single + event.smoothShare * ownLately));
}

function sideOf(floats: Float32Array, at: number, evidence: number, isLearnt: boolean): number {
  r[input] = evidence * perDecade;
  sideDecades(floats, at);
  if (isLearnt) learnSide(floats, at);
  return r[decades]!;
}
