import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { Pulse, watchPulse } from './pulse.ts';

const limitMs = 20_000;
let clock: ReturnType<typeof manualClock>;
let pulse: Pulse;
let stuck: number;
/** CPU time of the data thread; as much as the time that passes, if it is null. */
let cpuMs: number | null;

beforeEach(() => {
  clock = manualClock();
  stuck = 0;
  cpuMs = null;
  pulse = new Pulse();
  // The other thread has an object of its own.
  const used = () => cpuMs ?? clock.monotonicMs();
  watchPulse(new Pulse(pulse.memory), limitMs, clock, () => stuck++, used);
});

it('a message that stays in hand for longer than the limit is reported once', async () => {
  pulse.beat();
  await clock.advance(limitMs - 1);
  expect(stuck).toBe(0);
  await clock.advance(limitMs);
  expect(stuck).toBe(1);
  await clock.advance(5 * limitMs);
  expect(stuck).toBe(1);
});

it('messages that follow each other, and a thread at rest, are never reported', async () => {
  for (let i = 0; i < 5; i++) {
    pulse.beat();
    await clock.advance(limitMs - 1);
  }
  pulse.rest();
  await clock.advance(5 * limitMs);
  expect(stuck).toBe(0);
});

it('a message that waits for something else than a CPU is not reported, until it computes', async () => {
  cpuMs = 0;
  pulse.beat();
  await clock.advance(10 * limitMs);
  expect(stuck).toBe(0);
  cpuMs = null;
  await clock.advance(limitMs);
  expect(stuck).toBe(1);
});

it('a pause that looks like work when it is over does not count', async () => {
  cpuMs = 0;
  pulse.beat();
  for (let pause = 1; pause <= 5; pause++) {
    cpuMs = pause * 100 * limitMs;
    await clock.advance(limitMs);
  }
  expect(stuck).toBe(0);
});

it('a thread that gets a tenth of a CPU is found after ten times as long', async () => {
  cpuMs = 0;
  pulse.beat();
  for (let tenths = 0; tenths < 40; tenths++) {
    await clock.advance(limitMs / 10);
    cpuMs += limitMs / 100;
  }
  expect(stuck).toBe(0);
  for (let tenths = 0; tenths < 20; tenths++) {
    await clock.advance(limitMs / 10);
    cpuMs += limitMs / 100;
  }
  expect(stuck).toBe(1);
});

it('only the thread that beats counts, not others that compute beside it', async () => {
  const other = new Worker(
    `const { parentPort } = require('node:worker_threads');
    const from = process.cpuUsage();
    for (;;) { const { user } = process.cpuUsage(from); if (user > 300_000) break; }
    parentPort.postMessage('done');`,
    { eval: true },
  );
  pulse.own();
  const before = pulse.cpuMs();
  await once(other, 'message');
  const used = pulse.cpuMs() - before;
  await other.terminate();
  if (process.platform === 'linux') expect(used).toBeLessThan(250);
});

it('the other thread reads which message is in hand, if that was noted', () => {
  const other = new Pulse(pulse.memory);
  pulse.beat();
  expect(other.readName()).toBeNull();
  pulse.name(Buffer.alloc(32, 7));
  expect(other.readName()).toBe('07'.repeat(32));
  pulse.name(null);
  expect(other.readName()).toBeNull();
});
