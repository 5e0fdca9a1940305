import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBeyondAlarmSide, limitPolicyOf, limitsOf, wearRangesOf } from './limits.ts';
import type { MachineType, Sensor } from './machine-type.ts';
import { loadMachineTypes } from './machine-types.ts';
import { typeProblems } from './type-problems.ts';
import { hasZones } from './types-by-class.ts';

const sensor = (given: Partial<Sensor>): Sensor => ({ name: 'a', unit: 'mm/s', min: 0, max: 60, ...given });
const said = (given: Partial<Sensor>) =>
  limitsOf(sensor(given)).map(({ side, severity, at, backAt }) => `${side} ${severity} ${at} back ${backAt}`);
const typeWith = (...sensors: Sensor[]): MachineType => ({
  ...loadMachineTypes().get('pump')!,
  sensors,
});

describe('the limits of a sensor', () => {
  it('are worked out once, and are those of that sensor', () => {
    const [one, other] = [sensor({ warn: 4 }), sensor({ warn: 5 })];
    expect(limitsOf(one)).toBe(limitsOf(one));
    expect(limitsOf(other)).toMatchObject([{ at: 5 }]);
  });

  it.each<[string, Partial<Sensor>, string[]]>([
    ['none', {}, []],
    ['both on the high side', { warn: 4, alarm: 6 }, ['high warning 4 back 3.8', 'high critical 6 back 5.8']],
    ['both on the low side', { warn: 6, alarm: 4 }, ['low warning 6 back 6.2', 'low critical 4 back 4.2']],
    ['warning alone: 1 % of the range', { warn: 4 }, ['high warning 4 back 3.4']],
    ['alarm alone', { alarm: 6 }, ['high critical 6 back 5.4']],
    [
      'both sides',
      { alarmLow: 1, warnLow: 2, warn: 8, alarm: 10 },
      [
        'high warning 8 back 7.8',
        'high critical 10 back 9.8',
        'low warning 2 back 2.1',
        'low critical 1 back 1.1',
      ],
    ],
    ['a low side alone', { alarmLow: 1 }, ['low critical 1 back 1.6']],
    ['a dead band of its own', { warn: 4, deadBand: 0.25 }, ['high warning 4 back 3.75']],
    [
      'a range that is wide for the room between the sides: each can still be left',
      { warnLow: 2, warn: 3 },
      ['high warning 3 back 2.75', 'low warning 2 back 2.25'],
    ],
    [
      'a range that is wide for the room between a limit and its end',
      { warn: 1, max: 1_000 },
      ['high warning 1 back 0.75'],
    ],
    ['a low limit near the upper end', { warnLow: 98, min: -10_000, max: 100 }, ['low warning 98 back 98.5']],
    [
      'an alarm far from its warning',
      { warn: 1, alarm: 101, max: 1_000 },
      ['high warning 1 back 0.75', 'high critical 101 back 100.75'],
    ],
    [
      'a dead band of its own that is wider than all that is inside',
      { warn: 1, deadBand: 5 },
      ['high warning 1 back 0'],
    ],
    ['a fault bit', { kind: 'state', warn: 1, max: 65_535 }, ['high warning 1 back 1']],
    [
      'a counter',
      { kind: 'counter', alarm: 9_000, max: Number.MAX_SAFE_INTEGER },
      ['high critical 9000 back 9000'],
    ],
  ])('%s', (_, given, limits) => {
    expect(said(given)).toEqual(limits);
  });

  it('can be left by some value that the sensor can have, whatever is declared', () => {
    const number = fc.integer({ min: -1_000_000, max: 1_000_000 });
    const kind = fc.constantFrom(undefined, 'state', 'counter');
    fc.assert(
      fc.property(number, number, number, fc.option(fc.nat(1_000_000)), kind, (a, b, c, band, of) => {
        const [min, at, max] = [a, b, c].sort((one, other) => one - other) as [number, number, number];
        for (const side of ['warn', 'warnLow', 'alarm', 'alarmLow'] as const)
          for (const { backAt } of limitsOf(
            sensor({
              min,
              max,
              [side]: at,
              ...(band !== null && { deadBand: band }),
              ...(of && { kind: of }),
            }),
          )) {
            expect(backAt).toBeGreaterThanOrEqual(min);
            expect(backAt).toBeLessThanOrEqual(max);
          }
      }),
    );
  });

  it('give rules a range where one side has both', () => {
    expect(wearRangesOf(sensor({ warn: 4 }))).toEqual([]);
    expect(wearRangesOf(sensor({ warn: 4, alarm: 6, alarmLow: 1 }))).toEqual([{ warn: 4, alarm: 6 }]);
    expect(wearRangesOf(sensor({ warnLow: 2, alarmLow: 1 }))).toEqual([{ warn: 2, alarm: 1 }]);
  });

  it('tell what a value outside the range means', () => {
    const both = sensor({ alarm: 50, warnLow: 2 });
    expect([isBeyondAlarmSide(both, 61), isBeyondAlarmSide(both, -1)]).toEqual([true, false]);
    const falling = sensor({ warn: 5, alarm: 3 });
    expect([isBeyondAlarmSide(falling, 61), isBeyondAlarmSide(falling, -1)]).toEqual([false, true]);
    expect(isBeyondAlarmSide(sensor({ warn: 50 }), 61)).toBe(false);
  });
});

