import { expect, it } from 'vitest';
import { Losses } from './losses.ts';

const torn = (bytes: number) => ({ lane: 'readings', cause: 'torn-tail', blocks: 0, lines: 0, bytes });

it('sums up by lane and cause, and counts a loss once even if recording it failed at first', () => {
  const losses = new Losses();
  losses.add(torn(10));
  losses.add(torn(5));
  losses.add({ ...torn(7), lane: 'events' });
  const [readings, events] = losses.take();
  expect([readings, events]).toEqual([torn(15), { ...torn(7), lane: 'events' }]);
  losses.giveBack(readings!);
  losses.add(torn(1));
  expect(losses.take()).toEqual([torn(16)]);
  expect(losses.take()).toEqual([]);
  expect(losses.totals).toEqual([torn(16), { ...torn(7), lane: 'events' }]);
});
