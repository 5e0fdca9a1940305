/** Three views of a sensor other than its level: noise, constant values, and deviation from its season. */
import { parameters } from './parameters.ts';
import { decades, floor, input, r, scaleRate, seen, usualNow, value } from './registers.ts';
import {
  changes,
  long,
  noiseHighAt,
  noiseLong,
  noiseLowAt,
  noiseShort,
  plainMiss,
  rateOf,
  rowsSeen,
  seasonAt,
  seasonMiss,
  seasonOffset,
  seasonRows,
  seasonSmooth,
  seasonSmoothAt,
  stillAt,
  stillRows,
} from './sensor-layout.ts';
import { learnNothing, learnSide, setSeen, sideDecades, streamDecades } from './tail.ts';

const { levelRows, noiseRows, season, weight } = parameters;
/** A view is silent until it has seen this many values. */
const seenMin = 12;
/** Below this share of rows with a change, a constant value is normal for the sensor. */
const changesMin = 0.2;
/** Outliers are clipped to these multiples of the usual size. */
const shortCap = 8;
const longCap = 6;
const seasonCap = 4;

/** `input` is the absolute residual. A residual that stays unusually large or small is rare. */
export function noiseDecades(s: Float32Array, at: number): void {
  const n = r[seen]!;
  const size = r[input]!;
  const least = r[floor]!;
  const always = s[at + noiseLong]!;
  const before = s[at + noiseShort]!;
  const capped = Math.min(size, shortCap * Math.max(always, least));
  const now = before + (capped - before) * rateOf(noiseRows.short, n);
  s[at + noiseShort] = now;
  const learnt = Math.min(size, longCap * Math.max(now, least));
  s[at + noiseLong] = always + (learnt - always) * r[scaleRate]!;
  r[decades] = 0;
  if (n < seenMin) return;
  const ratio = Math.log((now + least) / (always + least));
  const side = ratio > 0 ? at + noiseHighAt : at + noiseLowAt;
  r[input] = Math.abs(ratio);
  sideDecades(s, side);
  learnSide(s, side);
  learnNothing(s, ratio > 0 ? at + noiseLowAt : at + noiseHighAt);
}

/** Writes to `decades` how rare it is for the sensor to have been constant for so long. */
export function stillnessDecades(s: Float32Array, at: number): void {
  r[decades] = 0;
  if (s[at + changes]! < changesMin * s[at + rowsSeen]!) return;
  r[input] = Math.log1p(s[at + stillRows]!);
  sideDecades(s, at + stillAt);
}

/** Judges a run of equal values row by row, and learns its length when it ends. */
export function stillDecades(s: Float32Array, at: number, hasChanged: boolean): void {
  if (!hasChanged) {
    s[at + stillRows]!++;
    stillnessDecades(s, at);
    return;
  }
  r[input] = Math.log1p(s[at + stillRows]!);
  learnSide(s, at + stillAt);
  s[at + stillRows] = 0;
  r[decades] = 0;
}

/**
 * Deviation from the seasonal expectation, single and smoothed, weighted; 0 while the season explains too little.
 * Afterwards `seen` is the number of values that the season has seen.
 */
export function seasonDecades(s: Float32Array, at: number): void {
  const n = ++s[at + seasonRows]!;
  const now = r[value]!;
  const rate = rateOf(noiseRows.long, n);
  setSeen(n);
  r[scaleRate] = rate;
  const miss = now - r[usualNow]! - s[at + seasonOffset]!;
  const size = Math.abs(miss);
  const known = s[at + seasonMiss]!;
  const learnt = n < seenMin ? size : Math.min(size, seasonCap * Math.max(known, r[floor]!));
  s[at + seasonMiss] = known + rate * (learnt - known);
  s[at + plainMiss]! += rate * (Math.abs(now - s[at + long]!) - s[at + plainMiss]!);
  s[at + seasonOffset]! += miss / noiseRows.long;
  const smooth = s[at + seasonSmooth]! + (miss - s[at + seasonSmooth]!) / levelRows.short;
  s[at + seasonSmooth] = smooth;
  r[input] = miss;
  streamDecades(s, at + seasonAt);
  const single = weight.season * r[decades]!;
  r[input] = smooth;
  streamDecades(s, at + seasonSmoothAt);
  const isUseful = n >= seenMin && !(s[at + seasonMiss]! > season.usefulBelow * s[at + plainMiss]!);
  r[decades] = isUseful ? Math.max(single, weight.seasonSmooth * r[decades]!) : 0;
}
