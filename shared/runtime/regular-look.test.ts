import { expect, it } from 'vitest';
import { manualClock } from './manual-clock.ts';
import { RegularLook } from './regular-look.ts';

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
