import { describe, expect, it } from 'vitest';
import { Summariser } from './summary.ts';

const spans = { meanRows: [1, 2, 8], slopeRows: [4], firstRows: 3, relative: false, length: true };

/** Summarises one channel with these values, oldest first. */
function summarise(...values: number[]): number[] {
  const summariser = new Summariser(spans, 1, 8);
  const out = new Float32Array(summariser.width);
  summariser.summarise(Float32Array.from(values), 0, values.length - 1, out, 0);
  return [...out];
}

describe('a summary', () => {
  it('has means over the last rows, a slope, the first rows’ mean, and the length', () => {
    const [last, two, all, slope, first, length, log] = summarise(0, 1, 2, 3, 4, 5, 6, 7);
    expect([last, two, all, first, length]).toEqual([7, 6.5, 3.5, 1, 1]);
    expect(slope).toBeCloseTo(4); // over its span of 4 rows
    expect(log).toBeCloseTo(Math.log(8 / 20));
  });

  it('uses all of a short history, and shrinks its slope', () => {
    const [last, two, all, slope, first, length] = summarise(5, 7);
    expect([last, two, all, first, length]).toEqual([7, 6, 6, 6, 0.25]);
    expect(slope).toBeGreaterThan(0);
    expect(slope).toBeLessThan(1);
    expect(summarise(5)[3]).toBe(0);
  });

  it('keeps channels apart', () => {
    const summariser = new Summariser(spans, 2, 8);
    const out = new Float32Array(summariser.width);
    summariser.summarise(Float32Array.of(1, 10, 2, 20, 3, 30), 0, 2, out, 0);
    expect([...out.subarray(0, 6)]).toEqual([3, 30, 2.5, 25, 2, 20]);
  });

  it('can return distances from the history’s own mean, and omit its length', () => {
    const summariser = new Summariser({ ...spans, relative: true, length: false }, 1, 8);
    const out = new Float32Array(summariser.width);
    summariser.summarise(Float32Array.of(100, 101, 102, 103), 0, 3, out, 0);
    expect([...out]).toEqual([1.5, 1, 0, expect.closeTo(4), -0.5]);
  });

  it('does not look further back than the window', () => {
    const summariser = new Summariser({ ...spans, meanRows: [1, 2, 512] }, 1, 4);
    const out = new Float32Array(summariser.width);
    summariser.summarise(Float32Array.of(9, 9, 1, 2, 3, 4), 2, 5, out, 0);
    expect(out[2]).toBe(2.5);
  });
});
