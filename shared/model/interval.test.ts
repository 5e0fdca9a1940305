import { describe, expect, it } from 'vitest';
import { calibrated, intervalProblem } from './interval.ts';

const interval = { at: [20, 60, 100], p10Shift: [-2, -6, -10], p90Shift: [1, 3, 5] };
const lives = (raw: number[], p50Shift = 0) => [
  ...calibrated(Float32Array.from(raw), { labelCap: 100, p50Shift, interval }),
];

describe('the interval', () => {
  it('shifts the quantiles by the predicted life, linearly between the knots', () => {
    expect(lives([0.1, 0.2, 0.3])).toEqual([8, 20, 31].map((life) => expect.closeTo(life, 4)));
    expect(lives([0.3, 0.4, 0.5])).toEqual([26, 40, 52].map((life) => expect.closeTo(life, 4)));
    expect(lives([0, 0.05, 0.1])).toEqual([0, 5, 11].map((life) => expect.closeTo(life, 4)));
  });

  it('keeps the quantiles in order and within 0 … cap for any output of the network', () => {
    for (const raw of [
      [-1, -0.5, 0],
      [2, 3, 4],
      [0.9, 0.5, 0.1],
      [0, 0, 0],
    ]) {
      const [p10, p50, p90] = lives(raw) as [number, number, number];
      expect(p10).toBeGreaterThanOrEqual(0);
      expect(p10).toBeLessThanOrEqual(p50);
      expect(p50).toBeLessThanOrEqual(p90);
      expect(p90).toBeLessThanOrEqual(100);
    }
  });

  it('moves p50 earlier except for machines as good as new, and keeps the interval', () => {
    expect(lives([0.3, 0.4, 0.5], -2)[1]).toBeCloseTo(38);
    expect(lives([0.3, 0.4, 0.5], -2)[2]).toBeCloseTo(52);
    expect(lives([0.8, 0.92, 1], -2)[1]).toBeCloseTo(91);
    expect(lives([0.9, 1, 1], -2)[1]).toBe(100);
  });

  it('is refused if its lists do not fit each other', () => {
    expect(intervalProblem(interval)).toBeNull();
    expect(intervalProblem({ ...interval, p10Shift: [0] })).toMatch(/equally long/);
    expect(intervalProblem({ ...interval, at: [1, 1, 2] })).toMatch(/do not rise/);
  });
});
