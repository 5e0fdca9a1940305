import { describe, expect, it } from 'vitest';
import { RowPace } from './row-pace.ts';

function paceOf(gaps: number[]): number | null {
  const pace = new RowPace();
  for (const gap of gaps) pace.note(gap);
  return pace.ms;
}
const times = (count: number, gap: number) => Array.from({ length: count }, () => gap);

describe('the pace of a machine', () => {
  it('is not known before a few rows have come', () => {
    expect(paceOf([Number.NaN, 1_000, 1_000])).toBeNull();
    expect(paceOf([Number.NaN, 1_000, 1_000, 1_000])).toBe(1_000);
  });

  it('is that of running: nights and a line that was cut count for nothing', () => {
    const day = [...times(600, 60_000), 14 * 3_600_000];
    expect(paceOf([...day, ...day, ...day])).toBeCloseTo(60_000);
  });

  it('follows a machine that sends more slowly from now on, and one that sends faster', () => {
    expect(paceOf([...times(100, 1_000), ...times(60, 3_600_000)])).toBeGreaterThan(3_000_000);
    expect(paceOf([...times(100, 3_600_000), ...times(200, 1_000)])).toBeLessThan(1_100);
  });

  it('ignores clocks that go back', () => {
    expect(paceOf([...times(10, 1_000), -50_000, 0, 1_000])).toBe(1_000);
  });
});
