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
        if (!now) return;
        expect(now).toMatchObject({ of: 3, sensor: 3 });
        const truth = [0.7, 0.85, 1].findIndex((speed) => Math.abs(row[3]! / 1_450 - speed) < 0.05) + 1;
        judged++;
        if (now.number !== truth) wrong++;
        if (before !== null && now.number !== before) changes++;
        const last = rows[at - 1]![3]!;
        if (Math.abs(row[3]! - last) > 100) truths++;
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

describe('a machine without modes', () => {
  const random = seededRandom(7);
  const levels: Record<string, (minute: number) => number> = {
    'has a continuous load': (minute) => 50 + 40 * Math.sin(minute / 300) + gaussian(random),
    'has noise alone': () => gaussian(random),
    'stands still': () => 20,
    'loads and unloads each few minutes': (minute) => (minute % 6 < 3 ? 7 : 10) + 0.05 * gaussian(random),
    'drifts, and has a season': (minute) =>
      20 + minute / 2_000 + 5 * Math.sin((2 * Math.PI * minute) / 1_440),
    'wears, and is mended': (minute) => 2 + ((minute % 20_000) / 20_000) * 3 + 0.1 * gaussian(random),
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

it('costs little: a kilobyte and a half for 14 sensors', () => {
  expect(new MachineModes(14).toBytes().length).toBeLessThan(1_700);
});
