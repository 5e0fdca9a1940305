/**
 * When a sensor will reach its limits, from what is remembered of its level. Trends are looked for in days and weeks, where
 * daily cycles and days off do not count as one. In hours and minutes only, once the level has left what it was in the days
 * before: a machine that warms up each morning has no trend, one that gets hotter than it ever was has.
 */
import type { Limit } from '../../../shared/domain/limits.ts';
import { limitsOf } from '../../../shared/domain/limits.ts';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { median } from '../../../shared/trend/robust.ts';
import { type Found, findTrend } from '../../../shared/trend/trend.ts';
import type { LimitReached, TimeToLimit } from '../../ports/limits/time-to-limit.ts';
import { type LevelMemory, type LevelPoints, minuteMs } from './level-memory.ts';

const dayMs = 86_400_000;
/** Days that must be known before anything is reported. */
const daysMin = 10;
const weeksMin = 16;
/** Days of which the usual range is taken, and those of them that must be known. */
const usualDays = 14;
const usualDaysMin = 5;
/** A level must be out of the usual range by this share of it. */
const outOfRangeShare = 0.5;
const hoursLookedAt = 24;
const minutesLookedAt = 60;
const hoursMin = 10;
const minutesMin = 20;

type Over = NonNullable<TimeToLimit['trend']>['over'];
const blockMs: Record<Over, number> = { minutes: minuteMs, hours: 3_600_000, days: dayMs, weeks: 7 * dayMs };

interface Seen {
  over: Over;
  points: LevelPoints;
  found: Found;
}

/** One answer for each side on which the sensor has limits. */
export function timesToLimits(sensor: Sensor, memory: LevelMemory): TimeToLimit[] {
  const limits = limitsOf(sensor);
  return (['high', 'low'] as const).flatMap((side) => {
    const own = limits.filter((limit) => limit.side === side);
    return own.length === 0 ? [] : [timeOf(sensor, side, own, memory)];
  });
}

function timeOf(
  { name, unit }: Sensor,
  side: Limit['side'],
  limits: readonly Limit[],
  memory: LevelMemory,
): TimeToLimit {
  const about = { sensor: name, unit, side };
  const days = memory.points(side === 'high' ? 'dayHighs' : 'dayLows');
  const known = days.levels.filter((level) => !Number.isNaN(level)).length;
  const asOf = newestOf(days) ?? newestOf(memory.points('hours'));
  const asOfMs = memory.minute * minuteMs;
  const values = limits.map(({ at }) => (side === 'high' ? at : -at));
  const seen = trendOf(side, memory, days, known, values);
  if (!seen) {
    const state = known < daysMin ? 'learning' : 'none';
    return { ...about, state, asOfMs: asOf === null ? null : asOfMs, trend: null, limits: [] };
  }
  const { over, points, found } = seen;
  const fromMs = (newestOf(points)! + 0.5) * blockMs[over];
  const at = (blocks: number) => Math.round(fromMs + blocks * blockMs[over]);
  const reached = limits.flatMap(({ severity, at: limit }, i): LimitReached[] => {
    const reach = found.reaches[i];
    if (!reach) return [];
    const latestMs = reach.p90 === null ? null : at(reach.p90);
    return [{ severity, limit, earliestMs: at(reach.p10), likelyMs: at(reach.p50), latestMs }];
  });
  const sign = side === 'high' ? 1 : -1;
  const perDay = (sign * found.trend.rise * dayMs) / blockMs[over];
  return {
    ...about,
    state: 'trend',
    asOfMs: Math.round(fromMs),
    trend: { level: sign * found.trend.level, perDay, over },
    limits: reached,
  };
}

/** The trend of the longest scale that has one; of a shorter one if the level has left its usual range. */
function trendOf(
  side: Limit['side'],
  memory: LevelMemory,
  days: LevelPoints,
  daysKnown: number,
  values: readonly number[],
): Seen | null {
  const look = (over: Over, points: LevelPoints, pointsMin: number): Seen | null => {
    const towards = side === 'high' ? points.levels : points.levels.map((level) => -level);
    if (towards.filter((level) => !Number.isNaN(level)).length < pointsMin) return null;
    const found = findTrend(points.blocks, towards, values);
    return found?.reaches.some((reach) => reach !== null) ? { over, points, found } : null;
  };
  const usual = usualOf(side, days);
  if (usual !== null) {
    const isBeyond = ({ levels }: LevelPoints, newest: number) => {
      const latest = levels.slice(-newest).filter((level) => !Number.isNaN(level));
      if (latest.length === 0) return false;
      const level = median(Float64Array.from(latest));
      return side === 'high' ? level > usual : -level > usual;
    };
    const minutes = memory.points('minutes', minutesLookedAt);
    const hours = memory.points('hours', hoursLookedAt);
    const fast =
      (isBeyond(minutes, 5) && look('minutes', minutes, minutesMin)) ||
      (isBeyond(hours, 3) && look('hours', hours, hoursMin));
    if (fast) return fast;
  }
  if (daysKnown < daysMin) return null;
  return (
    look('days', days, daysMin) ??
    look('days', lastOf(days, usualDays), daysMin) ??
    look('weeks', memory.points(side === 'high' ? 'weekHighs' : 'weekLows'), weeksMin)
  );
}

/** The worst that the level was in the days before yesterday, and somewhat more; negated on the low side. */
function usualOf(side: Limit['side'], days: LevelPoints): number | null {
  const levels = days.levels
    .slice(-usualDays - 1, -1)
    .filter((level) => !Number.isNaN(level))
    .map((level) => (side === 'high' ? level : -level));
  if (levels.length < usualDaysMin) return null;
  const [worst, best] = [Math.max(...levels), Math.min(...levels)];
  return worst + outOfRangeShare * (worst - best) + 0.01 * Math.abs(worst);
}

function lastOf({ blocks, levels }: LevelPoints, count: number): LevelPoints {
  return { blocks: blocks.slice(-count), levels: levels.slice(-count) };
}

/** The newest block of which something is known. */
function newestOf({ blocks, levels }: LevelPoints): number | null {
  for (let i = levels.length - 1; i >= 0; i--) if (!Number.isNaN(levels[i]!)) return blocks[i]!;
  return null;
}
