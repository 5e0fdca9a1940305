import { parameters } from './sensors/parameters.ts';

/**
 * Returns a distance over its limit, which is the mean plus some standard deviations of the distance in normal times;
 * then learns the distance at `rate`. `limits[at]` is the mean, `limits[at + 1]` the variance.
 */
export function limitRatio(
  limits: Float64Array,
  at: number,
  distance: number,
  rate: number,
  sensors: number,
): number {
  const mean = limits[at]!;
  const variance = limits[at + 1]!;
  const least = parameters.state.limitMin / Math.sqrt(sensors);
  const limit = Math.max(least, mean + parameters.state.limitStd * Math.sqrt(variance));
  const delta = distance - mean;
  limits[at] = mean + rate * delta;
  limits[at + 1] = (1 - rate) * (variance + rate * delta * delta);
  return distance / limit;
}
