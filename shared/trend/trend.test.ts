/**
 * Claims about made-up levels, measured over seeds: how often a trend is claimed where there is none, and how often the
 * interval contains the time at which the level will really reach the value. The bounds stand near what was measured.
 */
import { describe, expect, it } from 'vitest';
import { gaussian, type Random, seededRandom } from '../runtime/random.ts';
import { findTrend } from './trend.ts';

const value = 4.5;
const runs = 100;

type Level = (time: number) => number;
type Noise = (random: Random) => () => number;

const white =
  (deviation: number): Noise =>
  (random) =>
  () =>
    deviation * gaussian(random);

const remembering =
  (memory: number, deviation: number): Noise =>
  (random) => {
    let now = deviation * gaussian(random);
    return () => {
      const before = now;
      now = memory * now + deviation * Math.sqrt(1 - memory * memory) * gaussian(random);
      return before;
    };
  };

const walk =
  (deviation: number): Noise =>
  (random) => {
    let now = 0;
    return () => {
      now += deviation * gaussian(random);
      return now;
    };
  };

/** Shares of runs in which a trend is claimed, and of claims whose interval contains the truth. */
function measure(points: number, make: (random: Random) => Level, noise: Noise) {
  let [claims, covered] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(1_000 + run * 7_919);
    const level = make(random);
    const next = noise(random);
    const t = Array.from({ length: points }, (_, i) => i);
    const reach = findTrend(
      t,
      t.map((time) => level(time) + next()),
      [value],
    )?.reaches[0];
    if (!reach) continue;
    claims++;
    const now = points - 1;
    let left = 0;
    while (level(now + left) < value && left < 20 * points) left += 0.02;
    if (left >= reach.p10 && left <= (reach.p90 ?? Number.POSITIVE_INFINITY)) covered++;
  }
  return { claimed: claims / runs, covered: claims === 0 ? 0 : covered / claims };
}

describe.each([14, 42])('of %i points', (n) => {
  const still = () => () => 3.5;
  it.each<[string, (random: Random) => Level, Noise, number]>([
    ['is still, with noise', still, white(0.2), 0.02],
    ['is still, with noise that remembers', still, remembering(0.5, 0.2), 0.02],
    ['is still, with noise that remembers long', still, remembering(0.8, 0.2), 0.02],
    ['wanders at random', still, walk(0.1), 0.04],
    ['wanders far', still, walk(0.3), 0.04],
    [
      'has stepped',
      (random) => {
        const at = random.next() * n;
        return (time) => (time < at ? 2.5 : 3.5);
      },
      white(0.1),
      0.04,
    ],
    [
      'is off two days in seven',
      (random) => {
        const off = Math.floor(random.next() * 7);
        return (time) => ((time + off) % 7 < 2 ? 0 : 3.5);
      },
      white(0.1),
      0.04,
    ],
    ['falls', () => (time) => 3.5 - time / n, white(0.1), 0],
  ])('no trend is claimed of a level that %s', (_, make, noise, most) => {
    expect(measure(n, make, noise).claimed).toBeLessThanOrEqual(most);
  });

  const rising = (left: number) => () => (time: number) => value + (time - (n - 1) * (1 + left)) / n;
  it.each([
    ['a sixth of the time seen', 0.15, white(0.1), 0.8],
    ['a third of it', 0.35, white(0.1), 0.8],
    ['four fifths of it', 0.8, white(0.1), 0.6],
    ['a third of it, with noise that remembers', 0.35, remembering(0.5, 0.1), 0.6],
  ])(
    'an even rise that is there in %s is claimed, with an interval that holds it',
    (_, left, noise, least) => {
      const { claimed, covered } = measure(n, rising(left), noise);
      expect(claimed).toBeGreaterThanOrEqual(least);
      expect(covered).toBeGreaterThanOrEqual(0.75);
    },
  );

  it.each([
    [4, 0.05],
    [4, 0.2],
    [4, 0.4],
    [8, 0.05],
    [8, 0.2],
    [2, 0.5],
  ])(
    'wear that grows by e^%i over the time seen and is there in %f of it is claimed, with an interval that holds it',
    (growth, left) => {
      const end = n - 1 + left * n;
      const { claimed, covered } = measure(
        n,
        () => (time) => 1.5 + 3 * Math.exp((growth * (time - end)) / n),
        white(0.05),
      );
      expect(claimed).toBeGreaterThanOrEqual(0.8);
      expect(covered).toBeGreaterThanOrEqual(0.85);
    },
  );
});

it('says nothing of fewer than eight points, and of values that are reached already', () => {
  const t = Array.from({ length: 30 }, (_, i) => i);
  const noise = white(0.02)(seededRandom(1));
  const y = t.map((time) => time / 10 + noise());
  expect(findTrend(t.slice(0, 7), y, [value])).toBeNull();
  expect(findTrend(t, y, [2, 4, 1_000])?.reaches).toEqual([null, expect.anything(), null]);
  expect(
    findTrend(
      t,
      y.map(() => 3),
      [value],
    ),
  ).toBeNull();
  expect(
    findTrend(
      t,
      y.map(() => Number.NaN),
      [value],
    ),
  ).toBeNull();
});
