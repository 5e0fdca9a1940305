/**
 * Layout of a detector's numbers. All of them lie in two contiguous arrays: each row belongs to another of thousands of
 * machines, so its numbers are in no processor cache, and every separate location costs another cache miss.
 */
import { parameters } from './sensors/parameters.ts';
import { initSensor, sensorSize } from './sensors/sensor-layout.ts';
import { initSide, initStream, sideSize, streamSize } from './sensors/tail.ts';

/** Double precision, at the beginning: counts and results … */
export const rowsAt = 0;
export const scoreAt = 1;
export const ratioAt = 2;
export const structureRowsAt = 3;
export const distanceAt = 4;
export const agitationAt = 5;
export const healthFilledAt = 6;
export const healthSpanAt = 7;
export const healthCountAt = 8;
export const healthSumAt = 9;
/** … then, for each profile, the current bin (−1 before the first row). */
const binsAt = 10;

/** Seasonal profile of all sensors over one period (a day or a week). */
export interface ProfileLayout {
  readonly periodMs: number;
  readonly bins: number;
  readonly weight: number;
  /** Single precision. Bins × sensors: the expected value; NaN while a bin has not been seen. */
  readonly means: number;
  /** Sensors × 2: sum and count of the current bin. */
  readonly current: number;
  /** One per sensor: recent mean absolute error of the profile; NaN while it has no expectation yet. */
  readonly misses: number;
  /** Double precision. */
  readonly bin: number;
}

/** Offsets into the two arrays; they are the same for all detectors with the same number of sensors. */
export interface DetectorLayout {
  readonly sensors: number;
  readonly profiles: readonly ProfileLayout[];
  /** Single precision, after the sensors' own numbers (sensor-layout.ts), which begin at 0. */
  readonly blame: number;
  readonly distances: number;
  readonly tails: number;
  /** Means, variances and smoothed values: one of each per sensor. */
  readonly moments: number;
  /** Sensors × sensors, both; only the lower half of the covariance is used. */
  readonly covariance: number;
  readonly precision: number;
  readonly health: number;
  readonly floats: number;
  /** Double precision. */
  readonly scalars: number;
  /** Mean and variance of the distance, then of the agitation. */
  readonly limits: number;
  readonly onset: number;
  /** One per sensor: its first value (NaN: none yet), and its unit (0: it has never changed). */
  readonly origin: number;
  readonly unit: number;
  readonly doubles: number;
}

const dayMs = 86_400_000;
const { dayBins, weekBins, sensorsFew, dayBinsMany, dayWeight, weekWeight } = parameters.season;

/**
 * Few sensors have a daily and a weekly profile; many have a daily one with coarser bins, so that memory stays small.
 */
function clocksOf(sensors: number): Pick<ProfileLayout, 'periodMs' | 'bins' | 'weight'>[] {
  if (sensors > sensorsFew) return [{ periodMs: dayMs, bins: dayBinsMany, weight: dayWeight }];
  return [
    { periodMs: dayMs, bins: dayBins, weight: dayWeight },
    { periodMs: 7 * dayMs, bins: weekBins, weight: weekWeight },
  ];
}

/** Allocates consecutive offsets. */
function slots() {
  let used = 0;
  const take = (count: number): number => {
    used += count;
    return used - count;
  };
  return { take, used: () => used };
}

function newLayout(sensors: number, hasClock: boolean): DetectorLayout {
  const single = slots();
  const double = slots();
  const clocks = hasClock ? clocksOf(sensors) : [];
  const scalars = double.take(binsAt + clocks.length);
  single.take(sensors * sensorSize);
  const structure = {
    blame: single.take(2 * sensors),
    distances: single.take(streamSize),
    tails: single.take(2 * sideSize),
    moments: single.take(3 * sensors),
    covariance: single.take(sensors * sensors),
    precision: single.take(sensors * sensors),
  };
  const profiles = clocks.map((clock, i) => ({
    ...clock,
    current: single.take(2 * sensors),
    misses: single.take(sensors),
    means: single.take(clock.bins * sensors),
    bin: scalars + binsAt + i,
  }));
  const health = single.take(parameters.health.points);
  return {
    sensors,
    profiles,
    ...structure,
    health,
    floats: single.used(),
    scalars: binsAt + clocks.length,
    limits: double.take(4),
    onset: double.take(2),
    origin: double.take(sensors),
    unit: double.take(sensors),
    doubles: double.used(),
  };
}

const layouts = new Map<string, DetectorLayout>();

export function detectorLayout(sensors: number, hasClock: boolean): DetectorLayout {
  const key = `${sensors}/${hasClock}`;
  const known = layouts.get(key) ?? newLayout(sensors, hasClock);
  layouts.set(key, known);
  return known;
}

/** The two arrays that hold a detector's numbers. */
export interface DetectorNumbers {
  readonly layout: DetectorLayout;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

/** Returns the numbers of a detector that has seen no row. */
export function newNumbers(sensors: number, hasClock: boolean): DetectorNumbers {
  const layout = detectorLayout(sensors, hasClock);
  const memory = new ArrayBuffer(8 * layout.doubles + 4 * layout.floats);
  const doubles = new Float64Array(memory, 0, layout.doubles);
  const floats = new Float32Array(memory, 8 * layout.doubles, layout.floats);
  doubles[healthSpanAt] = 1;
  doubles.fill(Number.NaN, layout.origin, layout.origin + sensors);
  for (let i = 0; i < sensors; i++) {
    initSensor(floats, i * sensorSize);
    floats[layout.precision + i * sensors + i] = 1;
  }
  initStream(floats, layout.distances);
  initSide(floats, layout.tails);
  initSide(floats, layout.tails + sideSize);
  for (const { means, misses, bins, bin } of layout.profiles) {
    floats.fill(Number.NaN, means, means + bins * sensors);
    floats.fill(Number.NaN, misses, misses + sensors);
    doubles[bin] = -1;
  }
  return { layout, floats, doubles };
}
