import { expect, test } from 'vitest';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import { HeapGrowth } from './heap-growth.ts';

test('heaps are collected early while CPU is idle, late under load, and by Node’s default afterwards', async () => {
  const clock = manualClock();
  let cpuMicros = 0;
  const flags: string[] = [];
  const growth = new HeapGrowth({
    clock,
    cpuMicros: () => cpuMicros,
    cores: 2,
    setFlag: (flag) => flags.push(flag),
  });
  growth.start();
  for (const busyMs of [200, 1_900, 3_000, 700, 1_300]) {
    cpuMicros += busyMs * 1_000;
    await clock.advance(2_000);
  }
  const calm = ['--optimize-for-size', '--heap-growing-percent=15'];
  const busy = ['--no-optimize-for-size', '--heap-growing-percent=0'];
  expect(flags).toEqual(['--max-semi-space-size=1', ...calm, ...busy, ...calm]);
  await growth.stop();
  expect(flags.slice(-2)).toEqual(busy);
});
