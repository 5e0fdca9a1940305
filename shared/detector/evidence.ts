/**
 * Turns the rarity of rows into onsets of events. Evidence is ranked among the machine's own rows (a frequent pattern
 * is not news), combined with the evidence of the last few rows, and reported once per event.
 */
import { type DetectorNumbers, rowsAt } from './detector-layout.ts';
import { parameters } from './sensors/parameters.ts';
import { decades, input, r } from './sensors/registers.ts';
import { learnSide, setSeen, sideDecades, sideSize } from './sensors/tail.ts';

const { decadesMin, margin, memoryRows } = parameters.onset;
const keep = Math.exp(-1 / memoryRows);

const { event } = parameters;
/** Evidence is in decades; tails expect values around 1. */
const perDecade = 0.5;
/** While an event at least this rare is remembered, only a part of the rows changes the tails. */
const busyDecades = 2.5;
const gateRows = 16;

/**
 * Adds a row's evidence, in decades. State: the rarity of the last event, which decays, and the smoothed evidence.
 * `ramp`, 0 … 1, reduces scores during warm-up. Returns the rarity of an event that begins in this row, or 0.
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

/**
 * Reports rows that are rarer than anything recent. An event is reported as it begins and as it grows, not in each of
 * its rows, and a new normal state is not reported for ever. `memory[at]` is the rarity of the last event, which
 * decays. Returns the rarity, in decades, if an event begins in this row, else 0.
 */
function pushOnset(memory: Float64Array, at: number, decades: number): number {
  const remembered = memory[at]!;
  memory[at] = Math.max(decades, remembered * keep);
  return decades >= decadesMin && decades > remembered + margin ? decades : 0;
}
