import { describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { exposureNeeded, rateOf } from './rates.ts';

/** A Poisson number, by counting exponential gaps. */
function poisson(mean: number, random: () => number): number {
  let count = 0;
  let sum = -Math.log(1 - random());
  while (sum < mean) {
    count += 1;
    sum += -Math.log(1 - random());
  }
  return count;
}

describe('a rate', () => {
  it('has the interval of tables of the Poisson distribution', () => {
    expect(rateOf(10, 1)).toMatchObject({
      value: 10,
      low: expect.closeTo(4.8, 1),
      high: expect.closeTo(18.4, 1),
    });
    expect(rateOf(0, 2)).toMatchObject({ value: 0, low: 0, high: expect.closeTo(3.69 / 2, 1) });
    expect(rateOf(3, 0)).toBeNull();
  });

  it('lies in its interval in at least nineteen of twenty cases', () => {
    const { next } = seededRandom(3);
    let held = 0;
    for (let i = 0; i < 4_000; i++) {
      const rate = rateOf(
        poisson(6, () => next()),
        1,
      )!;
      if (rate.low <= 6 && 6 <= rate.high) held += 1;
    }
    expect(held / 4_000).toBeGreaterThan(0.94);
  });
});

it('the exposure that is needed finds the difference in about four of five cases, and not less', () => {
  const [a, b] = [0.5, 1];
  const needed = exposureNeeded(a, b)!;
  const { next } = seededRandom(5);
  let found = 0;
  for (let i = 0; i < 4_000; i++) {
    const [x, y] = [poisson(a * needed, () => next()), poisson(b * needed, () => next())];
    if ((y - x) / Math.sqrt(x + y) > 1.96) found += 1;
  }
  expect(found / 4_000).toBeGreaterThan(0.75);
  expect(found / 4_000).toBeLessThan(0.87);
  expect(exposureNeeded(1, 1)).toBeNull();
});
