import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LimitPolicy } from '../../../shared/domain/alert-policy.ts';
import { limitsOf } from '../../../shared/domain/limits.ts';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import { limitPlanOf } from './limit-plan.ts';
import { MachineLimits } from './machine-limits.ts';

const sensor = (name: string, given: Partial<Sensor>): Sensor => ({
  ...{ name, unit: 'mm/s', min: 0, max: 60 },
  ...given,
});
const typeOf = (sensors: Sensor[], policy: Partial<LimitPolicy> = {}): MachineType => ({
  ...{ name: 'rig', version: '1.0.0', description: '', lifeUnit: 'cycles', stepMs: 1_000, windowRows: 30 },
  openSensors: false,
  sensors,
  alerts: [{ failureMode: 'limit', on: 'limit', openAfterMs: 10_000, resolveAfterMs: 60_000, ...policy }],
});

/** The limits of a machine whose sensors get these values, one row each `stepMs`; and the level after each row. */
function follow(type: MachineType, rows: readonly (readonly number[])[], stepMs = 1_000) {
  const limits = new MachineLimits(limitPlanOf(type)!);
  const levels = rows.map((row, i) => {
    limits.take(Float32Array.from(row), 0, row.length, i * stepMs);
    const { isNews } = limits;
    limits.isNews = false;
    return { atMs: i * stepMs, isNews, met: limits.list().flatMap(({ met }) => met?.severity ?? []) };
  });
  return { limits, levels, first: (severity: string) => levels.find(({ met }) => met[0] === severity)?.atMs };
}
const steady = (value: number, rows: number) => Array.from({ length: rows }, () => [value]);
const vibration = typeOf([sensor('vibration', { warn: 4.5, alarm: 7.1 })]);

describe('a sensor beyond a limit', () => {
  it('is about to meet it until the delay is over, and back from it until that has lasted', () => {
    const at = (rows: number[]) =>
      follow(
        vibration,
        rows.map((value) => [value]),
      ).limits.list();
    expect(at([6.2, 6.2])).toMatchObject([{ value: 6.2, met: null, mayBe: { at: 7.1 } }]);
    const calm = steady(1, 61).flat();
    expect(at([...calm, 6.2, 6.2])).toEqual([
      {
        ...{ sensor: 'vibration', value: 6.2, met: null, mayBe: null },
        about: expect.objectContaining({ at: 4.5, sinceMs: 61_000 }),
      },
    ]);
    expect(at([...calm, 6.2, 1])).toEqual([]);
    const out = [...calm, ...steady(6.2, 12).flat()];
    expect(at(out)).toMatchObject([{ met: { at: 4.5, sinceMs: 61_000 } }]);
    expect(at(out)[0]!.met).not.toHaveProperty('backMs');
    expect(at([...out, 1, 1])).toMatchObject([{ value: 1, met: { sinceMs: 61_000, backMs: 73_000 } }]);
    expect(at([...out, 1, 4.4])[0]!.met).not.toHaveProperty('backMs');
  });

  it('is back from the limit of a fault bit, and meets it anew', () => {
    const bit = typeOf([sensor('fault', { kind: 'state', warn: 1, max: 65_535 })]);
    const rows = [...steady(1, 20), ...steady(0, 62), ...steady(1, 20)];
    const { levels } = follow(bit, rows);
    const changes = levels.filter(({ met }, i) => met.length !== (levels[i - 1]?.met.length ?? 0));
    expect(changes.map(({ atMs }) => atMs)).toEqual([10_000, 80_000, 92_000]);
  });

  it('is a warning after the delay, and says since when', () => {
    const { limits, first } = follow(vibration, steady(6.2, 30));
    expect(first('warning')).toBe(10_000);
    expect(limits.list()).toMatchObject([
      { sensor: 'vibration', value: 6.2, met: { severity: 'warning', at: 4.5, side: 'high', sinceMs: 0 } },
    ]);
  });

  it('is one with the second of two readings a minute', () => {
    expect(follow(vibration, steady(6.2, 3), 60_000).first('warning')).toBe(60_000);
  });

  it('is critical at once where it was beyond the alarm limit all the time', () => {
    const { levels } = follow(vibration, steady(7.1, 20));
    expect(levels.map(({ met }) => met[0]).filter(Boolean)).toEqual(Array(10).fill('critical'));
  });

  it('rises and falls, each after its delay, and switches once for each', () => {
    const rows = [...steady(5, 30), ...steady(8, 30), ...steady(5, 90), ...steady(1, 90)];
    const { levels } = follow(vibration, rows);
    const switches = levels.filter(({ isNews }) => isNews).map(({ atMs, met }) => [atMs / 1_000, met[0]]);
    expect(switches).toEqual([
      [10, 'warning'],
      [40, 'critical'],
      [120, 'warning'],
      [210, undefined],
    ]);
  });

  it('with openAfterMs = 0 is told by its first reading', () => {
    const at = typeOf(vibration.sensors, { openAfterMs: 0, resolveAfterMs: 0 });
    const { levels } = follow(at, [[1], [4.5], [4.4], [1], [1]]);
    expect(levels.map(({ met }) => met[0])).toEqual([undefined, 'warning', 'warning', undefined, undefined]);
  });

  it.each([4.2, 6.4, 643.1, 0.1])('has met a limit of %d with exactly that value', (warn) => {
    const type = typeOf([sensor('s', { max: 1_000, warn })]);
    expect(follow(type, steady(warn, 11)).first('warning')).toBe(10_000);
  });

  it('may be below as well as above', () => {
    const oil = typeOf([sensor('oil', { alarmLow: 1, warnLow: 2, warn: 8, alarm: 10 })]);
    expect(follow(oil, steady(1.5, 30)).limits.list()).toMatchObject([
      { met: { side: 'low', severity: 'warning', at: 2 } },
    ]);
    expect(follow(oil, steady(0.5, 30)).first('critical')).toBe(10_000);
    expect(follow(oil, steady(9, 30)).limits.list()).toMatchObject([{ met: { side: 'high', at: 8 } }]);
  });
});

