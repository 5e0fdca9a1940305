import { describe, expect, it } from 'vitest';
import { minuteMs, rowsOf, startMs } from '../../../shared/detector/relations/machine.testing.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { Baseline } from '../baselines/baseline.ts';
import { learnRowsOpen } from '../baselines/baseline-options.ts';
import { ExplainedLevels } from './explained.ts';
import type { Ranges } from './ranges.ts';

const dayMinutes = 1_440;
const stepMinutes = 4;
/** Values in a minute; null while the machine sends nothing. */
type Shape = (minute: number) => readonly number[] | null;

const newBaseline = (sensors: number) =>
  new Baseline(sensors, { judges: 'events', learnRows: learnRowsOpen, stepMs: 1_000 });

/** Days on which an alert of the type `generic` would begin because a level is beyond its range. */
function daysTold(shape: Shape, days: number, baseline: Baseline, step = stepMinutes): number[] {
  const told: number[] = [];
  let was = false;
  for (let minute = 0; minute < days * dayMinutes; minute += step) {
    const values = shape(minute);
    if (!values) continue;
    baseline.take(Float32Array.from(values), startMs + minute * minuteMs);
    const isTold = baseline.score().score >= 0.65 && baseline.beyond().some((each) => !each.isBesideOthers);
    if (isTold && !was) told.push(Math.floor(minute / dayMinutes));
    was = isTold;
  }
  return told;
}

/** A pump at one speed for `days`, then at a second one each afternoon; the current follows, and the bearing slowly. */
function twoSpeeds(
  days: number,
  seed: number,
  also: (minute: number, values: number[]) => void = () => {},
): Shape {
  const random = seededRandom(seed);
  const noise = (size: number) => size * gaussian(random);
  let warm = 40;
  return (minute) => {
    const isSecond = minute >= days * dayMinutes && minute % dayMinutes > 800 && minute % dayMinutes < 1_150;
    const load = 1 + 0.1 * Math.sin(minute / 170);
    const speed = isSecond ? 1.8 : 1;
    warm += ((25 + 15 * speed * load - warm) * stepMinutes) / 60;
    const values = [
      1_450 * speed + noise(3),
      10 * speed * load + noise(0.15),
      1.2 * speed * load + noise(0.05),
      warm + noise(0.2),
    ];
    also(minute, values);
    return values;
  };
}

describe('a level beyond the usual range', () => {
  it.each([2, 12])(
    'that comes each day with those of other sensors is told for some days, from day %d on',
    (days) => {
      const told = daysTold(twoSpeeds(days, 3), days + 14, newBaseline(4));
      expect(told.filter((day) => day > days + 7)).toEqual([]);
    },
  );

  it.each([1, 2, 3])(
    'and comes after two weeks at one speed is normal by time, for good, as is all that goes with it (%d)',
    (seed) => {
      const shape = twoSpeeds(16, seed);
      const baseline = newBaseline(4);
      let [told, days] = [0, 0];
      for (let minute = 0; minute < 45 * dayMinutes; minute += stepMinutes) {
        baseline.take(Float32Array.from(shape(minute)!), startMs + minute * minuteMs);
        const { score } = baseline.score();
        const day = minute / dayMinutes;
        if (score >= 0.65 && told++ === 0) days = day;
        if (day > 30) expect(score, `day ${day}`).toBeLessThan(0.4);
      }
      expect(Math.floor(days)).toBe(16);
      expect(baseline.behaves().state).toBe('normal');
    },
  );

  it('that comes with a second speed takes no older fault with it', () => {
    const shape = twoSpeeds(20, 5, (minute, values) => {
      if (minute > 14 * dayMinutes) values[2]! *= 1.5;
    });
    const baseline = newBaseline(4);
    for (let minute = 0; minute < 32 * dayMinutes; minute += stepMinutes)
      baseline.take(Float32Array.from(shape(minute)!), startMs + minute * minuteMs);
    expect(baseline.usualOf(0)!.high).toBeGreaterThan(2_400);
    expect(baseline.behaves().state).toBe('changed');
  });

  it('of a machine whose first rows are all at one speed is told on its first days only', () => {
    const { rows, times } = rowsOf(20, 6);
    const byMinute = new Map(times.map((time, at) => [Math.round((time - startMs) / minuteMs), rows[at]!]));
    const told = daysTold((minute) => [...(byMinute.get(minute) ?? [])], 20, newBaseline(4), 1);
    expect(told.filter((day) => day > 6)).toEqual([]);
  });

  it('of one sensor alone, which the others do not explain, is told, then changed, and never learnt', () => {
    const isOff = (minute: number) =>
      minute > 12 * dayMinutes && minute % dayMinutes > 300 && minute % dayMinutes < 420;
    const shape = twoSpeeds(2, 4, (minute, values) => {
      if (isOff(minute)) values[3]! += 60;
    });
    const baseline = newBaseline(4);
    expect(daysTold(shape, 26.25, baseline).filter((day) => day > 11).length).toBeGreaterThan(2);
    expect(baseline.usualOf(3)!.high).toBeLessThan(80);
    expect(baseline.behaves().state).not.toBe('normal');
    expect(baseline.score().score).toBeGreaterThan(0.5);
  });

  it('that lasts in one sensor alone is told, then changed to the end', () => {
    const shape = twoSpeeds(2, 5, (minute, values) => {
      if (minute > 12 * dayMinutes) values[2]! += 6;
    });
    const baseline = newBaseline(4);
    expect(daysTold(shape, 40, baseline)).toContain(12);
    expect(baseline.beyond()).toMatchObject([{ column: 2 }]);
    expect(baseline.behaves().state).toBe('changed');
    expect(baseline.score().score).toBeCloseTo(0.525, 5);
  });

  it('goes on being learnt over a restart', () => {
    const shape = twoSpeeds(3, 3);
    const one = newBaseline(4);
    let other = newBaseline(4);
    const names = ['speed', 'current', 'vibration', 'bearing'];
    for (let minute = 0; minute < 11 * dayMinutes; minute += stepMinutes) {
      const row = Float32Array.from(shape(minute)!);
      if (minute % 1_776 === 0 && minute > 0) {
        const resumed = newBaseline(4);
        expect(resumed.restore(structuredClone(other.save(names)), names)).toBe(true);
        other = resumed;
      }
      for (const each of [one, other]) each.take(row, startMs + minute * minuteMs);
    }
    expect(other.usualOf(0)!.high).toBeGreaterThan(2_500);
    expect(one.usualOf(0)!.high).toBeGreaterThan(2_500);
  });
});

it('a level that lasts over restarts is one visit', () => {
  const ranges = { outside: 2, judged: 2, edgeOf: () => ({ level: 9, edge: 5 }), include: () => undefined };
  const nothing = {
    expected: () => null,
    isJudged: () => false,
    isWithin: () => false,
    modeSensor: () => -1,
  };
  let levels = new ExplainedLevels(1);
  let timeMs = 0;
  for (let start = 0; start < 4; start++) {
    for (let minute = 0; minute < 30; minute++) {
      timeMs += 60_000;
      levels.take(ranges as unknown as Ranges, timeMs, nothing);
    }
    const saved = levels.save()!;
    levels = new ExplainedLevels(1);
    levels.restore(saved);
  }
  const [, , , visits] = levels.save()![0]!;
  expect(visits).toBe(1);
});
