import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { UsualRange } from './usual-range.ts';

const minuteMs = 60_000;
const dayMinutes = 1_440;
const beginMs = Date.UTC(2026, 0, 5);

type Shape = (minute: number) => number[];

/** A machine with a reading a minute: the rows in which an alert of the type `generic` would open. */
function live(shape: Shape, days: number, { stepMs = minuteMs, from = 0, range = made(shape) } = {}) {
  const episodes: number[] = [];
  let was = false;
  for (let row = from; row < (days * dayMinutes * minuteMs) / stepMs; row++) {
    range.take(Float32Array.from(shape((row * stepMs) / minuteMs)), 0, beginMs + row * stepMs);
    const score = range.score(1);
    if (score >= 0.65 && !was) episodes.push(row);
    was = score >= 0.65 || (was && score > 0.4);
  }
  return { episodes, range };
}
const made = (shape: Shape) => new UsualRange(shape(0).length, 600);

const random = seededRandom(3);
const noise = (size: number) => size * gaussian(random);
/** Works from 6 to 22 on workdays; the current peaks at the start, and the bearing warms and cools slowly. */
function shifts(): Shape {
  let warm = 20;
  let was = false;
  return (minute) => {
    const ofDay = minute % dayMinutes;
    const runs = ofDay >= 360 && ofDay < 1_320 && Math.floor(minute / dayMinutes) % 7 < 5;
    const starts = runs && !was;
    was = runs;
    warm += ((runs ? 60 : 20) - warm) / 45;
    return [
      runs ? (starts ? 5 : 1) * 20 + noise(0.5) : noise(0.05),
      warm + noise(0.2),
      runs ? 2 + noise(0.1) : 0.1,
    ];
  };
}

