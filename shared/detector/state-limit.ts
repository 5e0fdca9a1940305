import { parameters } from './sensors/parameters.ts';

/**
 * A distance over its limit, which is mean + some standard deviations of what it was in normal times; then learns it at
 * `rate`. `limits[at]`, `limits[at + 1]`: mean, variance.
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
