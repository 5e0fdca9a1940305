/**
 * How rare a value is for its own stream: a streaming tail. A stream's values are brought to its own scale (mean absolute
 * value), compressed (log1p), and each side's tail is described by a quantile that is exceeded by a fixed share of rows
 * (Robbins–Monro) and the mean excess over it. Beyond the quantile the tail is taken for exponential in the compressed
 * value, so for a power law in the value itself (Hill's estimator): a heavy tail makes large values less surprising.
 */
import { parameters } from './parameters.ts';

const { share, quantileRate, excessRate, excessCap, excessMin, decadesMax, peakDecades, peakRise, peakFall } =
  parameters.tail;
const decadesAtQuantile = -Math.log10(share);
const decadesPerNat = Math.LOG10E;
/** From so many rows on quantiles move at their own rate. */
const rowsOfQuantileRate = 1 / quantileRate - 4;

/** Numbers of one side's state: quantile, mean excess. */
export const sideSize = 3;
/** Numbers of a two-sided stream's state: scale, then the two sides. */
export const streamSize = 1 + 2 * sideSize;

/** Values that a stream's scale is first learnt from. */
export const rowsForScale = 12;
const compressedMax = 8;
const quantileAtFirst = 1.2;
const excessAtFirst = 0.25;

export function initSide(state: Float32Array, at: number): void {
  state[at] = quantileAtFirst;
  state[at + 1] = excessAtFirst;
  state[at + 2] = quantileAtFirst + 2 * excessAtFirst;
}

export function initStream(state: Float32Array, at: number): void {
  state[at] = 0;
  initSide(state, at + 1);
  initSide(state, at + 1 + sideSize);
}

/** Decades (−log10 of the probability of so large a value), 0 … decadesMax, before this value is learnt. */
export function sideDecades(state: Float32Array, at: number, value: number): number {
  if (!(value > 0)) return 0;
  const quantile = state[at]!;
  if (value <= quantile) return (decadesAtQuantile * value) / quantile;
  const slope = decadesPerNat / state[at + 1]!;
  const byExcess = decadesAtQuantile + slope * (value - quantile);
  const peak = Math.max(state[at + 2]!, quantile + 1e-6);
  const byPeak =
    value <= peak
      ? decadesAtQuantile + ((peakDecades - decadesAtQuantile) * (value - quantile)) / (peak - quantile)
      : peakDecades + slope * (value - peak);
  return Math.min(decadesMax, byExcess, byPeak);
}

/** `rows`: how many values the stream has seen, for faster learning at first. */
export function learnSide(state: Float32Array, at: number, value: number, rows: number): void {
  const quantile = state[at]!;
  const peak = state[at + 2]!;
  if (value > compressedMax) value = compressedMax;
  state[at + 2] = value > peak ? peak + peakRise * (value - peak) : peak - (peak - quantile) * peakFall;
  const rate = rows < rowsOfQuantileRate ? 1 / (rows + 4) : quantileRate;
  if (value > quantile) {
    const excess = state[at + 1]!;
    const capped = Math.min(value - quantile, excessCap * excess);
    state[at + 1] = Math.max(
      excessMin,
      excess + Math.max(excessRate, 1 / (share * rows + 5)) * (capped - excess),
    );
    state[at] = quantile + rate * (1 - share);
  } else {
    state[at] = Math.max(0.05, quantile - rate * share);
  }
}

/** Rarity of a signed value in a stream, in decades; learns it. `floor`: least scale that means anything. */
export function streamDecades(
  state: Float32Array,
  at: number,
  value: number,
  rows: number,
  scaleRate: number,
  floor: number,
): number {
  const size = Math.abs(value);
  if (rows < rowsForScale) {
    state[at] = state[at]! + (size - state[at]!) / rows;
    return 0;
  }
  const scale = Math.max(state[at]!, floor);
  const compressed = Math.log1p(size / scale);
  const side = value > 0 ? at + 1 : at + 1 + sideSize;
  const other = value > 0 ? at + 1 + sideSize : at + 1;
  const decades = sideDecades(state, side, compressed);
  learnSide(state, side, compressed, rows);
  learnSide(state, other, 0, rows);
  // A scale that took outliers in full would hide the next one.
  const learnt = Math.min(size, 6 * scale);
  state[at] = state[at]! + scaleRate * (learnt - state[at]!);
  return decades;
}