describe('the policy of limits', () => {
  const limited = sensor({ warn: 4 });
  it('is there wherever a type has limits, unless it says otherwise', () => {
    const own = { failureMode: 'vibration', on: 'limit', openAfterMs: 0, resolveAfterMs: 5 } as const;
    expect(limitPolicyOf(typeWith(sensor({})))).toBeNull();
    expect(limitPolicyOf(typeWith(limited))).toMatchObject({ failureMode: 'limit', openAfterMs: 10_000 });
    expect(limitPolicyOf({ ...typeWith(limited), limitAlerts: false })).toBeNull();
    expect(limitPolicyOf({ ...typeWith(limited), alerts: [own] })).toEqual(own);
  });

  it('is off for the types whose limits are only for rules', () => {
    const names = [...loadMachineTypes().values()].flatMap((type) =>
      limitPolicyOf(type) ? [type.name] : [],
    );
    const zoned = [...loadMachineTypes().values()].filter(hasZones).map(({ name }) => name);
    expect(names.filter((name) => !zoned.includes(name))).toEqual(['pump']);
  });
});

describe('problems are found', () => {
  it.each<[string, Partial<Sensor>, RegExp]>([
    ['equal limits', { warn: 4, alarm: 4 }, /alarm must differ from warn \(4\)/],
    ['low limits out of order', { warnLow: 1, alarmLow: 2 }, /warnLow \(1\) must be above alarmLow \(2\)/],
    ['crossing sides', { warn: 3, alarm: 5, warnLow: 4 }, /warn \(3\) must be above warnLow \(4\)/],
    [
      'two low sides',
      { warn: 5, alarm: 3, alarmLow: 1 },
      /alarmLow: warn and alarm are on the low side already/,
    ],
    ['a dead band without a limit', { deadBand: 1 }, /deadBand is set without a limit/],
    [
      'a dead band without room',
      { warnLow: 2, warn: 3, deadBand: 1 },
      /deadBand \(1\) must be below .*\(1\)/,
    ],
  ])('%s', (_, given, message) => {
    const found = typeProblems(typeWith(sensor(given))).map((problem) => problem.message);
    expect(found).toEqual([expect.stringMatching(message)]);
  });

  it('but none where all is in order', () => {
    const sound: Partial<Sensor>[] = [
      ...[{ warn: 4 }, { alarm: 4 }, { warn: 4, alarm: 6 }, { warn: 6, alarm: 4 }, { warnLow: 4 }],
      { alarmLow: 1, warnLow: 2, warn: 8, alarm: 10, deadBand: 0.5 },
      { warn: 4, deadBand: 0 },
    ];
    for (const given of sound) expect(typeProblems(typeWith(sensor(given)))).toEqual([]);
  });
});
