/** Learning when a machine rests: what is rest, and above all what is not. */
import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import type { LearntSensor } from './learnt-rest.ts';
import { LearntRest } from './learnt-rest.ts';
import { RestLearner } from './rest-learner.ts';

const minuteMs = 60_000;
const days = 40;
const kinds = { kindOf: () => 'quantity' as const };

interface Moment {
  /** Minutes since the beginning, of the day, and the day of the week. */
  minute: number;
  ofDay: number;
  weekday: number;
  noise(): number;
}
type Model = (at: Moment) => number;

/** Works from 6 to 22 on workdays. */
const works = ({ ofDay, weekday }: Moment) => weekday < 5 && ofDay >= 360 && ofDay < 1_320;
const vibration: Model = (at) =>
  works(at) ? 2 * (1 + 0.06 * at.noise()) : Math.abs(0.08 + 0.02 * at.noise());
const current: Model = (at) => (works(at) ? 20 * (1 + 0.03 * at.noise()) : Math.abs(0.05 * at.noise()));
const oven = () => {
  let value = 20;
  return (at: Moment) => {
    value += ((works(at) ? 70 : 20) - value) / 45;
    return value + 0.25 * at.noise();
  };
};
const constantly =
  (level: number, noise: number): Model =>
  (at) =>
    level * (1 + noise * at.noise());

/** Returns the rest that is learnt of a machine in 40 days, and after how many; null if none is. */
function learnt(
  seed: number,
  models: Record<string, Model>,
): { sensors: LearntSensor[]; days: number } | null {
  const random = seededRandom(seed);
  const learner = new RestLearner(minuteMs);
  const sensors = Object.keys(models).map((name) => ({ name, unit: '1', min: -1e9, max: 1e9 }));
  const all = Object.values(models);
  const values = new Float32Array(all.length);
  for (let minute = 0; minute < days * 1_440; minute++) {
    const at = {
      minute,
      ofDay: minute % 1_440,
      weekday: Math.floor(minute / 1_440) % 7,
      noise: () => gaussian(random),
    };
    for (let i = 0; i < all.length; i++) values[i] = all[i]!(at);
    const found = learner.take(values, 0, values.length, minute * minuteMs, sensors, kinds);
    if (found) return { sensors: found, days: minute / 1_440 };
  }
  return null;
}

const seeds = [1, 2, 3, 4, 5];

describe('rest is found', () => {
  it.each(seeds)('in nights and weekends with residual noise, by all sensors that stop (seed %d)', (seed) => {
    const found = learnt(seed, { vibration, oil_temp: oven(), current });
    expect(found?.sensors.map(({ sensor }) => sensor)).toEqual(['vibration', 'current']);
    expect(found!.days).toBeLessThan(9);
    const [shaking, drawn] = found!.sensors;
    expect(shaking!.below).toBeGreaterThan(0.16);
    expect(shaking!.below).toBeLessThan(1);
    expect(drawn!.below).toBeLessThan(10);
    expect(found!.sensors.map(({ trembles }) => trembles)).toEqual([true, true]);
  });

  it.each(seeds)('by the only sensor of a machine (seed %d)', (seed) => {
    expect(learnt(seed, { vibration })?.sensors).toMatchObject([{ sensor: 'vibration' }]);
  });

  it('beside a speed that is 0 then, and what stays as it is', () => {
    const speed: Model = (at) => (works(at) ? 1_450 + 4 * at.noise() : 0);
    const found = learnt(1, { speed, current, ambient: constantly(21, 0.02), setpoint: () => 1_450 });
    expect(found?.sensors).toMatchObject([{ sensor: 'speed', trembles: false }, { sensor: 'current' }]);
  });
});

/** A conveyor whose probe hears the hall while it stands still: a floor that trembles. */
const belt: Model = (at) => (works(at) ? 1.2 * (1 + 0.01 * at.noise()) : 0);
const hearing =
  (share: number): Model =>
  (at) =>
    works(at) ? 0.88 * (1 + 0.08 * at.noise()) : 0.88 * share + Math.abs(0.01 * at.noise());

it.each([0.06, 0.09, 0.15])('rest is found although a probe still measures %d of it', (share) => {
  const found = learnt(1, { vibration: hearing(share), current, belt });
  expect(found?.sensors.map(({ sensor }) => sensor)).toEqual(['current', 'belt']);
});

