import { describe, expect, it } from 'vitest';
import { Rhythm } from './rhythm.ts';

const rhythmOf = (...gaps: number[]) => {
  const rhythm = new Rhythm();
  for (const gap of gaps) rhythm.take(gap);
  return rhythm;
};
const times = (count: number, gap: number) => Array.from({ length: count }, () => gap);

describe('the rhythm of a machine', () => {
  it('is known after four gaps', () => {
    expect(rhythmOf(...times(3, 10)).isKnown).toBe(false);
    expect(rhythmOf(...times(4, 10)).usualMs).toBe(10);
  });

  it('is not stretched by one long gap, at any place, and is by two, but not for ever', () => {
    for (let at = 0; at < 40; at++) {
      const gaps = times(40, 10);
      gaps[at] = 5_000;
      expect(rhythmOf(...gaps).usualMs).toBe(10);
    }
    const rhythm = rhythmOf(...times(20, 10), 5_000, 4_000, ...times(10, 10));
    expect(rhythm.usualMs).toBe(4_000);
    for (let i = 0; i < 80; i++) rhythm.take(10);
    expect(rhythm.usualMs).toBe(10);
  });

  it('is not shrunk by a burst of short gaps', () => {
    expect(rhythmOf(...times(30, 60_000), ...times(40, 1_000)).usualMs).toBe(60_000);
  });

  it('follows a machine that sends more slowly from now on with the second long gap', () => {
    expect(rhythmOf(...times(20, 10), 600, 600).usualMs).toBe(600);
  });

  it('is the same after it was saved', () => {
    for (const count of [4, 15, 16, 17, 20, 100]) {
      const rhythm = rhythmOf(...times(count, 70));
      expect(Rhythm.of(rhythm.saved())).toMatchObject({ isKnown: true, usualMs: 70 });
    }
    expect(Rhythm.of(rhythmOf(70).saved()).isKnown).toBe(false);
  });
});
