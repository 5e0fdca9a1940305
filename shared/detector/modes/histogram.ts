/**
 * Histograms of sensors while levels are looked for: parts of the same width over a range that grows with the values, in so little
 * memory that each sensor has one.
 */
import { countAt, countsOf, floatsOf, type ModeNumbers } from './layout.ts';
import { modeParameters } from './parameters.ts';

const { bins, beginRows, strayWidths, countMax, beyondRows, beyondShare } = modeParameters;
/** From the least to the largest number that a range may begin with. */
const doublingsMax = 128;

export const hasBegun = (floats: Float32Array, sensor: number): boolean => floats[floatsOf * sensor + 1]! > 0;

/** Counts a value of a sensor. The first values are kept in place of the parts, until they give the range. */
export function count(numbers: ModeNumbers, sensor: number, value: number): void {
  const { floats, counts } = numbers;
  const at = floatsOf * sensor;
  const base = countsOf * sensor;
  const seen = ++floats[at + 2]!;
  if (!hasBegun(floats, sensor)) {
    const first = new Float32Array(counts.buffer, counts.byteOffset + 2 * base, beginRows);
    first[seen - 1] = value;
    if (seen === beginRows) begin(floats, at, first);
    return;
  }
  const width = floats[at + 1]!;
  const bin = Math.floor((value - floats[at]!) / width);
  const place = bin < 0 ? countAt.below : bin >= bins ? countAt.above : bin;
  const now = ++counts[base + place]!;
  if (place < bins) {
    if (now >= countMax) halve(floats, counts, at, base);
    return;
  }
  if (now < beyondRows || now < beyondShare * (seen - beginRows)) return;
  // As many times as it takes: a sensor that stood at 0 at first is at 1,450 now.
  for (let times = 0; times < doublingsMax && !isInside(floats, at, value); times++)
    widen(floats, counts, at, base, value < floats[at]! ? countAt.below : countAt.above);
}

/**
 * The range is twice that of the first values, without those that are far from most: what devices send as they start. Of a sensor
 * that stood still, it is a little about its value.
 */
function begin(floats: Float32Array, at: number, first: Float32Array): void {
  const sorted = first.toSorted();
  const median = sorted[beginRows / 2]!;
  const usual = first.map((value) => Math.abs(value - median)).toSorted()[beginRows / 2]!;
  const far = strayWidths * Math.max(usual, 1e-3 * Math.abs(median));
  const near = sorted.filter((value) => Math.abs(value - median) <= far);
  const [low, high] = [near[0]!, near.at(-1)!];
  const span = Math.max(high - low, 1e-3 * Math.max(Math.abs(low), Math.abs(high)), 1e-9);
  first.fill(0);
  floats[at] = low - span / 2;
  floats[at + 1] = (2 * span) / bins;
}

const isInside = (floats: Float32Array, at: number, value: number): boolean =>
  value >= floats[at]! && value < floats[at]! + bins * floats[at + 1]!;

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
