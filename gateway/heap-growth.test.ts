import { expect, test } from 'vitest';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import { HeapGrowth } from './heap-growth.ts';

test('heaps are collected early while there is CPU to spare, late under load, and as Node likes afterwards', async () => {
  const clock = manualClock();
  let cpuMicros = 0;
  const percents: number[] = [];
  const growth = new HeapGrowth({ clock, cpuMicros: () => cpuMicros, setPercent: (p) => percents.push(p) });
  growth.start();
  for (const busyMs of [200, 1_900, 3_000, 900]) {
    cpuMicros += busyMs * 1_000;
    await clock.advance(2_000);
  }
  expect(percents).toEqual([50, 0, 50]);
  await growth.stop();
  expect(percents.at(-1)).toBe(0);
});