describe('no evidence', () => {
  it('are one odd value, and an absent one', () => {
    const rows = [...steady(1, 90), [50], ...steady(1, 90)];
    expect(follow(vibration, rows).levels.every(({ met }) => met.length === 0)).toBe(true);
    const absent = [...steady(6.2, 30), ...steady(Number.NaN, 1_000)];
    expect(follow(vibration, absent).levels.at(-1)!.met).toEqual(['warning']);
    const silent = [[50], ...steady(Number.NaN, 1_000), [1]];
    expect(follow(vibration, silent).levels.every(({ met }) => met.length === 0)).toBe(true);
  });

  it('is a value in the dead band: it neither ends nor interrupts', () => {
    const inBand = 4.4;
    const waiting = [...steady(5, 5), ...steady(inBand, 3), ...steady(5, 5)];
    expect(follow(vibration, waiting).first('warning')).toBe(10_000);
    expect(follow(vibration, [...steady(5, 20), ...steady(inBand, 500)]).levels.at(-1)!.met).toEqual([
      'warning',
    ]);
    const notLongEnough = [...steady(5, 20), ...steady(1, 59), ...steady(inBand, 1), ...steady(1, 59)];
    expect(follow(vibration, notLongEnough).levels.at(-1)!.met).toEqual(['warning']);
  });

  it('is a start: until its delay has passed, a limit may be met', () => {
    const { limits } = follow(vibration, steady(1, 30));
    expect(limits.list()).toMatchObject([{ met: null, mayBe: { severity: 'critical' } }]);
    expect(follow(vibration, steady(1, 61)).limits.list()).toEqual([]);
  });
});

it('what is met and back before a decision asks has passed, with its farthest value; what was known has not', () => {
  const rows = [...steady(1, 90), ...steady(5, 30), ...steady(8, 30), ...steady(1, 90)];
  const { limits } = follow(vibration, rows);
  expect(limits.takePassed()).toMatchObject([
    { sensor: 'vibration', severity: 'warning', at: 4.5, value: 8, sinceMs: 90_000, untilMs: 150_000 },
    { sensor: 'vibration', severity: 'critical', at: 7.1, value: 8, sinceMs: 120_000, untilMs: 150_000 },
  ]);
  expect(limits.takePassed()).toEqual([]);
  const { limits: known } = follow(vibration, steady(5, 30));
  known.takePassed();
  for (let i = 30; i < 120; i++) known.take(Float32Array.of(1), 0, 1, i * 1_000);
  expect(known.takePassed()).toEqual([]);
});

it('a clock that goes back begins the delays again', () => {
  const limits = new MachineLimits(limitPlanOf(vibration)!);
  const take = (value: number, atMs: number) => limits.take(Float32Array.of(value), 0, 1, atMs);
  take(5, 1_000_000);
  take(5, 0);
  take(5, 9_999);
  expect(limits.hasMet).toBe(false);
  take(5, 10_000);
  expect(limits.hasMet).toBe(true);
});

it('sensors are found by their columns, also in rows that are shorter', () => {
  const type = typeOf([
    sensor('a', {}),
    sensor('b', { warn: 4 }),
    sensor('c', {}),
    sensor('d', { alarm: 9 }),
  ]);
  const { limits } = follow(type, Array(20).fill([50, 5, 50, 10, 50]));
  expect(limits.list().map(({ sensor: name, met }) => [name, met?.severity])).toEqual([
    ['b', 'warning'],
    ['d', 'critical'],
  ]);
  const short = follow(type, Array(20).fill([50, 5]));
  expect(short.limits.list().map(({ sensor: name, value }) => [name, value])).toEqual([
    ['b', 5],
    ['d', null],
  ]);
});

