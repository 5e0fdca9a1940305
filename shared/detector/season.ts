/**
 * Seasonal expectation by time of day and of week: means per bin of the clock, each learnt when its bin ends. Times are
 * UTC, so the change to summer time makes one unusual day.
 */
import type { DetectorNumbers, ProfileLayout } from './detector-layout.ts';

/** Memory of a profile's error in rows, and the factor by which the first error of a new profile is increased. */
const missRows = 100;
const newcomerFactor = 2;

/** Moves on to the bin of `timeMs`; the bin that has ended is learnt. */
export function enterBin(numbers: DetectorNumbers, profile: ProfileLayout, timeMs: number): void {
  const { floats, doubles } = numbers;
  const { periodMs, bins } = profile;
  const phaseMs = ((timeMs % periodMs) + periodMs) % periodMs;
  const bin = Math.floor((phaseMs / periodMs) * bins);
  const before = doubles[profile.bin]!;
  if (bin === before) return;
  const { sensors } = numbers.layout;
  if (before >= 0) {
    for (let sensor = 0; sensor < sensors; sensor++) {
      const count = floats[profile.current + 2 * sensor + 1]!;
      if (count === 0) continue;
      const mean = floats[profile.current + 2 * sensor]! / count;
      const at = profile.means + before * sensors + sensor;
      const known = floats[at]!;
      floats[at] = !Number.isNaN(known) ? known + profile.weight * (mean - known) : mean;
    }
    floats.fill(0, profile.current, profile.current + 2 * sensors);
  }
  doubles[profile.bin] = bin;
}

function meanNow(
  { floats, doubles, layout }: DetectorNumbers,
  profile: ProfileLayout,
  sensor: number,
): number {
  return floats[profile.means + doubles[profile.bin]! * layout.sensors + sensor]!;
}

/** The expected value now, from the profile with the smallest recent error; NaN if none has an expectation. */
export function usual(numbers: DetectorNumbers, sensor: number): number {
  let found = Number.NaN;
  let least = Number.POSITIVE_INFINITY;
  for (const profile of numbers.layout.profiles) {
    const mean = meanNow(numbers, profile, sensor);
    const miss = numbers.floats[profile.misses + sensor]!;
    if (Number.isNaN(mean) || !(miss < least)) continue;
    found = mean;
    least = miss;
  }
  return found;
}

export function learnUsual(
  numbers: DetectorNumbers,
  profile: ProfileLayout,
  sensor: number,
  value: number,
): void {
  const { floats } = numbers;
  const miss = Math.abs(value - meanNow(numbers, profile, sensor));
  if (!Number.isNaN(miss)) {
    const at = profile.misses + sensor;
    const known = floats[at]!;
    // A new profile is not trusted at once.
    floats[at] = Number.isNaN(known) ? newcomerFactor * miss : known + (miss - known) / missRows;
  }
  floats[profile.current + 2 * sensor]! += value;
  floats[profile.current + 2 * sensor + 1]!++;
}
