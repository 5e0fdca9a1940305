import { expect, it } from 'vitest';
import { continuedClock, earliestMs, RegularLook } from './clock.ts';
import { manualClock } from './manual-clock.ts';

const known = Date.UTC(2026, 4, 1);

it('continues from the newest known time until the system clock is set, and follows it from then on', async () => {
  const system = manualClock(0);
  const clock = continuedClock(system, known);
  expect([clock.isSet(), clock.nowMs()]).toEqual([false, known]);
  await system.advance(5_000);
  expect(clock.nowMs()).toBe(known + 5_000);
  system.setWall(Date.UTC(2026, 5, 1));
  expect([clock.isSet(), clock.nowMs()]).toEqual([true, Date.UTC(2026, 5, 1)]);
  // Times on disk may stem from a wrong clock, so a clock that is set is followed even if it is behind them.
  system.setWall(known - 1_000);
  expect(clock.nowMs()).toBe(known - 1_000);
});

it('begins at the earliest possible time if none is known', () => {
  expect(continuedClock(manualClock(0), 0).nowMs()).toBe(earliestMs);
});

it('looks once a period, one look at a time, and its end waits for the one under way', async () => {
  const clock = manualClock();
  const ends: (() => void)[] = [];
  const look = new RegularLook(clock, 1_000, () => new Promise((resolve) => ends.push(resolve)));
  await look.start();
  await clock.advance(999);
  expect(ends).toHaveLength(0);
  await clock.advance(2_001);
  expect(ends).toHaveLength(1);
  expect(look.look()).toBe(look.look());
  ends[0]!();
  await look.look();
  await clock.advance(1_000);
  expect(ends).toHaveLength(2);
  let isOver = false;
  const stopped = look.stop().then(() => {
    isOver = true;
  });
  await clock.advance(5_000);
  expect([ends.length, isOver]).toEqual([2, false]);
  ends[1]!();
  await stopped;
});
