import { beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { Pulse, watchPulse } from './pulse.ts';

const limitMs = 20_000;
let clock: ReturnType<typeof manualClock>;
let pulse: Pulse;
let stuck: number;

beforeEach(() => {
  clock = manualClock();
  stuck = 0;
  pulse = new Pulse();
  // The other thread has an object of its own.
  watchPulse(new Pulse(pulse.memory), limitMs, clock, () => stuck++);
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
