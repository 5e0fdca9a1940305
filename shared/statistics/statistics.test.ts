import { describe, expect, it } from 'vitest';
import { quantile, spreadOf } from './quantiles.ts';
import { shareOf, shareText } from './wilson.ts';

describe('the interval of a share', () => {
  // The first four are the examples of Newcombe (1998), method 3; the last two were calculated by hand.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [36, 40, 0.7695, 0.9604],
    [10, 10, 0.7225, 1],
  ])('%i of %i', (count, of, low, high) => {
    const share = shareOf(count, of)!;
    expect(share.low).toBeCloseTo(low, 4);
    expect(share.high).toBeCloseTo(high, 4);
    expect(share.value).toBe(count / of);
  });

  it('says it in words, and nothing of no cases', () => {
    expect(shareText(shareOf(36, 40)!)).toBe('36 of 40 (90 %, 77 to 96 %)');
    expect(shareOf(0, 0)).toBeNull();
  });
});

describe('the spread of values', () => {
  it('interpolates quartiles as R does (type 7)', () => {
    const values = [15, 20, 35, 40, 50];
    expect([0, 0.25, 0.4, 0.5, 1].map((share) => quantile(values, share))).toEqual([15, 20, 29, 35, 50]);
    expect(spreadOf([50, 15, 40, 20, 35])).toMatchObject({ median: 35, q25: 20, q75: 40, count: 5 });
    expect(spreadOf([])).toBeNull();
  });

  // Ranks of the table for the sign test: 6 values 1, 8 values 1, 9 values 2, 20 values 6, 50 values 18, 100 values 40.
  it.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [20, 6],
    [50, 18],
    [100, 40],
  ])('bounds the median of %i values by the value of rank %i from either end', (count, rank) => {
    const values = Array.from({ length: count }, (_, i) => i + 1);
    expect(spreadOf(values)).toMatchObject({ low: rank, high: count + 1 - rank });
  });

  it('bounds no median of fewer than six values', () => {
    expect(spreadOf([1, 2, 3, 4, 5])).toMatchObject({ median: 3, low: null, high: null });
  });
});
