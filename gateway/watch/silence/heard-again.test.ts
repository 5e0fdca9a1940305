import { expect, it } from 'vitest';
import { HeardAgain } from './heard-again.ts';

const hourMs = 3_600_000;

it('tells again often at first, then more and more seldom, and for longer than an alert is damped', () => {
  const again = new HeardAgain();
  expect(again.isDue(0)).toBe(false);
  again.begin(0);
  expect([1_000, 2_000, 3_000, 4_000].map((nowMs) => again.isDue(nowMs))).toEqual([true, true, true, false]);
  const told: number[] = [];
  for (let nowMs = 10_000; nowMs < 240 * hourMs; nowMs += 10_000) if (again.isDue(nowMs)) told.push(nowMs);
  const gaps = told.slice(1).map((nowMs, i) => nowMs - told[i]!);
  expect(gaps[0]).toBeLessThan(2 * 60_000);
  expect(gaps.every((gap, i) => gap >= (gaps[i - 1] ?? 0))).toBe(true);
  // Only an hour would count as away of more than an hour between two decisions.
  expect(gaps.at(-1)).toBeLessThan(hourMs);
  expect(told.at(-1)).toBeGreaterThan(7 * 24 * hourMs);
  expect(told.at(-1)).toBeLessThan(8 * 24 * hourMs);
  expect(told.length).toBeLessThan(300);
});

it('tells nothing more once nobody waits for it, but not before what was told may have been decided', () => {
  const again = new HeardAgain();
  again.begin(0);
  again.unawaited(599_999);
  expect([again.isDue(599_999), again.nextLookMs(599_999)]).toEqual([true, 1_199_999]);
  again.unawaited(600_000);
  expect([again.isDue(700_000), again.nextLookMs(700_000)]).toEqual([false, Number.POSITIVE_INFINITY]);
  again.begin(800_000);
  expect(again.isDue(800_000)).toBe(true);
});
