import { expect, it } from 'vitest';
import { CatchingUp } from './catching-up.ts';

const minuteMs = 60_000;

/** Whether a decision waits, at each second. @param lagOf how old the newest reading is, in minutes */
function waitsWhile(lagOf: (second: number) => number, seconds: number): boolean[] {
  let state: CatchingUp | null = null;
  return Array.from({ length: seconds }, (_, second) => {
    state = CatchingUp.after(state, lagOf(second) * minuteMs, second * 1_000);
    return state?.waits(second * 1_000) ?? false;
  });
}
const count = (waits: readonly boolean[]) => waits.filter(Boolean).length;

it('a machine whose readings are on time is never waited for', () => {
  expect(count(waitsWhile((second) => 9 - second / 100, 100))).toBe(0);
});

it('one that sends what it has kept is waited for until it has caught up, or sends nothing newer', () => {
  expect(waitsWhile((second) => 40 - 8 * second, 8)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  const stops = waitsWhile((second) => Math.max(20, 40 - 8 * second) + second / 60, 20);
  expect(stops.lastIndexOf(true)).toBe(5);
});

it('but no longer than a minute, and once if its clock is wrong', () => {
  expect(count(waitsWhile((second) => 10_000 - second, 300))).toBe(60);
  expect(waitsWhile(() => 90, 300).lastIndexOf(true)).toBe(2);
});

it('and again for a later burst', () => {
  const waits = waitsWhile((second) => (second < 100 ? 20 : Math.max(20, 60 - 10 * (second - 100))), 130);
  expect([waits[2], waits[3], waits[99], waits[100], waits[104], waits[120]]).toEqual([
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
});
