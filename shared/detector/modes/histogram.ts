/**
 * Histograms of sensors while levels are looked for: parts of the same width over a range that grows with the values, in so little
 * memory that each sensor has one.
 */
import { countAt, countsOf, floatsOf, type ModeNumbers } from './layout.ts';
import { modeParameters } from './parameters.ts';

const { bins, beginRows, countMax, beyondRows, beyondShare } = modeParameters;

/** Counts a value of a sensor. Until its range is known, the least and the largest value are kept in its place. */
export function count({ floats, counts }: ModeNumbers, sensor: number, value: number): void {
  const at = floatsOf * sensor;
  const base = countsOf * sensor;
  const seen = ++floats[at + 2]!;
  if (seen <= beginRows) {
    const [low, high] = [floats[at]!, floats[at + 1]!];
    floats[at] = seen === 1 ? value : Math.min(low, value);
    floats[at + 1] = seen === 1 ? value : Math.max(high, value);
    if (seen === beginRows) begin(floats, at);
    return;
  }
  const width = floats[at + 1]!;
  const bin = Math.floor((value - floats[at]!) / width);
  const place = bin < 0 ? countAt.below : bin >= bins ? countAt.above : bin;
  const now = ++counts[base + place]!;
  if (place < bins) {
    if (now >= countMax) halve(floats, counts, at, base);
  } else if (now >= beyondRows && now >= beyondShare * (seen - beginRows))
    widen(floats, counts, at, base, place);
}

/** The range is twice that of the first values; of a sensor that stood still, a little about its value. */
function begin(floats: Float32Array, at: number): void {
  const [low, high] = [floats[at]!, floats[at + 1]!];
  const span = Math.max(high - low, 1e-3 * Math.max(Math.abs(low), Math.abs(high)), 1e-9);
  floats[at] = low - span / 2;
  floats[at + 1] = (2 * span) / bins;
}

function halve(floats: Float32Array, counts: Uint16Array, at: number, base: number): void {
  for (let place = 0; place < bins + 2; place++) counts[base + place]! >>= 1;
  floats[at + 2] = beginRows + (floats[at + 2]! - beginRows) / 2;
}

/** Doubles the range towards where values are: two parts each become one. */
function widen(floats: Float32Array, counts: Uint16Array, at: number, base: number, place: number): void {
  const isBelow = place === countAt.below;
  const half = bins / 2;
  const merged = (bin: number) => counts[base + 2 * bin]! + counts[base + 2 * bin + 1]!;
  const all = Array.from({ length: half }, (_, bin) => Math.min(65_535, merged(bin)));
  counts.fill(0, base, base + bins);
  all.forEach((value, bin) => {
    counts[base + bin + (isBelow ? half : 0)] = value;
  });
  const width = floats[at + 1]!;
  if (isBelow) floats[at] = floats[at]! - bins * width;
  floats[at + 1] = 2 * width;
  counts[base + place] = 0;
}
