/**
 * One sensor's part of the detector (shared/detector/sensors), and the parameters of all. It runs for each value and
 * allocates nothing. The machine as a whole is judged in the folder above.
 *
 * One sensor's streams: several views of the same values, each of which shows another kind of anomaly, each calibrated by
 * its own past (tail.ts). Everything lives in one Float32Array at a given offset; values are relative to the sensor's
 * first one and in a unit of its own, so that single precision is enough.
 *
 *   step      what the best of four simple predictors missed       spikes, jumps
 *   shift     a short mean against a long one                      level shifts
 *   drift     a middle mean against the reference                  slow changes, long excursions
 *   value     the value against the reference                      values never seen
 *   noise     residual now against residual always, both sides     noise bursts, silence
 *   still     how long the value has not changed                   stuck sensors
 *   season    against what is usual at this time, now and smoothed season breaks
 */
import { parameters } from './parameters.ts';
import { decades, floor, input, level, r, scaleRate, seen, usualNow, value } from './registers.ts';
import {
  changes,
  driftAt,
  fast,
  last,
  long,
  middle,
  previous,
  rateOf,
  reference,
  rowsSeen,
  shiftAt,
  short,
  stepAt,
  valueAt,
} from './sensor-layout.ts';
import { stepOf } from './sensor-step.ts';
import { noiseDecades, seasonDecades, stillDecades } from './sensor-views.ts';
import { setSeen, streamDecades } from './tail.ts';

const { levelRows, noiseRows, weight } = parameters;
/**
 * Scale floor: a constant sensor's first changes are compared with its level, those of a frequently changing one with
 * its changes.
 */
const relativeFloor = 5e-4;
const changesMax = 1e6;

/**
 * Adds the sensor's `value`, and writes its rarity to `decades`: the Euclidean norm of the views' weighted rarities, so
 * that agreeing views make it rarer.
 */
export function sensorDecades(s: Float32Array, at: number): void {
  const n = ++s[at + rowsSeen]!;
  const now = r[value]!;
  if (n === 1) {
    for (const mean of [last, previous, fast, short, middle, long, reference]) s[at + mean] = now;
    r[decades] = 0;
    return;
  }
  const before = s[at + last]!;
  const hasChanged = now !== before;
  if (hasChanged && s[at + changes]! < changesMax) s[at + changes]!++;
  r[floor] = Math.max((relativeFloor * Math.abs(r[level]!)) / (1 + s[at + changes]! ** 2), 1e-30);
  r[scaleRate] = rateOf(noiseRows.long, n);
  setSeen(n);
  stepOf(s, at);
  const step = r[input]!;
  streamDecades(s, at + stepAt);
  let squares = (weight.step * r[decades]!) ** 2;
  r[input] = Math.abs(step);
  noiseDecades(s, at);
  squares += (weight.noise * r[decades]!) ** 2;
  stillDecades(s, at, hasChanged);
  squares += (weight.still * r[decades]!) ** 2;
  if (!Number.isNaN(r[usualNow]!)) {
    seasonDecades(s, at);
    squares += r[decades]! ** 2;
    setSeen(n);
    r[scaleRate] = rateOf(noiseRows.long, n);
  }
  levelSquares(s, at);
  s[at + previous] = before;
  s[at + last] = now;
  r[decades] = Math.sqrt(squares + r[decades]!);
}

/** Writes the sum of squares of shift, drift and value to `decades`, and updates the means. */
function levelSquares(s: Float32Array, at: number): void {
  const now = r[value]!;
  const longBefore = s[at + long]!;
  const referenceBefore = s[at + reference]!;
  const newest = 1 / r[seen]!;
  follow(s, at + fast, levelRows.fast, newest);
  follow(s, at + short, levelRows.short, newest);
  follow(s, at + middle, levelRows.middle, newest);
  follow(s, at + long, levelRows.long, newest);
  follow(s, at + reference, levelRows.reference, newest);
  r[input] = s[at + short]! - longBefore;
  streamDecades(s, at + shiftAt);
  let squares = (weight.shift * r[decades]!) ** 2;
  r[input] = s[at + middle]! - referenceBefore;
  streamDecades(s, at + driftAt);
  squares += (weight.drift * r[decades]!) ** 2;
  r[input] = now - referenceBefore;
  streamDecades(s, at + valueAt);
  r[decades] = squares + (weight.value * r[decades]!) ** 2;
}

/**
 * Updates a mean with a memory of `rows`; at first it is the mean of all values. The calls are unrolled, because a loop
 * over pairs would cost more than the rest.
 */
function follow(s: Float32Array, at: number, rows: number, newest: number): void {
  s[at]! += (r[value]! - s[at]!) * Math.max(1 / rows, newest);
}
