import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { dayMs, minuteMs, rowsOf, startMs } from '../relations/machine.testing.ts';
import { MachineModes } from './machine-modes.ts';

/** Pushes rows of one sensor; returns the modes that were shown, without those that follow on themselves. */
function shown(modes: MachineModes, days: number, valueAt: (minute: number) => number, from = 0): string[] {
  const said: string[] = [];
  for (let minute = Math.round(from * 1_440); minute < (from + days) * 1_440; minute++) {
    modes.push([valueAt(minute)], 0, startMs + minute * minuteMs);
    const now = modes.now();
    const text = now ? `${now.number ?? 'new'} of ${now.of}` : 'none';
    if (said.at(-1) !== text) said.push(text);
  }
  return said;
}

const noise = seededRandom(3);
const speeds = [700, 1_000, 1_450];
/** Three speeds, four hours each. */
const atSpeeds = (minute: number) => speeds[Math.floor(minute / 240) % 3]! + 5 * gaussian(noise);

describe('a machine at three speeds', () => {
  for (const seed of [1, 2, 3])
    it(`has three modes, by its speed, and is in each as long as it is (seed ${seed})`, () => {
      const { rows, times } = rowsOf(30, seed);
      const modes = new MachineModes(4);
      let [changes, truths, wrong, judged] = [0, 0, 0, 0];
      let before: number | null = null;
      rows.forEach((row, at) => {
        modes.push(row, 0, times[at]!);
        const now = modes.now();
        if (before !== null && Math.abs(row[3]! - rows[at - 1]![3]!) > 100) truths++;
        if (!now) return;
        expect(now).toMatchObject({ of: 3, sensor: 3 });
        const truth = [0.7, 0.85, 1].findIndex((speed) => Math.abs(row[3]! / 1_450 - speed) < 0.05) + 1;
        judged++;
        if (now.number !== truth) wrong++;
        if (before !== null && now.number !== before) changes++;
        before = now.number;
      });
      expect(judged).toBeGreaterThan(20 * 960);
      expect(wrong / judged).toBeLessThan(0.03);
      expect(changes).toBeLessThanOrEqual(truths);
    });

  it('says since when it is in the present one', () => {
    const modes = new MachineModes(1);
    shown(modes, 10, atSpeeds);
    const now = modes.now()!;
    expect(speeds[now.number! - 1]! - now.level).toBeLessThan(10);
    expect((startMs + 10 * dayMs - now.sinceMs) / minuteMs).toBeCloseTo(240);
  });

  it('says that one was never seen before, and knows it once it has lasted for two hours', () => {
    const modes = new MachineModes(1);
    shown(modes, 10, atSpeeds);
    expect(shown(modes, 1, () => 1_900 + 5 * gaussian(noise), 10)).toEqual(['3 of 3', 'new of 3', '4 of 4']);
    expect(shown(modes, 1, atSpeeds, 11)).toEqual([
      '4 of 4',
      '1 of 4',
      '2 of 4',
      '3 of 4',
      '1 of 4',
      '2 of 4',
      '3 of 4',
    ]);
    expect(shown(modes, 0.5, () => 1_900, 12)).toEqual(['3 of 4', '4 of 4']);
  });

  it('tells neither spikes nor the way from one speed to another as modes', () => {
    const modes = new MachineModes(1);
    shown(modes, 10, atSpeeds);
    const odd = (minute: number) => (minute % 50 === 0 ? 9_000 : 700 + 25 * (minute % 30));
    expect(shown(modes, 2, odd, 10)).not.toContain('new of 3');
  });

  it('does not claim to know what it did while nothing was heard', () => {
    const modes = new MachineModes(1);
    shown(modes, 10, () => 700 + 5 * gaussian(noise), 0);
    shown(modes, 10, atSpeeds, 10);
    shown(modes, 0.01, () => 1_450, 30);
    expect(modes.now()!.sinceMs).toBe(startMs + 30 * dayMs);
  });

  it('goes on after a restart as it would have', () => {
    for (const days of [0.01, 1, 2.5, 8]) {
      const modes = new MachineModes(1);
      shown(modes, days, atSpeeds);
      const resumed = MachineModes.fromBytes(modes.toBytes());
      for (let minute = Math.round(days * 1_440); minute < (days + 4) * 1_440; minute++) {
        const value = [atSpeeds(minute)];
        modes.push(value, 0, startMs + minute * minuteMs);
        resumed.push(value, 0, startMs + minute * minuteMs);
        expect(resumed.now()).toEqual(modes.now());
      }
    }
  });

  it('forgets them, and learns them anew', () => {
    const modes = new MachineModes(1);
    shown(modes, 10, atSpeeds);
    modes.forget();
    expect(modes.isKnown).toBe(false);
    expect(shown(modes, 5, atSpeeds, 10).at(-1)).toBe('3 of 3');
  });
});

/** Stays of some minutes each, in one of several ways. */
function stays(ways: number, from: number, to: number, seed = 5): (minute: number) => number {
  const random = seededRandom(seed);
  let [way, until] = [0, 0];
  return (minute) => {
    if (minute < until) return way;
    const other = Math.floor(random.next() * (ways - 1));
    if (ways > 1) way = other < way ? other : other + 1;
    until = minute + from + random.next() * (to - from);
    return way;
  };
}

