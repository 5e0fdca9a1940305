/**
 * What is usual at this time of day and of week: means per bin of the clock, learnt as each bin ends. Times are UTC; a
 * local clock's change in spring is a day that differs.
 */
import { parameters } from './parameters.ts';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const { dayBins, weekBins, sensorsFew, dayBinsMany, dayWeight, weekWeight } = parameters.season;

/** Memory of a profile's misses, and how much worse a new one is taken to be than its first miss. */
const missRows = 100;
const newcomerFactor = 2;

/** One clock's profiles, of all sensors. NaN where a bin has not been seen. */
export interface Profile {
  readonly periodMs: number;
  readonly bins: number;
  readonly weight: number;
  /** Sensors × bins. */
  readonly means: Float32Array;
  /** Sensors × 2: sum and count of the bin that is under way. */
  readonly current: Float32Array;
  /** A sensor each: mean absolute miss lately; NaN where nothing was usual yet. */
  readonly misses: Float32Array;
  /** The bin that is under way; −1 before the first row. */
  bin: number;
}

function newProfile(periodMs: number, bins: number, sensors: number, weight: number): Profile {
  return {
    periodMs,
    bins,
    weight,
    means: new Float32Array(sensors * bins).fill(Number.NaN),
    current: new Float32Array(2 * sensors),
    misses: new Float32Array(sensors).fill(Number.NaN),
    bin: -1,
  };
}

/** Day and week for few sensors; the day in coarser bins for many, so that memory stays small. */
export function newProfiles(sensors: number): Profile[] {
  if (sensors > sensorsFew) return [newProfile(dayMs, dayBinsMany, sensors, dayWeight)];
  return [newProfile(dayMs, dayBins, sensors, dayWeight), newProfile(weekMs, weekBins, sensors, weekWeight)];
}

/** Moves on to the bin of `timeMs`; a bin that has ended is learnt. */
export function enterBin(profile: Profile, timeMs: number): void {
  const place = ((timeMs % profile.periodMs) + profile.periodMs) % profile.periodMs;
  const bin = Math.floor((place / profile.periodMs) * profile.bins);
  if (bin === profile.bin) return;
  const { current, means, bins, weight } = profile;
  if (profile.bin >= 0) {
    for (let sensor = 0, at = profile.bin; at < means.length; sensor++, at += bins) {
      const count = current[2 * sensor + 1]!;
      if (count === 0) continue;
      const mean = current[2 * sensor]! / count;
      const known = means[at]!;
      means[at] = !Number.isNaN(known) ? known + weight * (mean - known) : mean;
    }
    current.fill(0);
  }
  profile.bin = bin;
}

function meanNow(profile: Profile, sensor: number): number {
  return profile.means[sensor * profile.bins + profile.bin]!;
}

/** What is usual now by the profile that has missed least lately; NaN where that is not known. */
export function usual(profiles: readonly Profile[], sensor: number): number {
  let found = Number.NaN;
  let least = Number.POSITIVE_INFINITY;
  for (const profile of profiles) {
    const mean = meanNow(profile, sensor);
    const miss = profile.misses[sensor]!;
    if (Number.isNaN(mean) || !(miss < least)) continue;
    found = mean;
    least = miss;
  }
  return found;
}

export function learnUsual(profile: Profile, sensor: number, value: number): void {
  const { misses, current } = profile;
  const miss = Math.abs(value - meanNow(profile, sensor));
  if (!Number.isNaN(miss)) {
    const known = misses[sensor]!;
    // A profile that is new is not believed at once.
    misses[sensor] = Number.isNaN(known) ? newcomerFactor * miss : known + (miss - known) / missRows;
  }
  current[2 * sensor]! += value;
  current[2 * sensor + 1]!++;
}