describe('the usual range of a machine that nobody described', () => {
  it.each([0, 300, 800, 1_400])('starts, stops and rests without a word, first seen at minute %d', (from) => {
    expect(live(shifts(), 35, { from }).episodes).toEqual([]);
  });

  it('is not that of an odd value among the first, not of the very first either', () => {
    for (const bad of [65_535, -9_999])
      for (const at of [0, 1, 30, 59]) {
        const shape: Shape = (minute) => [
          minute === at ? bad : 50 + noise(1) + (minute > 2 * dayMinutes ? 60 : 0),
        ];
        expect(live(shape, 2.1).episodes).toHaveLength(1);
      }
  });

  it('is learnt from 0 on, of a machine that rests when it is first seen', () => {
    const runs = (minute: number) => minute >= 1_000 && minute % dayMinutes < 900;
    const { episodes } = live((minute) => (runs(minute) ? [1, 5 + noise(0.1)] : [0, 0]), 20);
    expect(episodes).toEqual([]);
  });

  it('is learnt of its first stop too, after it was learnt anew while it ran', () => {
    const shape: Shape = (minute) => {
      const runs = minute < 700 || minute % dayMinutes > 300;
      const load = 1 + (Math.floor(minute / 200) % 3) / 3;
      return runs
        ? [1, 5 * load + noise(0.1), 25 * load + noise(1), 40 + noise(1)]
        : [0, 0, 0, 40 + noise(1)];
    };
    expect(live(shape, 4).episodes).toEqual([]);
  });

  it('says how far it is with what the machine does for the first time, and learns without a word', () => {
    const range = made(() => [0]);
    const of = (from: number, to: number, value: number) =>
      live(() => [value + noise(0.1)], to / dayMinutes, { from, range });
    of(0, 700, 20);
    expect(range.firstTime()).toBeNull();
    const { episodes } = of(700, 1_000, 30);
    expect(episodes).toEqual([]);
    const { rows, needed } = range.firstTime()!;
    expect([rows, needed].map((each) => Math.round(each / 50) * 50)).toEqual([300, 700]);
    of(1_000, 1_420, 30);
    expect(range.firstTime()).toBeNull();
  });

  it('is learnt where one sensor stops or starts later than the others of its machine', () => {
    const shape: Shape = (minute) => {
      const runs = minute % dayMinutes > 400;
      const strokes = minute % dayMinutes > 460 || minute % dayMinutes < 60;
      return [
        runs ? 20 + noise(0.5) : noise(0.01),
        runs ? 3 + noise(0.1) : 0.1,
        minute < 1_600 || strokes ? 0.4 : 0,
      ];
    };
    expect(live(shape, 6, { from: 500 }).episodes).toEqual([]);
  });

  it('is left by a cold store that thaws, and does not seem to stop at 0 degrees', () => {
    const thaws: Shape = (minute) => {
      const cools = minute % 60 < 40;
      const warmer = 24 * Math.min(1, Math.max(0, minute / dayMinutes - 12) / 2);
      return [-20 + 3 * Math.sin(minute / 90) + warmer, cools ? 11 + noise(0.2) : 0.1, cools ? 30 : 5];
    };
    expect(live(thaws, 16).range.score(0)).toBeGreaterThan(0.8);
  });

  it.each([3, 9, 30])('is left when one sensor is far beyond it, on day %d', (day) => {
    const at = day * dayMinutes + 700;
    const shape = shifts();
    const { episodes, range } = live((minute) => {
      const values = shape(minute);
      if (minute >= at && minute < at + 60) values[2]! += 8;
      return values;
    }, day + 0.52);
    expect(episodes).toHaveLength(1);
    expect(episodes[0]! - at).toBeLessThan(day < 7 ? 16 : 10);
    expect(range.beyond()).toMatchObject([{ column: 2 }]);
    expect(Math.abs(range.beyond()[0]!.sinceMs! - beginMs - at * minuteMs)).toBeLessThan(6 * minuteMs);
  });

  it('is left once by what a machine that rests at night does each day, and entered again when that is over', () => {
    const shape = shifts();
    const inFahrenheit: Shape = (minute) => {
      const [current, warm, shakes] = shape(minute) as [number, number, number];
      const day = minute / dayMinutes;
      return [current, day > 15.4 && day < 21.5 ? 1.8 * warm + 32 : warm, shakes];
    };
    const { episodes, range } = live(inFahrenheit, 21.4);
    expect(episodes).toHaveLength(1);
    expect(range.score(1)).toBeGreaterThanOrEqual(0.65);
    expect(live(inFahrenheit, 22, { from: 21.4 * dayMinutes, range }).episodes.length).toBeLessThanOrEqual(1);
    expect(range.score(1)).toBeLessThanOrEqual(0.4);
  });

  it.each([
    ['low', -127, false],
    ['high', 400, true],
  ])(
    'is entered again only in work where a value was too high, and not where it was too low: %s',
    (_, odd, isHidden) => {
      const usual = shifts();
      const friday = 11 * dayMinutes + 1_200;
      const shape: Shape = (minute) => {
        const row = usual(minute);
        return minute >= friday && minute < friday + 90 ? [row[0]!, odd, row[2]!] : row;
      };
      const { range, episodes } = live(shape, 11 + 20 / 24);
      expect(episodes).toEqual([]);
      const during = live(shape, 12, { from: friday, range });
      expect(during.episodes).toHaveLength(1);
      live(shape, 14, { from: 12 * dayMinutes, range });
      // It has rested since Friday evening.
      expect(range.score(1) > 0.4).toBe(isHidden);
      live(shape, 14.5, { from: 14 * dayMinutes, range });
      expect(range.score(1)).toBeLessThanOrEqual(0.4);
    },
  );

  it('is left once by values that come and go, and not again within minutes', () => {
    let isOff = false;
    const shape: Shape = (minute) => {
      if (minute > 10 * dayMinutes && random.next() < 0.15) isOff = !isOff;
      return [isOff ? -127 : 40 + noise(1), noise(1), noise(1)];
    };
    expect(live(shape, 11).episodes.length).toBeLessThanOrEqual(2);
  });

  it('is entered again soon by what is back where it always was, and later by what is near its edge', () => {
    const shape = (after: number): Shape => {
      const leavesAt = 20 * dayMinutes;
      return (minute) => {
        const away = minute >= leavesAt && minute < leavesAt + 60;
        return [away ? 20 : minute < leavesAt ? 5 + noise(0.3) : after + noise(0.05)];
      };
    };
    const minutesUntilBack = (after: number) => {
      const range = made(shape(after));
      live(shape(after), 20 + 1 / 24, { range });
      expect(range.score(1)).toBeGreaterThan(0.65);
      for (let minutes = 0; minutes < 600; minutes++) {
        const { range: now } = live(shape(after), 20 + (61 + minutes) / dayMinutes, {
          range,
          from: 20 * dayMinutes + 60 + minutes,
        });
        if (now.score(1) <= 0.4) return minutes;
      }
      return Number.POSITIVE_INFINITY;
    };
    expect(minutesUntilBack(5)).toBeLessThan(60);
    expect(minutesUntilBack(6.9)).toBeGreaterThan(minutesUntilBack(5) + 30);
  });

  it('is not left by one odd value, by counters, and by the seasons', () => {
    const shape: Shape = (minute) => [
      minute % 5_000 === 0 ? 1_000 : 40 + noise(1),
      (minute * 30) % 65_536,
      20 - 10 * Math.cos((2 * Math.PI * minute) / dayMinutes / 365) + 3 * Math.cos(minute / 229) + noise(1),
    ];
    expect(live(shape, 200).episodes).toEqual([]);
  });

  it('is left by slow wear, about once, and not learnt from it', () => {
    const wears: Shape = (minute) => {
      const day = minute / dayMinutes;
      return [2 + noise(0.1) + (day > 10 ? 0.05 * 1.09 ** (day - 10) : 0), noise(1)];
    };
    const { episodes, range } = live(wears, 80);
    expect(episodes.length).toBeGreaterThan(0);
    expect(episodes.length).toBeLessThanOrEqual(2);
    expect(episodes[0]! / dayMinutes).toBeLessThan(45);
    expect(range.score(0)).toBeGreaterThan(0.9);
  });

  describe.each([-127, 85, 850])('a probe that stands still at %d', (odd) => {
    const fast = { stepMs: 250 };
    const shape =
      (from: number, sensors: number): Shape =>
      (minute) =>
        [minute >= from ? odd : 20 + noise(0.3), 55 + noise(0.5), noise(1)].slice(0, sensors);

    it.each([1, 2, 3])('is not the first stop of a young machine of %d sensors, and told', (sensors) => {
      const { episodes, range } = live(shape(3, sensors), 60 / dayMinutes, fast);
      expect(episodes).toHaveLength(1);
      expect(episodes[0]! / 240).toBeLessThan(3.5);
      expect(range.firstTime()).toBeNull();
      expect(range.beyond()).toMatchObject([{ column: 0 }]);
    });

    it('is not learnt with the first rows, and not while a machine does something for the first time', () => {
      expect(live(shape(1, 2), 60 / dayMinutes, fast).range.beyond()).toMatchObject([{ column: 0 }]);
      // It starts for the first time, and its probe breaks within that time.
      const starts: Shape = (minute) => {
        const runs = minute > 700;
        return [
          minute > 900 ? odd : 20 + noise(0.3),
          runs ? 60 + noise(1) : noise(0.1),
          runs ? 9 + noise(1) : 0,
        ];
      };
      expect(live(starts, 2).range.beyond()).toMatchObject([{ column: 0 }]);
    });
  });

  it('is told sooner of a machine that sends faster and is young', () => {
    const shape: Shape = (minute) => [40 + noise(1) + (minute > 1.5 ? 12 : 0), noise(1), noise(1)];
    const { episodes } = live(shape, 3 / dayMinutes, { stepMs: 125 });
    expect(episodes).toHaveLength(1);
    expect(episodes[0]! * 125).toBeLessThan(100_000);
  });

  it('goes on after it was saved, as if nothing had been', () => {
    const shape = shifts();
    const { range } = live(shape, 9);
    const restored = new UsualRange(3, 600);
    expect(restored.restore(JSON.parse(JSON.stringify(range.save())))).toBe(true);
    const fails: Shape = (minute) => [...shape(minute).slice(0, 2), 9];
    const options = { from: 9 * dayMinutes, range: restored };
    expect(live(fails, 9.02, options).episodes).toHaveLength(1);
    expect(new UsualRange(2, 600).restore(range.save()!)).toBe(false);
  });

  it('that was left stays so after it was saved, so that a restart ends nothing that goes on', () => {
    const shape = shifts();
    const { range } = live(shape, 9);
    const fails: Shape = (minute) => [...shape(minute).slice(0, 2), 9];
    const ofDay9 = { from: 9 * dayMinutes, range };
    expect(live(fails, 9.02, ofDay9).episodes).toHaveLength(1);
    const restored = new UsualRange(3, 600);
    expect(restored.restore(JSON.parse(JSON.stringify(range.save())))).toBe(true);
    for (let minute = 9 * dayMinutes + 29; minute < 9 * dayMinutes + 60; minute++) {
      restored.take(Float32Array.from(fails(minute)), 0, beginMs + minute * minuteMs);
      expect(restored.score(0)).toBeGreaterThanOrEqual(0.65);
    }
  });
});
