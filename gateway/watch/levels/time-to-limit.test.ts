/**
 * Sensors of whole months, a reading each ten minutes: a trend is claimed of nothing that machines do every day, and of wear
 * with an interval that holds the day on which the limit is really reached.
 */
import { describe, expect, it } from 'vitest';
import { gaussian, type Random, seededRandom } from '../../../shared/runtime/random.ts';
import type { TimeToLimit } from '../../ports/limits/time-to-limit.ts';
import { LevelMemory } from './level-memory.ts';
import { timesToLimits } from './time-to-limit.ts';

const dayMs = 86_400_000;
const readingsADay = 144;
const sensor = { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 };
/** By about so much is the second-worst hour of a day above its middle, with a noise of 0.2. */
const worstHour = 0.14;

/** The value at a time in days; null if the machine sends nothing. */
type Value = (day: number) => number | null;

interface Look {
  day: number;
  time: TimeToLimit;
}

/** Looks at a sensor every second day. */
function watch(days: number, value: Value, of = sensor): Look[] {
  // In 2026, on a Thursday, so that weeks are whole.
  const start = 20_454 * 1_440;
  const memory = new LevelMemory(start);
  const looks: Look[] = [];
  for (let i = 0; i < days * readingsADay; i++) {
    const day = i / readingsADay;
    const now = value(day);
    if (now !== null) memory.take(now, start + i * 10, true);
    if (i % (2 * readingsADay) === 77) looks.push({ day, time: timesToLimits(of, memory)[0]! });
  }
  return looks.map(({ day, time }) => ({ day, time: since(time, start * 60_000) }));
}

/** With times in days since the start. */
function since(time: TimeToLimit, startMs: number): TimeToLimit {
  const days = (ms: number) => (ms - startMs) / dayMs;
  const limits = time.limits.map(({ earliestMs, likelyMs, latestMs, ...limit }) => ({
    ...limit,
    earliestMs: days(earliestMs),
    likelyMs: days(likelyMs),
    latestMs: latestMs === null ? null : days(latestMs),
  }));
  return { ...time, limits };
}

const isAtWork = (day: number) => Math.floor(day) % 7 < 5;

describe('no trend is claimed of', () => {
  /** A value a day that keeps part of the one before. */
  const byDay = (random: Random, memory: number, deviation: number) => {
    const levels: number[] = [0];
    for (let day = 1; day < 100; day++) levels.push(memory * levels[day - 1]! + deviation * gaussian(random));
    return (day: number) => levels[Math.floor(day)]!;
  };
  it.each<[string, number, (random: Random) => Value]>([
    ['a level that is still', 0.01, (random) => () => 3 + 0.3 * gaussian(random)],
    ['a daily cycle', 0.01, (random) => (day) => 3 + Math.sin(2 * Math.PI * day) + 0.2 * gaussian(random)],
    [
      'a daily cycle with weekends at rest, which nobody declared',
      0.01,
      (random) => (day) =>
        isAtWork(day) ? 3 + Math.sin(2 * Math.PI * day) + 0.2 * gaussian(random) : 0.1 * gaussian(random),
    ],
    [
      'nights and weekends in which nothing is sent',
      0.01,
      (random) => (day) =>
        isAtWork(day) && day % 1 > 0.25 && day % 1 < 0.9 ? 3 + 0.2 * gaussian(random) : null,
    ],
    [
      'three speeds in turn',
      0.01,
      (random) => {
        const speeds = Array.from({ length: 600 }, () => [2, 3, 3.6][Math.floor(random.next() * 3)]!);
        return (day) => speeds[Math.floor(day * 6)]! + 0.1 * gaussian(random);
      },
    ],
    [
      'a load that is another each day, and remembers the day before',
      0.03,
      (random) => {
        const load = byDay(random, 0.6, 0.3);
        return (day) => 3 + load(day) + 0.2 * gaussian(random);
      },
    ],
    [
      'a level that wanders at random',
      0.05,
      (random) => {
        const wander = byDay(random, 1, 0.1);
        return (day) => 3 + wander(day) + 0.1 * gaussian(random);
      },
    ],
    [
      'a step',
      0.02,
      (random) => {
        const at = random.next() * 90;
        return (day) => (day < at ? 2.5 : 3.5) + 0.1 * gaussian(random);
      },
    ],
  ])('%s, but in a share of looks of at most %f', (_, most, make) => {
    let [looks, claims] = [0, 0];
    for (let machine = 0; machine < 12; machine++) {
      for (const { time } of watch(90, make(seededRandom(77 + machine * 104_729)))) {
        looks++;
        if (time.limits.some(({ severity }) => severity === 'warning')) claims++;
      }
    }
    expect(looks).toBeGreaterThan(500);
    expect(claims / looks).toBeLessThanOrEqual(most);
  });
});

