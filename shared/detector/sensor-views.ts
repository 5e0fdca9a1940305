/** Three views of a sensor that are not levels: how much it shakes, how long it stands still, what is usual now. */
import { parameters } from './parameters.ts';
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
import { learnSide, sideDecades, streamDecades } from './tail.ts';

const { levelRows, noiseRows, season, weight } = parameters;
/** Values before which a view says nothing. */
const seenMin = 12;
/** A sensor that changes in fewer rows than this share may well stand still. */
const changesMin = 0.2;
/** Outliers count for so many times what is usual. */
const shortCap = 8;
const longCap = 6;
const seasonCap = 4;

/** `size`: the absolute residual. Rare is a residual that is large or small for a while. */
export function noiseDecades(s: Float32Array, at: number, size: number, floor: number): number {
  const n = s[at + rowsSeen]!;
  const always = s[at + noiseLong]!;
  const before = s[at + noiseShort]!;
  const capped = Math.min(size, shortCap * Math.max(always, floor));
  const now = before + (capped - before) * rateOf(noiseRows.short, n);
  s[at + noiseShort] = now;
  const learnt = Math.min(size, longCap * Math.max(now, floor));
  s[at + noiseLong] = always + (learnt - always) * rateOf(noiseRows.long, n);
  if (n < seenMin) return 0;
  const ratio = Math.log((now + floor) / (always + floor));
  const high = Math.max(0, ratio);
  const low = Math.max(0, -ratio);
  const decades = Math.max(sideDecades(s, at + noiseHighAt, high), sideDecades(s, at + noiseLowAt, low));
  learnSide(s, at + noiseHighAt, high, n);
  learnSide(s, at + noiseLowAt, low, n);
  return decades;
}

/** How rare it is, in decades, for the sensor to stand still for as long as it has by now. */
export function stillnessDecades(s: Float32Array, at: number): number {
  if (s[at + changes]! < changesMin * s[at + rowsSeen]!) return 0;
  return sideDecades(s, at + stillAt, Math.log1p(s[at + stillRows]!));
}

/** A run of equal values is judged row by row, and learnt when it ends. */
export function stillDecades(s: Float32Array, at: number, hasChanged: boolean): number {
  if (hasChanged) {
    learnSide(s, at + stillAt, Math.log1p(s[at + stillRows]!), s[at + rowsSeen]!);
    s[at + stillRows] = 0;
    return 0;
  }
  s[at + stillRows]!++;
  return stillnessDecades(s, at);
}

/** Against what is usual at this time, single and smoothed; 0 while the season explains too little. Weighted. */
export function seasonDecades(
  s: Float32Array,
  at: number,
  value: number,
  usual: number,
  floor: number,
): number {
  const n = ++s[at + seasonRows]!;
  const rate = rateOf(noiseRows.long, n);
  const miss = value - usual - s[at + seasonOffset]!;
  const size = Math.abs(miss);
  const known = s[at + seasonMiss]!;
  const learnt = n < seenMin ? size : Math.min(size, seasonCap * Math.max(known, floor));
  s[at + seasonMiss] = known + rate * (learnt - known);
  s[at + plainMiss]! += rate * (Math.abs(value - s[at + long]!) - s[at + plainMiss]!);
  s[at + seasonOffset]! += miss / noiseRows.long;
  const smooth = s[at + seasonSmooth]! + (miss - s[at + seasonSmooth]!) / levelRows.short;
  s[at + seasonSmooth] = smooth;
  const single = streamDecades(s, at + seasonAt, miss, n, rate, floor);
  const smoothed = streamDecades(s, at + seasonSmoothAt, smooth, n, rate, floor);
  if (n < seenMin || s[at + seasonMiss]! > season.usefulBelow * s[at + plainMiss]!) return 0;
  return Math.max(weight.season * single, weight.seasonSmooth * smoothed);
}
