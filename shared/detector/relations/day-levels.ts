/**
 * Day levels: how far a sensor is from what the others say on the farthest moment of ordinary days, and so what no day shows. A start
 * in the morning, a warm-up, a change of product are far from any model, and come on every day; what is farther than a day's maximum
 * is expected to be in `returnDays` days is news (block maxima: Gumbel 1958, Statistics of Extremes).
 */
import { noMaximum, type RelationNumbers, scalar, sides } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { deviationOf, isJudged, residualDeviation } from './residuals.ts';

const { knownRows, knownMs, rowsMin, daysMin, dayRowsMin, memoryDays, returnDays, levelMin, spreadMin } =
  relationParameters;
const { memoryMs, driftFar, driftTimesMax, driftBound, deviationsMax } = relationParameters;
/** A mean of residuals so near their bound is bounded itself. */
const boundedShare = 0.8;
/** Deviations of a residual that are usual while levels are not known. */
const usualDeviations = 3;
const dayMs = 86_400_000;
/** A clock that goes back by more begins a new day. */
const backMsMax = 3_600_000;
/** The scale of a Gumbel distribution is √6/π of its deviation, and its mode is Euler's constant times that below its mean. */
const gumbelScale = Math.sqrt(6) / Math.PI;
const euler = 0.5772;
/** Few days say little of their spread: with so many, levels are twice as far from the mean. */
const uncertainDays = 3;

/** True while too little is known to judge anything. */
export function isLearning({ doubles }: RelationNumbers): boolean {
  return doubles[scalar.days]! < daysMin || doubles[scalar.rows]! < rowsMin;
}

/** How far a mean residual of a sensor may be on one side, in its deviations. Infinite while that is not known. */
export function levelOf(numbers: RelationNumbers, sensor: number, side: number): number {
  const { layout, doubles, floats } = numbers;
  const days = floats[layout.daysSeen + sensor]!;
  if (days < daysMin || isLearning(numbers)) return Number.POSITIVE_INFINITY;
  const at = side * layout.sensors + sensor;
  const deviation = Math.max(spreadMin, Math.sqrt(floats[layout.dayVariance + at]!));
  const far = gumbelScale * (Math.log(2 * layout.sensors * returnDays) - euler) * (1 + uncertainDays / days);
  const slack = doubles[scalar.runMs]! < doubles[scalar.slackRunMs]! ? floats[layout.slack + sensor]! : 0;
  return (
    Math.max(levelMin, floats[layout.dayMean + at]! + far * deviation) + slack + driftOf(numbers, sensor)
  );
}

/**
 * How far a sensor may have come on its usual way while nothing was learnt. What follows a steady drift with a memory of `memoryMs` lags behind by what
 * the drift does in that time, and days show it on average; so in a time as long as that it goes on by as much again.
 */
function driftOf({ layout, doubles, floats }: RelationNumbers, sensor: number): number {
  if (doubles[scalar.staleMs] === 0 || doubles[scalar.isFault] === 1) return 0;
  const times = Math.min(driftTimesMax, doubles[scalar.staleMs]! / memoryMs);
  return driftFar * Math.sqrt(floats[layout.drift + sensor]!) * times;
}

/** @param ranMs for how long the machine has run since the row before */
export function followStale({ doubles }: RelationNumbers, ranMs: number): void {
  const stale = doubles[scalar.staleMs]!;
  if (doubles[scalar.isFrozen] === 1) doubles[scalar.staleMs] = stale + ranMs;
  else if (stale > 0) doubles[scalar.staleMs] = Math.max(0, stale - ranMs);
}

/** A sensor's mean residuals on one side: the nearer of the short and the longer mean. */
export function sizeOf({ layout, floats }: RelationNumbers, sensor: number, side: number): number {
  const short = floats[layout.short + sensor]!;
  const held = floats[layout.held + sensor]!;
  return side === sides.above ? Math.min(short, held) : Math.min(-short, -held);
}

