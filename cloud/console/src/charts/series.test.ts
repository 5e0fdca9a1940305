import { describe, expect, it } from 'vitest';
import { latest, lifeFields, lonePoints, withBreaks } from './series.ts';

describe('series', () => {
  it('drops moments without a value, so that sensors that report alternately have unbroken lines', () => {
    expect(withBreaks([0, 1_000, 2_000, 3_000], [1, null, 2, null])).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it('breaks the line after a long silence', () => {
    const [x, y, other] = withBreaks([0, 1_000, 2_000, 60_000, 61_000], [1, 2, 3, 4, 5], [9, null, 9, 9, 9]);
    expect(x).toEqual([0, 1, 2, 31, 60, 61]);
    expect(y).toEqual([1, 2, 3, null, 4, 5]);
    expect(other).toEqual([9, null, 9, null, 9, 9]);
  });

  it('knows which values no line touches', () => {
    expect(lonePoints([1])).toEqual([0]);
    expect(lonePoints([null, 2, null, 3, 4, undefined, 5])).toEqual([1, 6]);
    expect(lonePoints([1, 2])).toEqual([]);
  });

  it('accepts empty columns', () => {
    expect(withBreaks([], [])).toEqual([[], []]);
    expect(withBreaks([1_000], [null], [])).toEqual([[], [], []]);
    expect([latest([]), latest([1, null])]).toEqual([null, 1]);
    expect(lifeFields({ health: [1] })).toEqual({ p10: [], p50: [], p90: [] });
  });
});
