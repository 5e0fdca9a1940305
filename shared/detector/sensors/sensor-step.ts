import { input, r, scaleRate, usualNow, value } from './registers.ts';
import {
  fast,
  last,
  missFast,
  missLast,
  missSlope,
  missUsual,
  previous,
  usualBefore,
} from './sensor-layout.ts';

/** The season must predict better than the others by this. */
const usualAdvantage = 0.9;

/**
 * What the predictor that has missed least lately misses now, to `input`: the last value; a short mean; the last value and most of
 * the last change; the last value and the change that is usual at this time.
 */
export function stepOf(s: Float32Array, at: number): void {
  const rate = r[scaleRate]!;
  const now = r[value]!;
  const usual = r[usualNow]!;
  const byLast = now - s[at + last]!;
  const byFast = now - s[at + fast]!;
  const bySlope = byLast - 0.7 * (s[at + last]! - s[at + previous]!);
  const usualChange = usual - s[at + usualBefore]!;
  s[at + usualBefore] = usual;
  const byUsual = Number.isNaN(usualChange) ? byLast : byLast - usualChange;
  let step = byLast;
  let least = s[at + missLast]!;
  if (s[at + missFast]! < least) {
    step = byFast;
    least = s[at + missFast]!;
  }
  if (s[at + missSlope]! < least) {
    step = bySlope;
    least = s[at + missSlope]!;
  }
  if (s[at + missUsual]! < usualAdvantage * least) step = byUsual;
  learn(s, at + missLast, byLast, rate);
  learn(s, at + missFast, byFast, rate);
  learn(s, at + missSlope, bySlope, rate);
  learn(s, at + missUsual, byUsual, rate);
  r[input] = step;
}

function learn(s: Float32Array, at: number, miss: number, rate: number): void {
  s[at]! += rate * (Math.abs(miss) - s[at]!);
}