describe('a machine that has modes, although', () => {
  type Ways = (minute: number) => number;
  const value = (ways: Ways, minute: number) => speeds[ways(minute)]! + 4 * gaussian(noise);
  const odd: Record<string, (ways: Ways, minute: number) => number> = {
    'it sends 65535 among its first values, and now and then': (ways, minute) =>
      [3, 12, 40].includes(minute) || minute % 5_000 === 0 ? 65_535 : value(ways, minute),
    'it stood at 0 for two hours at first': (ways, minute) => (minute < 120 ? 0 : value(ways, minute)),
    'its sensor knows whole numbers only, and one of them at each speed': (ways, minute) =>
      [180, 200, 220][ways(minute)]!,
    'it is in one of them for two hours a week only': (ways, minute) =>
      minute % 10_080 < 120 ? 1_900 : value(ways, minute),
    'its sensor is missing for an hour now and then': (ways, minute) =>
      minute % 700 < 60 ? Number.NaN : value(ways, minute),
  };
  for (const [what, valueAt] of Object.entries(odd))
    it(`${what}`, () => {
      const ways = stays(3, 60, 360);
      const said = shown(new MachineModes(1), 20, (minute) => valueAt(ways, minute));
      expect(said).not.toContain('new of 2');
      expect(said.at(-1)).toMatch(/ of [34]$/);
      expect(said.filter((each) => each.startsWith('none')).length).toBeLessThan(
        what.includes('missing') ? 60 : 2,
      );
    });

  it('says none while the sensor that says it is missing, and the one after that', () => {
    const modes = new MachineModes(1);
    shown(modes, 10, atSpeeds);
    expect(shown(modes, 0.1, () => Number.NaN, 10)).toEqual(['3 of 3', 'none']);
    expect(shown(modes, 0.05, () => 700, 10.1)).toEqual(['none', '1 of 3']);
    expect(modes.now()!.sinceMs).toBe(startMs + 10.1 * dayMs);
  });
});

describe('a machine without modes', () => {
  const random = seededRandom(7);
  const strokes = stays(2, 11, 20);
  const strokesByDay = stays(2, 11, 20);
  const longer = stays(2, 20, 30);
  const nudges = stays(2, 120, 720);
  let [wanders, drains, nudged, last] = [0, 1, 21, 0];
  let tank = 20;
  const levels: Record<string, (minute: number) => number> = {
    'has a continuous load': (minute) => 50 + 40 * Math.sin(minute / 300) + gaussian(random),
    'has noise alone': () => gaussian(random),
    'stands still': () => 20,
    'loads and unloads each few minutes': (minute) => (minute % 6 < 3 ? 7 : 10) + 0.05 * gaussian(random),
    'drifts, and has a season': (minute) =>
      20 + minute / 2_000 + 5 * Math.sin((2 * Math.PI * minute) / 1_440),
    'wears, and is mended': (minute) => 2 + ((minute % 20_000) / 20_000) * 3 + 0.1 * gaussian(random),
    'heats in strokes of 11 to 20 minutes': (minute) => 230 * strokes(minute) + gaussian(random),
    'heats in strokes of 20 to 30 minutes': (minute) => 2 * longer(minute) + 0.02 * gaussian(random),
    'heats in strokes by day, and not at night': (minute) =>
      minute % 1_440 > 480 && minute % 1_440 < 960 ? 230 * strokesByDay(minute) : 0,
    'wanders, and is told in whole degrees': () => {
      wanders = 0.9995 * wanders + 0.05 * gaussian(random);
      return Math.round(50 + wanders);
    },
    'fills and drains a tank that is told in steps of 10 %': () => {
      tank += 0.15 * drains * random.next();
      if (tank > 85 || tank < 15) drains = tank > 85 ? -1 : 1;
      return 10 * Math.round(tank / 10);
    },
    'has a setpoint that is moved by a degree now and then': (minute) => {
      if (nudges(minute) !== last)
        nudged = Math.max(18, Math.min(24, nudged + (random.next() < 0.5 ? -1 : 1)));
      last = nudges(minute);
      return nudged;
    },
    'is 20 degrees at night and 21 by day': (minute) => (minute % 1_440 > 600 ? 21 : 20),
    'sends odd values': (minute) => [Number.NaN, 1e300, -1e300, Number.POSITIVE_INFINITY, 0][minute % 5]!,
  };
  for (const [what, valueAt] of Object.entries(levels))
    it(`says nothing: it ${what}`, () => {
      expect(shown(new MachineModes(1), 40, valueAt)).toEqual(['none']);
    });
});

it('bytes of another version or length are refused by name', () => {
  const bytes = new MachineModes(3).toBytes();
  for (const wrong of [
    bytes.subarray(0, 100),
    bytes.subarray(0, 3),
    bytes.map((byte, i) => (i === 6 ? 0x22 : byte)),
  ])
    expect(() => MachineModes.fromBytes(wrong)).toThrow(/learn them anew/);
});

it('costs little: less than two kilobytes for 14 sensors', () => {
  expect(new MachineModes(14).toBytes().length).toBeLessThan(1_800);
});
