/** Layout of one sensor's numbers in its part of the shared Float32Array. */
import { initSide, initStream, sideSize, streamSize } from './tail.ts';

/** Number of values so far, and of those that differed from the previous one. */
export const rowsSeen = 0;
export const changes = 1;
/** The last two values; then means with different memories. */
export const last = 2;
export const previous = 3;
export const fast = 4;
export const short = 5;
export const middle = 6;
export const long = 7;
export const reference = 8;
/** Mean absolute errors of the predictors. */
export const missLast = 9;
export const missFast = 10;
export const missSlope = 11;
export const missUsual = 12;
/** Expected value by season at the previous row. */
export const usualBefore = 13;
export const noiseShort = 14;
export const noiseLong = 15;
/** Rows since the value last changed. */
export const stillRows = 16;
/** Season: rows, offset from the profile, smoothed error, mean absolute error with and without the profile. */
export const seasonRows = 17;
export const seasonOffset = 18;
export const seasonSmooth = 19;
export const seasonMiss = 20;
export const plainMiss = 21;
/** Streams as in tail.ts: first the two-sided ones, then the one-sided. */
export const stepAt = 22;
export const shiftAt = stepAt + streamSize;
export const driftAt = shiftAt + streamSize;
export const valueAt = driftAt + streamSize;
export const seasonAt = valueAt + streamSize;
export const seasonSmoothAt = seasonAt + streamSize;
export const noiseHighAt = seasonSmoothAt + streamSize;
export const noiseLowAt = noiseHighAt + sideSize;
export const stillAt = noiseLowAt + sideSize;
/** Size of one sensor's part. */
export const sensorSize = stillAt + sideSize;

export function initSensor(state: Float32Array, at: number): void {
  for (const stream of [stepAt, shiftAt, driftAt, valueAt, seasonAt, seasonSmoothAt]) {
    initStream(state, at + stream);
  }
  for (const side of [noiseHighAt, noiseLowAt, stillAt]) initSide(state, at + side);
}

/** Learning rate of a mean with a memory of `rows`; at first it is the mean of all values. */
export const rateOf = (rows: number, seen: number): number => Math.max(1 / rows, 1 / seen);
