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

/** The seasonal predictor is used only if its error is below this share of the others'. */
const usualAdvantage = 0.9;

/**
 * Writes the error of the best predictor to `input`. The candidates are the last value, a short mean, the last value
 * plus most of the last change, and the last value plus the seasonal change; the one with the smallest recent error is
 * used.
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
