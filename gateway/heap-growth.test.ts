import { expect, test } from 'vitest';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import { HeapGrowth } from './heap-growth.ts';

const calm = ['--optimize-for-size', '--heap-growing-percent=15'];
const atStart = ['--no-allocation-site-pretenuring', '--max-semi-space-size=1'];
const busy = ['--no-optimize-for-size', '--heap-growing-percent=0'];

test('heaps are collected early while CPU is idle, late under load, and by Node’s default afterwards', async () => {
  const clock = manualClock();
  let cpuMicros = 0;
  const flags: string[] = [];
  const growth = new HeapGrowth({
    clock,
    cpuMicros: () => cpuMicros,
    messages: () => 0,
    cores: 2,
    setFlag: (flag) => flags.push(flag),
  });
  growth.start();
  for (const busyMs of [200, 1_900, 3_000, 700, 1_300]) {
    cpuMicros += busyMs * 1_000;
    await clock.advance(2_000);
  }
  expect(flags).toEqual([...atStart, ...calm, ...busy, ...calm]);
  await growth.stop();
  expect(flags.slice(-2)).toEqual(busy);
});

/** A growth that hears of messages only, with the flags that it sets. */
function followed() {
  const clock = manualClock();
  const sent = { messages: 0 };
  const flags: string[] = [];
  const setFlag = (flag: string) => flags.push(flag);
  const messages = () => sent.messages;
  const growth = new HeapGrowth({ clock, cpuMicros: () => 0, messages, cores: 2, setFlag });
  growth.start();
  return { clock, sent, flags, growth };
}

test('many messages are load also on a computer where others leave little of the CPU', async () => {
  const { clock, sent, flags, growth } = followed();
  for (const perSecond of [1_000, 2_500, 5_000, 1_000]) {
    sent.messages += 2 * perSecond;
    await clock.advance(2_000);
  }
  expect(flags).toEqual([...atStart, ...calm, ...busy, ...calm]);
  await growth.stop();
});

test('so many messages at once that their period cannot be idle any more are load before it ends', async () => {
  const { clock, sent, flags, growth } = followed();
  await clock.advance(6_000);
  sent.messages += 5_000;
  await clock.advance(1_750);
  expect(flags).toEqual([...atStart, ...calm]);
  sent.messages += 1;
  await clock.advance(249);
  expect(flags).toEqual([...atStart, ...calm]);
  await clock.advance(1);
  expect(flags).toEqual([...atStart, ...calm, ...busy]);
  await clock.advance(2_000);
  expect(flags.slice(-2)).toEqual(calm);
  sent.messages += 5_001;
  await clock.advance(250);
  expect(flags.slice(-2)).toEqual(busy);
  await growth.stop();
});
