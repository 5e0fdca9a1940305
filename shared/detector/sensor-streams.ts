/**
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
import { streamDecades } from './tail.ts';

const { levelRows, noiseRows, weight } = parameters;
/** A constant sensor's first changes are judged by its level; one that changes all the time by its changes. */
const relativeFloor = 5e-4;
const changesMax = 1e6;

/**
 * Takes one value, and returns the rarity of what it shows, in decades: the views' weighted rarities as a Euclidean norm,
 * so that views that agree make it rarer.
 * @param value relative to the sensor's origin, in its unit, single precision
 * @param level the value itself in that unit, for the resolution that can be expected
 * @param usual by clock, relative too; NaN where not known
 */
export function sensorDecades(
  s: Float32Array,
  at: number,
  value: number,
  level: number,
  usual: number,
): number {
  const n = ++s[at + rowsSeen]!;
  if (n === 1) {
    for (const mean of [last, previous, fast, short, middle, long, reference]) s[at + mean] = value;
    return 0;
  }
  const before = s[at + last]!;
  const hasChanged = value !== before;
  if (hasChanged && s[at + changes]! < changesMax) s[at + changes]!++;
  const floor = Math.max((relativeFloor * Math.abs(level)) / (1 + s[at + changes]! ** 2), 1e-30);
  const rate = rateOf(noiseRows.long, n);
  const step = stepOf(s, at, value, usual);
  const byStep = weight.step * streamDecades(s, at + stepAt, step, n, rate, floor);
  const byNoise = weight.noise * noiseDecades(s, at, Math.abs(step), floor);
  const byStill = weight.still * stillDecades(s, at, hasChanged);
  const bySeason = Number.isNaN(usual) ? 0 : seasonDecades(s, at, value, usual, floor);
  const levels = levelSquares(s, at, value, n, rate, floor);
  s[at + previous] = before;
  s[at + last] = value;
  return Math.sqrt(byStep ** 2 + byNoise ** 2 + byStill ** 2 + bySeason ** 2 + levels);
}

/** Shift, drift and value: the sum of their squares. Moves the means on. */
function levelSquares(
  s: Float32Array,
  at: number,
  value: number,
  n: number,
  rate: number,
  floor: number,
): number {
  const longBefore = s[at + long]!;
  const referenceBefore = s[at + reference]!;
  const newest = 1 / n;
  follow(s, at + fast, value, levelRows.fast, newest);
  follow(s, at + short, value, levelRows.short, newest);
  follow(s, at + middle, value, levelRows.middle, newest);
  follow(s, at + long, value, levelRows.long, newest);
  follow(s, at + reference, value, levelRows.reference, newest);
  const shift = s[at + short]! - longBefore;
  const drift = s[at + middle]! - referenceBefore;
  const byShift = weight.shift * streamDecades(s, at + shiftAt, shift, n, rate, floor);
  const byDrift = weight.drift * streamDecades(s, at + driftAt, drift, n, rate, floor);
  const byValue = weight.value * streamDecades(s, at + valueAt, value - referenceBefore, n, rate, floor);
  return byShift ** 2 + byDrift ** 2 + byValue ** 2;
}

/** A mean of so many rows; at first the mean of all. Written out for each: a loop over pairs costs more than the rest. */
function follow(s: Float32Array, at: number, value: number, rows: number, newest: number): void {
  s[at]! += (value - s[at]!) * Math.max(1 / rows, newest);
}