describe('is not taken for rest:', () => {
  it('what only one of two sensors says', () => {
    expect(learnt(1, { vibration: hearing(0.09), current })).toBeNull();
  });

  const slow =
    (level: number, share: number): Model =>
    (at) =>
      level * (works(at) ? 1 : share) * (1 + 0.05 * at.noise());
  const cases: Record<string, () => Record<string, Model>> = {
    'a constant load': () => ({ vibration: constantly(2, 0.06), current: constantly(20, 0.03) }),
    'a second speed, half as fast': () => ({
      speed: slow(1_450, 0.5),
      vibration: slow(2, 0.25),
      current: slow(20, 0.5),
    }),
    'a creeping speed, a tenth as fast': () => ({
      speed: slow(1_450, 0.1),
      vibration: slow(2, 0.04),
      power: slow(4_000, 0.01),
    }),
    'a creeping speed of which only power is known': () => ({ power: slow(4_000, 0.01) }),
    'a probe that is stuck each night': () => ({ vibration, current: constantly(20, 0.03) }),
    'a probe with two axes that is stuck each night': () => ({
      x: (at) => (works(at) ? vibration(at) : 0),
      y: (at) => (works(at) ? vibration(at) : 0),
      current: constantly(20, 0.03),
    }),
    'a pump that is blocked each night': () => ({
      flow_in: current,
      flow_out: current,
      power: (at) => (works(at) ? 10 : 6) * (1 + 0.03 * at.noise()),
    }),
    'wear that slowly lowers everything': () => ({
      flow: (at) => 20 * Math.exp(-at.minute / 8_000) * (1 + 0.03 * at.noise()),
      pressure: (at) => 6 * Math.exp(-at.minute / 8_000) * (1 + 0.03 * at.noise()),
    }),
    'one week in which it was quiet': () => ({
      vibration: (at) =>
        at.minute > 20_160 && at.minute < 30_240 ? 0.08 + 0.02 * at.noise() : 2 * (1 + 0.06 * at.noise()),
    }),
    'a machine that stopped for good': () => ({
      vibration: (at) => (at.minute > 20_160 ? 0.08 + 0.02 * at.noise() : 2 * (1 + 0.06 * at.noise())),
      current: (at) => (at.minute > 20_160 ? 0.05 * at.noise() : 20 * (1 + 0.03 * at.noise())),
    }),
    'a heater that switches each half hour': () => ({
      current: (at) => (at.minute % 60 < 30 ? 20 + at.noise() : 0.05 * at.noise()),
      power: (at) => (at.minute % 60 < 30 ? 4_000 + 9 * at.noise() : 0.5 * at.noise()),
    }),
    'a pump that starts for two minutes every three hours': () => ({
      current: (at) => (at.minute % 180 < 2 ? 20 + at.noise() : 0.05 * at.noise()),
      flow: (at) => (at.minute % 180 < 2 ? 40 + at.noise() : 0.05 * at.noise()),
    }),
    'a flag and a set point': () => ({
      enabled: (at) => Number(works(at)),
      setpoint: (at) => (works(at) ? 1_450 : 0),
      speed: constantly(1_450, 0.01),
    }),
  };
  it.each(Object.entries(cases))('%s', (_, models) => {
    for (const seed of seeds) expect(learnt(seed, models())).toBeNull();
  });
});

describe('a machine whose rest was learnt', () => {
  const type = {
    name: 'generic',
    version: '1.0.0',
    description: '',
    lifeUnit: 'rows',
    stepMs: minuteMs,
    windowRows: 30,
    openSensors: true,
    alerts: [],
    sensors: ['vibration', 'current'].map((name) => ({ name, unit: '1', min: -1e9, max: 1e9 })),
  };
  const sensors = [
    { sensor: 'vibration', below: 0.3, worksFrom: 1.5, trembles: true },
    { sensor: 'current', below: 1, worksFrom: 15, trembles: false },
  ];
  /** A character a minute: whether it is at rest. */
  const rests = (rest: LearntRest, rows: readonly (readonly number[])[], fromMs = 0, was = false) => {
    let isAtRest = was;
    return rows
      .map((row, i) => {
        isAtRest = rest.isAtRest(type, Float32Array.from(row), 0, 2, fromMs + i * minuteMs, isAtRest);
        return isAtRest ? '-' : 'x';
      })
      .join('');
  };
  const quiet = (minutes: number) => Array.from({ length: minutes }, (_, i) => [0.08 + (i % 2) / 100, 0]);

  it('rests after five minutes, and runs with the first reading above', () => {
    const rest = new LearntRest(sensors, minuteMs);
    expect(rests(rest, [[2, 20], ...quiet(8), [2, 0], ...quiet(3)])).toBe('x' + 'xxxxx---' + 'xxxx');
    expect(rest.text).toBe('vibration below 0.3 and current below 1');
  });

  it('runs while only one of its sensors is low, or one is stuck or not heard', () => {
    expect(
      rests(
        new LearntRest(sensors, minuteMs),
        Array.from({ length: 30 }, (_, i) => [i / 1e3, 20]),
      ),
    ).not.toContain('-');
    const stuck = rests(new LearntRest(sensors, minuteMs), [
      ...quiet(10),
      ...Array.from({ length: 70 }, () => [0.08, 0]),
    ]);
    expect([stuck.indexOf('-'), stuck.lastIndexOf('-')]).toEqual([5, 70]);
    const unheard = rests(new LearntRest(sensors, minuteMs), [
      ...quiet(10),
      ...quiet(15).map(([v]) => [v!, Number.NaN]),
    ]);
    expect(unheard.lastIndexOf('-')).toBe(19);
  });

  it('is as it was before a restart until it is heard', () => {
    expect(
      rests(
        new LearntRest(sensors, minuteMs),
        [
          [Number.NaN, 0],
          [0.08, Number.NaN],
          [0.09, 0],
        ],
        0,
        true,
      ),
    ).toBe('---');
    expect(
      rests(
        new LearntRest(sensors, minuteMs),
        [
          [Number.NaN, 0],
          [2, Number.NaN],
        ],
        0,
        true,
      ),
    ).toBe('-x');
  });

  it('is learnt anew once its values are between rest and work for an hour of a day, or it has not rested for a month', () => {
    const slow = new LearntRest(sensors, minuteMs);
    rests(
      slow,
      Array.from({ length: 70 }, () => [2, 20]),
    );
    expect(slow.holds).toBe(true);
    rests(
      slow,
      Array.from({ length: 80 }, () => [0.8, 20]),
      1e7,
    );
    expect(slow.holds).toBe(false);
    const always = new LearntRest(sensors, minuteMs);
    for (let day = 0; day < 29; day++) rests(always, [[2, 20]], day * 86_400_000);
    expect(always.holds).toBe(true);
    rests(always, [[2, 20]], 31 * 86_400_000);
    expect(always.holds).toBe(false);
  });
});
