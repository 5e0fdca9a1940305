import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';

it('lets a few in at each turn, in order, so that others get their turn between', async () => {
  const arrivals = new Arrivals();
  const entered: number[] = [];
  for (let i = 0; i < 100; i++) arrivals.wait(() => entered.push(i));
  expect(entered).toEqual([]);
  const afterTurns: number[] = [];
  while (entered.length < 100) {
    await turn();
    afterTurns.push(entered.length);
  }
  expect(entered).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(afterTurns.length).toBeGreaterThan(10);
  arrivals.wait(() => entered.push(100));
  await turn();
  await turn();
  expect(entered.at(-1)).toBe(100);
});