/** Gathers the maxima of the day, and learns them when it is over. */
export function followDay(numbers: RelationNumbers, timeMs: number): void {
  const { layout, doubles, floats } = numbers;
  // The residuals of relations that are hardly known are large, and would be remembered for long.
  if (!isKnown(numbers, timeMs)) return;
  // A day of which a part was like nothing that is confirmed says nothing of ordinary days.
  if (doubles[scalar.isFrozen] === 1) return beginDay(numbers, timeMs);
  const sinceMs = timeMs - doubles[scalar.dayFromMs]!;
  if (!(sinceMs >= -backMsMax)) doubles[scalar.dayFromMs] = timeMs;
  else if (sinceMs >= dayMs && doubles[scalar.dayRows]! >= dayRowsMin) {
    learnDay(numbers);
    beginDay(numbers, timeMs);
  }
  doubles[scalar.dayRows]!++;
  // An episode counts for the day on which it began: each further one would make it more usual.
  const lasts = doubles[scalar.episodeFromMs]! < doubles[scalar.dayFromMs]!;
  for (let side = 0; side < 2; side++)
    for (let i = 0; i < layout.sensors; i++) {
      if (!isJudged(numbers, i)) continue;
      if (side === sides.above) floats[layout.daySum + i]! += floats[layout.short + i]!;
      const at = layout.dayMax + side * layout.sensors + i;
      const size = sizeOf(numbers, i, side);
      if (size > floats[at]! && !(lasts && size > levelOf(numbers, i, side))) floats[at] = size;
    }
}

/** Forgets the day so far. */
export function beginDay({ layout, doubles, floats }: RelationNumbers, timeMs: number): void {
  doubles[scalar.dayFromMs] = timeMs;
  doubles[scalar.dayRows] = 0;
  floats.fill(noMaximum, layout.dayMax, layout.dayMax + 2 * layout.sensors);
  floats.fill(0, layout.daySum, layout.daySum + layout.sensors);
}

function isKnown({ doubles }: RelationNumbers, timeMs: number): boolean {
  const rows = doubles[scalar.rows]!;
  return rows >= knownRows || (rows >= rowsMin && timeMs - doubles[scalar.firstMs]! >= knownMs);
}

function learnDay(numbers: RelationNumbers): void {
  const { layout, doubles, floats } = numbers;
  const levels = Array.from({ length: 2 * layout.sensors }, (_, at) =>
    levelOf(numbers, at % layout.sensors, Math.floor(at / layout.sensors)),
  );
  doubles[scalar.days]!++;
  for (let i = 0; i < layout.sensors; i++)
    if (floats[layout.dayMax + i] !== noMaximum) {
      floats[layout.daysSeen + i]!++;
      learnDrift(numbers, i);
    }
  levels.forEach((level, at) => {
    const largest = floats[layout.dayMax + at]!;
    if (largest === noMaximum) return;
    const weight = Math.max(1 / floats[layout.daysSeen + (at % layout.sensors)]!, 1 / memoryDays);
    // A day beyond the level counts as one at it: what is a fault must not make the next one usual.
    const far = Math.min(largest, level) - floats[layout.dayMean + at]!;
    floats[layout.dayMean + at]! += weight * far;
    const variance = floats[layout.dayVariance + at]!;
    floats[layout.dayVariance + at] = (1 - weight) * (variance + weight * far * far);
  });
}

/** A day farther than any before counts as one a little farther: a fault that comes slowly is not its usual drift. */
function learnDrift({ layout, doubles, floats }: RelationNumbers, sensor: number): void {
  const days = floats[layout.daysSeen + sensor]!;
  const mean = floats[layout.daySum + sensor]! / doubles[scalar.dayRows]!;
  const known = floats[layout.drift + sensor]!;
  const isKnown = days > daysMin && known > 0;
  const square = isKnown ? Math.min(mean * mean, driftBound * known) : mean * mean;
  floats[layout.drift + sensor]! += Math.max(1 / days, 1 / memoryDays) * (square - known);
}

/**
 * Where a sensor usually is on average over the last minute, given what the others show; in its own unit. Single readings vary more.
 */
export interface Expected {
  /** The average that it has. */
  now: number;
  /** The value that the others let expect. */
  value: number;
  /** The least and the largest average that is usual. */
  low: number;
  high: number;
}

export function expectedBy(numbers: RelationNumbers, sensor: number): Expected {
  const { layout, doubles, floats } = numbers;
  const unit = doubles[layout.unit + sensor]!;
  const deviation = unit * deviationOf(numbers, sensor);
  const newest = doubles[layout.origin + sensor]! + unit * floats[layout.newest + sensor]!;
  const value = newest - deviation * floats[layout.residual + sensor]!;
  const scale = deviation * residualDeviation(numbers, sensor);
  const far = (side: number) => {
    const level = levelOf(numbers, sensor, side);
    return (Number.isFinite(level) ? level : usualDeviations) * scale;
  };
  const mean = floats[layout.short + sensor]!;
  // A mean of bounded residuals says no more of what is very far.
  const now = Math.abs(mean) < boundedShare * deviationsMax ? value + mean * scale : newest;
  return { now, value, low: value - far(sides.below), high: value + far(sides.above) };
}
