import { beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { Pulse, watchPulse } from './pulse.ts';

const limitMs = 20_000;
let clock: ReturnType<typeof manualClock>;
let pulse: Pulse;
let stuck: number;
/** CPU time of this process; as much as the time that passes, if it is null. */
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
  cpuMs = limitMs;
  await clock.advance(limitMs);
  expect(stuck).toBe(1);
});

it('the other thread reads which message is in hand, if that was noted', () => {
  const other = new Pulse(pulse.memory);
  pulse.beat();
  expect(other.readName()).toBeNull();
  pulse.name(Buffer.alloc(32, 7));
  expect(other.readName()).toBe('07'.repeat(32));
});
