import { describe, expect, it } from 'vitest';
import { timeLimited } from './budget.ts';

const limitMs = 100;

it.each([
  [
    'a loop',
    () => {
      for (;;);
    },
  ],
  [
    'a loop that catches everything',
    () => {
      for (;;)
        try {
          for (;;);
        } catch {}
    },
  ],
  ['a pattern', () => void /^(a+)+$/.test(`${'a'.repeat(60)}b`)],
])('ends %s, and the thread goes on', (_, work) => {
  const run = timeLimited(limitMs);
  expect(run(work)).toBe(false);
  let done = false;
  expect(
    run(() => {
      done = true;
    }),
  ).toBe(true);
  expect(done).toBe(true);
});

it('throws what the work throws', () => {
  const error = new Error('of the work');
  const run = timeLimited(60_000);
  expect(() =>
    run(() => {
      throw error;
    }),
  ).toThrow(error);
});

describe('work that is ended', () => {
  const never = new Int32Array(new SharedArrayBuffer(4));
  /** As a thread of a process that is paused, or has no CPU: time passes and it does not compute. */
  const standsStill = () => void Atomics.wait(never, 0, 0, 5);

  it('is run again until it is done, however often the computer stands still meanwhile', () => {
    let tries = 0;
    const run = timeLimited(limitMs, () => 0);
    const isDone = run(() => {
      if (++tries <= 3) for (;;) standsStill();
    });
    expect([isDone, tries]).toEqual([true, 4]);
  });

  it('counts as endless once it has computed enough, on a computer that gives it little of its CPU', () => {
    let [tries, cpuMs] = [0, 0];
    const run = timeLimited(limitMs, () => cpuMs);
    const isDone = run(() => {
      tries++;
      for (;;) {
        standsStill();
        cpuMs += 0.7;
      }
    });
    // About 14 ms of CPU time in each 100 ms: 50 ms are reached when the time is four or eight times as long.
    expect(isDone).toBe(false);
    expect(tries).toBeGreaterThan(2);
  });

  it('is not blamed for the time of what came before it', () => {
    let [place, tries] = [0, 0];
    const run = timeLimited(limitMs);
    const isDone = run(
      () => {
        tries++;
        if (place++ < 3) for (;;);
      },
      () => place,
    );
    expect([isDone, tries]).toEqual([true, 4]);
  });
});
