/**
 * Layout of what is learnt of one machine: two arrays in one piece of memory, whose places are the same for all machines with
 * the same number of sensors.
 */
import { packedSize } from '../matrix.ts';
import { relationParameters } from './parameters.ts';

/** Double precision: counts and times … */
export const scalar = {
  rows: 0,
  newestMs: 1,
  /** The day whose maxima are gathered: its begin, its rows, and the days before it. */
  dayFromMs: 2,
  dayRows: 3,
  days: 4,
  /** Since when, and for how many rows, some sensor has been beyond its level without a break; NaN: none is. */
  beyondFromMs: 5,
  beyondRows: 6,
  /** Since when an episode is on (NaN: none is), its rows, the share of its latest rows beyond, and since when all has been within. */
  episodeFromMs: 7,
  episodeRows: 8,
  episodeShare: 9,
  calmFromMs: 10,
  calmRows: 11,
  /** Begin of the time in which the machine has not been like a normal that is kept; NaN: none is kept. */
  keptFromMs: 12,
  /** For how long the machine has run in all, gaps bounded, and the usual time between rows. */
  runMs: 13,
  paceMs: 14,
  /** 1 while what is unusual is a fault that a person has confirmed. */
  isFault: 15,
  firstMs: 16,
  /** Running time at which the machine was last beyond the normal that is kept, the longest time between two such visits, and how many. */
  seenRunMs: 17,
  gapRunMs: 18,
  visits: 19,
  /** … for how long, and for how many rows, it was beyond it while what is adapted was not. */
  unseenMs: 20,
  unseenRows: 21,
  /** 1 while nothing is learnt, and while the machine is changed by what is kept. */
  isFrozen: 22,
  isChanged: 23,
  /** The running time until which sensors may be farther than their levels, and a normal that was is kept. */
  slackRunMs: 24,
  acceptedRunMs: 25,
  /** Running time since which a normal is kept. */
  keptRunMs: 26,
  /** The running times since when some sensor has been beyond its level, since when all have been within, and when the episode began: a clock
   * that jumps changes none of them. */
  beyondRunMs: 27,
  calmRunMs: 28,
  episodeRunMs: 29,
  /** How far the machine is beyond the normal that is kept, on average over some rows, and the farthest of that. */
  meanRatio: 30,
  farRatio: 31,
  /** For how long it has learnt nothing, in running time: what drifts has gone on since. */
  staleMs: 32,
} as const;
export const doublesFixed = 33;

export interface RelationsLayout {
  readonly sensors: number;
  /** Double precision, by sensor: its first value, and its first change, in its own unit. */
  readonly origin: number;
  readonly unit: number;
  readonly doubles: number;
  /** Single precision, by sensor: newest value, how often it changed, mean, variance of residuals, means of residuals over a short
   * time and twice that. */
  readonly newest: number;
  readonly changes: number;
  readonly mean: number;
  readonly spread: number;
  readonly short: number;
  readonly held: number;
  /** … the newest residual, in deviations of the sensor; and its mean in the episode, likewise. */
  readonly residual: number;
  readonly episode: number;
  /** … how far it has changed, in its relative unit. */
  readonly shift: number;
  /** … the days on which it was judged. */
  readonly daysSeen: number;
  /** By side and sensor: the maximum of the day, and mean and variance of daily maxima. */
  readonly dayMax: number;
  readonly dayMean: number;
  readonly dayVariance: number;
  /** Covariances (packed), and by sensor what the others weigh in its residual (n × n; its own weight is 1, 0 while not known). */
  readonly covariances: number;
  readonly weights: number;
  /** By sensor: how much farther than its level it may be, since a person said that what it did is normal; in its deviations. */
  readonly slack: number;
  /** By sensor: the sum of its mean residuals of the day, and the mean square of what days showed on average: how much it drifts. */
  readonly daySum: number;
  readonly drift: number;
  readonly floats: number;
}

export const sides = { above: 0, below: 1 } as const;

