/**
 * From the rarity of one row to whether something begins: evidence is judged among the machine's own rows (what happens
 * often here is not news), together with that of the last few rows, and reported once.
 */
import { newOnset, pushOnset } from './onset.ts';
import { parameters } from './parameters.ts';
import { initSide, learnSide, sideDecades, sideSize } from './tail.ts';

const { event } = parameters;
/** Evidence is in decades; tails are kept for numbers around 1. */
const perDecade = 0.5;
/** While an event of this rarity is remembered, rows teach less about what is usual. */
const busyDecades = 2.5;
const gateRows = 16;

export class Evidence {
  readonly tails = new Float32Array(2 * sideSize);
  readonly onset = newOnset();

  constructor() {
    initSide(this.tails, 0);
    initSide(this.tails, sideSize);
  }

  /** Rarity, in decades, of what has happened lately; fades. */
  get recentDecades(): number {
    return this.onset[0]!;
  }

  /** `ramp`: 0 … 1, how far scores are meant yet. Returns the rarity of what begins here; 0 if nothing does. */
  push(evidence: number, rows: number, ramp: number): number {
    const { tails, onset } = this;
    onset[1]! += (evidence - onset[1]!) / event.smoothRows;
    const now = evidence * perDecade;
    const lately = onset[1]! * perDecade;
    const ownNow = sideDecades(tails, 0, now);
    const ownLately = sideDecades(tails, sideSize, lately);
    if (onset[0]! < busyDecades || rows % gateRows < gateRows * event.gate) {
      learnSide(tails, 0, now, rows);
      learnSide(tails, sideSize, lately, rows);
    }
    const single = event.own * ownNow + (1 - event.own) * evidence;
    return pushOnset(onset, ramp * ((1 - event.smoothShare) * single + event.smoothShare * ownLately));
  }
}
