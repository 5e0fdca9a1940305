/** Relative values are clamped to this, in the sensor's unit, so that their squares fit single precision. */
const relativeMax = 1e15;

/**
 * Relates a value to the sensor's first value (at `origin`; NaN: none yet), in units of its first change (at `unit`; 0: none yet), so
 * that neither offset nor scale matters. Sets both when they are first known.
 */
export function relativeTo(doubles: Float64Array, origin: number, unit: number, level: number): number {
  if (Number.isNaN(doubles[origin]!)) doubles[origin] = level;
  const difference = level - doubles[origin]!;
  if (difference === 0) return 0;
  if (doubles[unit] === 0) doubles[unit] = Math.abs(difference);
  return Math.fround(Math.min(relativeMax, Math.max(-relativeMax, difference / doubles[unit]!)));
}
