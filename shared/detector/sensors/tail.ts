/**
 * Streaming estimate of how rare a value is within its own stream. Values are divided by the stream's scale (mean
 * absolute value) and compressed (log1p). Each side's tail is described by a quantile that a fixed share of rows
 * exceeds (Robbins–Monro) and by the mean excess over it. Beyond the quantile the tail is assumed exponential in the
 * compressed value, thus a power law in the value itself (Hill's estimator): a heavy tail makes large values less
 * surprising.
 */
import { parameters } from './parameters.ts';
import { decades, floor, input, quantileRate, r, scaleRate, seen } from './registers.ts';

const { share, excessRate, excessCap, excessMin, decadesMax, peakDecades, peakRise, peakFall } =
  parameters.tail;
const decadesAtQuantile = -Math.log10(share);
const decadesPerNat = Math.LOG10E;
/** Number of rows from which quantiles are learnt at their own rate. */
const rowsOfQuantileRate = 1 / parameters.tail.quantileRate - 4;

/** Size of one side's state: quantile, mean excess, peak. */
export const sideSize = 3;
/** Size of a two-sided stream's state: scale, then the two sides. */
export const streamSize = 1 + 2 * sideSize;

/** Number of values from which a stream's scale is first learnt. */
export const rowsForScale = 12;
/** Larger values are judged and learnt as this one: what could not be learnt would be rare each time anew. */
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

/** Sets how many values the following streams have seen: the fewer, the more is learnt from each. */
export function setSeen(rows: number): void {
  r[seen] = rows;
  r[quantileRate] = rows < rowsOfQuantileRate ? 1 / (rows + 4) : parameters.tail.quantileRate;
}

/**
 * Writes the rarity of `input` to `decades`: −log10 of the probability of so large a value, 0 … decadesMax. Learns
 * nothing.
 */
export function sideDecades(state: Float32Array, at: number): void {
  const value = Math.min(compressedMax, r[input]!);
  r[decades] = 0;
  if (!(value > 0)) return;
  const quantile = state[at]!;
  if (value <= quantile) {
    r[decades] = (decadesAtQuantile * value) / quantile;
    return;
  }
  const slope = decadesPerNat / state[at + 1]!;
  const byExcess = decadesAtQuantile + slope * (value - quantile);
  const peak = Math.max(state[at + 2]!, quantile + 1e-6);
  const byPeak =
    value <= peak
      ? decadesAtQuantile + ((peakDecades - decadesAtQuantile) * (value - quantile)) / (peak - quantile)
      : peakDecades + slope * (value - peak);
  r[decades] = Math.min(decadesMax, byExcess, byPeak);
}

/** Learns `input`. */
export function learnSide(state: Float32Array, at: number): void {
  const value = Math.min(compressedMax, r[input]!);
  const quantile = state[at]!;
  const peak = state[at + 2]!;
  state[at + 2] = value > peak ? peak + peakRise * (value - peak) : peak - (peak - quantile) * peakFall;
  if (value > quantile) {
    const excess = state[at + 1]!;
    const capped = Math.min(value - quantile, excessCap * excess);
    const rate = Math.max(excessRate, 1 / (share * r[seen]! + 5));
    state[at + 1] = Math.max(excessMin, excess + rate * (capped - excess));
    state[at] = quantile + r[quantileRate]! * (1 - share);
  } else {
    state[at] = Math.max(0.05, quantile - r[quantileRate]! * share);
  }
}

/** Learns that there was no value on this side. */
export function learnNothing(state: Float32Array, at: number): void {
  const quantile = state[at]!;
  const peak = state[at + 2]!;
  state[at + 2] = peak - (peak - quantile) * peakFall;
  state[at] = Math.max(0.05, quantile - r[quantileRate]! * share);
}

/** Writes the rarity of a signed `input` to `decades`, and learns it. */
export function streamDecades(state: Float32Array, at: number): void {
  const value = r[input]!;
  const size = Math.abs(value);
  if (r[seen]! < rowsForScale) {
    state[at] = state[at]! + (size - state[at]!) / r[seen]!;
    r[decades] = 0;
    return;
  }
  const scale = Math.max(state[at]!, r[floor]!);
  const side = value > 0 ? at + 1 : at + 1 + sideSize;
  const other = value > 0 ? at + 1 + sideSize : at + 1;
  r[input] = Math.log1p(size / scale);
  sideDecades(state, side);
  learnSide(state, side);
  learnNothing(state, other);
  // The scale learns a clipped outlier only, or it would hide the next one.
  const learnt = Math.min(size, 6 * scale);
  state[at] = state[at]! + r[scaleRate]! * (learnt - state[at]!);
}