describe('for any sequence of readings', () => {
  const reading = fc.record({
    value: fc.oneof(fc.double({ min: 0, max: 12, noNaN: true }), fc.constant(Number.NaN)),
    times: fc.integer({ min: 1, max: 12 }),
  });
  const scenario = fc.record({
    readings: fc.array(reading, { maxLength: 40 }),
    gapsMs: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 20 }),
    limited: fc.constantFrom<Partial<Sensor>>(
      { warn: 4 },
      { warn: 4, alarm: 6 },
      { warn: 6, alarm: 4 },
      { alarmLow: 1, warnLow: 2, warn: 8, alarm: 10, deadBand: 0.5 },
    ),
    openAfterMs: fc.constantFrom(0, 10_000),
    resolveAfterMs: fc.constantFrom(0, 60_000),
  });

  it('each limit is met, away or unknown exactly as its definition says, read from the whole past', () => {
    let met = 0;
    let returned = 0;
    fc.assert(
      fc.property(scenario, ({ readings, gapsMs, limited, ...delays }) => {
        const type = typeOf([sensor('s', limited)], delays);
        const limits = new MachineLimits(limitPlanOf(type)!);
        const past: { value: number; atMs: number }[] = [];
        let atMs = 0;
        readings
          .flatMap(({ value, times }) => Array.from({ length: times }, () => value))
          .forEach((value, i) => {
            atMs += gapsMs[i % gapsMs.length]!;
            limits.take(Float32Array.of(value), 0, 1, atMs);
            if (!Number.isNaN(value)) past.push({ value: Math.fround(value), atMs });
            const expected = limitsOf(type.sensors[0]!).map((limit) => ({
              severity: limit.severity,
              state: stateFrom(past, limit, delays),
            }));
            const worst = (state: string) => {
              const found = expected.filter((each) => each.state === state).map(({ severity }) => severity);
              return found.includes('critical') ? 'critical' : (found[0] ?? null);
            };
            const [state] = limits.list();
            expect(state?.met?.severity ?? null).toBe(worst('met'));
            expect(state?.mayBe?.severity ?? null).toBe(worst('unknown'));
            if (state?.met) met++;
            if (past.length > 0 && expected.every((each) => each.state === 'away')) returned++;
          });
      }),
      { numRuns: 300 },
    );
    expect(Math.min(met, returned)).toBeGreaterThan(100);
  });
});

/** Reads a limit's state from all readings so far, without keeping any. */
function stateFrom(
  past: readonly { value: number; atMs: number }[],
  { side, at, backAt }: { side: 'high' | 'low'; at: number; backAt: number },
  { openAfterMs, resolveAfterMs }: { openAfterMs: number; resolveAfterMs: number },
): 'unknown' | 'away' | 'met' {
  const sign = side === 'high' ? 1 : -1;
  const isMet = (value: number) => sign * value >= sign * Math.fround(at);
  const isBack = (value: number) => !isMet(value) && sign * value <= sign * Math.fround(backAt);
  let state: 'unknown' | 'away' | 'met' = 'unknown';
  past.forEach(({ value, atMs }, i) => {
    const before = past.slice(0, i + 1);
    if (isMet(value) && state !== 'met') {
      const lastBack = before.findLastIndex((each) => isBack(each.value));
      const firstMet = before.slice(lastBack + 1).find((each) => isMet(each.value))!;
      if (atMs - firstMet.atMs >= openAfterMs) state = 'met';
    } else if (isBack(value) && state !== 'away') {
      const lastOther = before.findLastIndex((each) => !isBack(each.value));
      if (atMs - before[lastOther + 1]!.atMs >= resolveAfterMs) state = 'away';
    }
  });
  return state;
}

describe('a machine with strokes', () => {
  const strokes = (beyond: number, back: number) =>
    Array.from({ length: 600 }, (_, i) => [i % (beyond + back) < beyond ? 9 : 2]);
  const hours = (beyond: number, back: number) =>
    follow(vibration, [...steady(2, 61), ...strokes(beyond, back)]);

  it('meets a limit that it is beyond for most of the time, within ten of them, and once', () => {
    for (const [beyond, back] of [
      [9, 6],
      [5, 3],
      [3, 1],
    ] as const) {
      const { levels, first } = hours(beyond, back);
      expect(first('critical')).toBeLessThan((61 + 10 * (beyond + back)) * 1_000);
      expect(levels.filter(({ met }, i) => met[0] !== levels[i - 1]?.met[0])).toHaveLength(1);
    }
  });

  it('does not meet one that it is beyond for half of the time or less', () => {
    for (const [beyond, back] of [
      [9, 9],
      [6, 9],
      [1, 1],
      [1, 59],
    ] as const)
      expect(hours(beyond, back).first('critical')).toBeUndefined();
  });
});
