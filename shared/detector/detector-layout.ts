/**
 * Where a detector's numbers are. All of them lie in one piece of memory, in two parts: a row of one machine among
 * thousands meets memory that no processor cache holds, and pays for every place that it has to go to.
 */
import { parameters } from './sensors/parameters.ts';
import { initSensor, sensorSize } from './sensors/sensor-layout.ts';
import { initSide, initStream, sideSize, streamSize } from './sensors/tail.ts';

/** In double precision, at the beginning: counts and results … */
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
/** … then for each profile the bin that is under way (−1 before the first row). */
const binsAt = 10;

/** One clock's profile of all sensors. */
export interface ProfileLayout {
  readonly periodMs: number;
  readonly bins: number;
  readonly weight: number;
  /** Single precision. Bins × sensors: what is usual; NaN where a bin has not been seen. */
  readonly means: number;
  /** Sensors × 2: sum and count of the bin that is under way. */
  readonly current: number;
  /** A sensor each: mean absolute miss lately; NaN where nothing was usual yet. */
  readonly misses: number;
  /** Double precision. */
  readonly bin: number;
}

/** Offsets; for one number of sensors the same in every detector. */
export interface DetectorLayout {
  readonly sensors: number;
  readonly profiles: readonly ProfileLayout[];
  /** Single precision, after the sensors' own numbers (sensor-layout.ts), which begin at 0. */
  readonly blame: number;
  readonly distances: number;
  readonly tails: number;
  /** Means, variances, smoothed values: a sensor each. */
  readonly moments: number;
  /** Sensors × sensors, both; of the covariance only the lower half. */
  readonly covariance: number;
  readonly precision: number;
  readonly health: number;
  readonly floats: number;
  /** Double precision. */
  readonly scalars: number;
  /** Mean and variance of distance, and of agitation. */
  readonly limits: number;
  readonly onset: number;
  /** A sensor each: its first value (NaN: none yet), and the unit it is counted in (0: it has never changed). */
  readonly origin: number;
  readonly unit: number;
  readonly doubles: number;
}

const dayMs = 86_400_000;
const { dayBins, weekBins, sensorsFew, dayBinsMany, dayWeight, weekWeight } = parameters.season;

/** Day and week for few sensors; the day in coarser bins for many, so that memory stays small. */
function clocksOf(sensors: number): Pick<ProfileLayout, 'periodMs' | 'bins' | 'weight'>[] {
  if (sensors > sensorsFew) return [{ periodMs: dayMs, bins: dayBinsMany, weight: dayWeight }];
  return [
    { periodMs: dayMs, bins: dayBins, weight: dayWeight },
    { periodMs: 7 * dayMs, bins: weekBins, weight: weekWeight },
  ];
}

/** Gives out places one after the other. */
function places() {
  let used = 0;
  const take = (count: number): number => {
    used += count;
    return used - count;
  };
  return { take, used: () => used };
}

function newLayout(sensors: number, hasClock: boolean): DetectorLayout {
  const single = places();
  const double = places();
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

/** A detector's numbers. */
export interface DetectorNumbers {
  readonly layout: DetectorLayout;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

/** Of a detector that has seen nothing. */
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