const layouts: (RelationsLayout | undefined)[] = [];

export function relationsLayout(sensors: number): RelationsLayout {
  layouts[sensors] ??= newLayout(sensors);
  return layouts[sensors];
}

function newLayout(sensors: number): RelationsLayout {
  let used = 0;
  const take = (count: number): number => {
    used += count;
    return used - count;
  };
  const layout = {
    newest: take(sensors),
    changes: take(sensors),
    mean: take(sensors),
    spread: take(sensors),
    short: take(sensors),
    held: take(sensors),
    residual: take(sensors),
    episode: take(sensors),
    shift: take(sensors),
    daysSeen: take(sensors),
    dayMax: take(2 * sensors),
    dayMean: take(2 * sensors),
    dayVariance: take(2 * sensors),
    covariances: take(packedSize(sensors)),
    weights: take(sensors * sensors),
    slack: take(sensors),
    daySum: take(sensors),
    drift: take(sensors),
  };
  const origin = doublesFixed;
  return {
    ...{ sensors, ...layout, floats: used },
    ...{ origin, unit: origin + sensors, doubles: origin + 2 * sensors },
  };
}

export interface StateCentres {
  /** By place: what the sensor that says the state says (NaN: free), the rows in it, and when it was newest. */
  readonly codes: Float64Array;
  readonly rows: Float64Array;
  readonly newestMs: Float64Array;
  /** By place and sensor, in deviations of the sensor. */
  readonly means: Float32Array;
  /** The place of the newest row; −1: it said none. */
  place: number;
}

export function newStateCentres(sensors: number): StateCentres {
  const codes = new Float64Array(relationParameters.statesMax).fill(Number.NaN);
  const [rows, newestMs] = [
    new Float64Array(relationParameters.statesMax),
    new Float64Array(relationParameters.statesMax),
  ];
  return {
    codes,
    rows,
    newestMs,
    means: new Float32Array(relationParameters.statesMax * sensors),
    place: -1,
  };
}

export interface RelationNumbers {
  readonly layout: RelationsLayout;
  readonly doubles: Float64Array;
  readonly floats: Float32Array;
  /** Centres by the state that the machine says it is in; null as long as it says none. */
  centres: StateCentres | null;
}

/** Returns the numbers of a machine of which no row was seen. */
export function newRelationNumbers(sensors: number): RelationNumbers {
  const layout = relationsLayout(sensors);
  const memory = new ArrayBuffer(8 * layout.doubles + 4 * layout.floats);
  const doubles = new Float64Array(memory, 0, layout.doubles);
  const floats = new Float32Array(memory, 8 * layout.doubles, layout.floats);
  doubles.fill(Number.NaN, layout.origin, layout.origin + sensors);
  for (const at of ['firstMs', 'newestMs', 'dayFromMs', 'beyondFromMs', 'episodeFromMs'] as const)
    doubles[scalar[at]] = Number.NaN;
  for (const at of ['calmFromMs', 'keptFromMs', 'seenRunMs'] as const) doubles[scalar[at]] = Number.NaN;
  floats.fill(Number.NaN, layout.newest, layout.newest + sensors);
  floats.fill(1, layout.spread, layout.spread + sensors);
  floats.fill(noMaximum, layout.dayMax, layout.dayMax + 2 * sensors);
  return { layout, doubles, floats, centres: null };
}

export function copyOf({ layout, doubles, floats, centres }: RelationNumbers): RelationNumbers {
  const made = newRelationNumbers(layout.sensors);
  made.doubles.set(doubles);
  made.floats.set(floats);
  if (centres) {
    const { codes, rows, newestMs, means, place } = centres;
    const all = [codes.slice(), rows.slice(), newestMs.slice()] as const;
    made.centres = { codes: all[0], rows: all[1], newestMs: all[2], means: means.slice(), place };
  }
  return made;
}

/** A day on which a sensor was not judged. */
export const noMaximum = -1_000;
