import { describe, expect, it } from 'vitest';
import { RecentReadings } from './recent-readings.ts';

describe('recent readings', () => {
  it('forget the oldest first, in fixed memory', () => {
    const recent = new RecentReadings(1 << 4);
    for (let i = 1; i <= 100; i++) recent.add(i, i * 7, i);
    expect(recent.find(100, 700)).toBe(100);
    expect(recent.find(85, 595)).toBe(85);
    expect(recent.find(1, 7)).toBe(-1);
  });

  it('keep more entries at a higher rate, and fewer again at a lower one', () => {
    let nowMs = 0;
    const recent = new RecentReadings(1 << 4, { capacityMax: 1 << 6, withinMs: 1_000, nowMs: () => nowMs });
    const knownOf = (upTo: number) =>
      Array.from({ length: upTo }, (_, i) => recent.find(i + 1, (i + 1) * 7)).filter((found) => found !== -1)
        .length;
    let added = 0;
    const add = (count: number) => {
      for (let i = 0; i < count; i++) recent.add(++added, added * 7, added);
    };
    add(1_000);
    expect(knownOf(added)).toBeGreaterThan(64);
    nowMs += 10_000;
    add(200);
    nowMs += 10_000;
    add(64);
    nowMs += 10_000;
    add(16);
    nowMs += 10_000;
    add(16);
    expect(knownOf(added)).toBeLessThanOrEqual(32);
  });
});