describe('the day on which a limit is reached is in the interval of', () => {
  const fast = (day: number) => 2 + Math.max(0, day - 30) * 0.12;
  it.each<[string, (day: number) => number, (random: Random) => (day: number) => boolean]>([
    ['an even rise', (day) => 2.5 + 0.03 * day, () => () => true],
    ['an even rise with weekends off', (day) => 2.5 + 0.03 * day, () => isAtWork],
    ['wear that doubles in ten days', (day) => 1.5 + 3 * 2 ** ((day - 70) / 10), () => () => true],
    ['wear that doubles in four days', (day) => 1.5 + 3 * 2 ** ((day - 50) / 4), () => () => true],
    ['a rise that begins after a month', fast, () => () => true],
  ])('%s', (_, level, sends) => {
    let reachedDay = 0;
    while (level(reachedDay) + worstHour < sensor.warn) reachedDay += 0.01;
    let [machines, claims, covered] = [0, 0, 0];
    for (let machine = 0; machine < 10; machine++) {
      const random = seededRandom(77 + machine * 104_729);
      const isSending = sends(random);
      const looks = watch(Math.floor(reachedDay), (day) =>
        isSending(day) ? level(day) + 0.2 * gaussian(random) : null,
      );
      let isSeen = false;
      for (const { time } of looks) {
        const warning = time.limits.find(({ severity }) => severity === 'warning');
        if (!warning) continue;
        isSeen = true;
        claims++;
        const { earliestMs, latestMs } = warning;
        if (reachedDay >= earliestMs && reachedDay <= (latestMs ?? Number.POSITIVE_INFINITY)) covered++;
      }
      if (isSeen) machines++;
    }
    expect(machines).toBe(10);
    expect(covered / claims).toBeGreaterThanOrEqual(0.8);
  });
});

it('a level that leaves its usual range within hours is told in hours', () => {
  const random = seededRandom(5);
  const start = 20_454 * 1_440;
  const memory = new LevelMemory(start);
  let told: TimeToLimit | null = null;
  const levelAt = (minute: number) => 2 + Math.max(0, minute - 20 * 1_440) * (0.1 / 60);
  let reachedMinute = 20 * 1_440;
  while (levelAt(reachedMinute) < sensor.warn) reachedMinute++;
  for (let minute = 0; minute < reachedMinute - 6 * 60; minute++)
    memory.take(levelAt(minute) + 0.1 * gaussian(random), start + minute, true);
  told = timesToLimits(sensor, memory)[0]!;
  expect(told.state).toBe('trend');
  expect(['minutes', 'hours']).toContain(told.trend!.over);
  const reachedMs = (start + reachedMinute) * 60_000;
  const [warning] = told.limits;
  expect(warning!.earliestMs).toBeLessThanOrEqual(reachedMs);
  expect(warning!.latestMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(reachedMs);
});

it('limits below are reached by what falls, and both sides are answered', () => {
  const level = { name: 'level', unit: 'm', min: 0, max: 10, warn: 9, alarm: 9.5, warnLow: 2, alarmLow: 1 };
  const random = seededRandom(9);
  const start = 20_454 * 1_440;
  const memory = new LevelMemory(start);
  for (let i = 0; i < 40 * readingsADay; i++)
    memory.take(6 - 0.08 * (i / readingsADay) + 0.1 * gaussian(random), start + i * 10, true);
  const [high, low] = timesToLimits(level, memory);
  expect(high).toMatchObject({ side: 'high', state: 'none', limits: [] });
  expect(low).toMatchObject({ side: 'low', state: 'trend', trend: { over: 'days' } });
  expect(low!.trend!.perDay).toBeCloseTo(-0.08, 1);
  expect(low!.limits.map(({ severity, limit }) => [severity, limit])).toEqual([
    ['warning', 2],
    ['critical', 1],
  ]);
});

it('says that it is learning for ten days, and of nothing but limits', () => {
  const states = watch(24, () => 3).map(({ day, time }) => [Math.floor(day), time.state]);
  expect(states).toEqual([
    ...[0, 2, 4, 6, 8].map((day) => [day, 'learning']),
    ...[10, 12, 14, 16, 18, 20, 22].map((day) => [day, 'none']),
  ]);
  expect(timesToLimits({ name: 'a', unit: '1', min: 0, max: 1 }, new LevelMemory(0))).toEqual([]);
});
