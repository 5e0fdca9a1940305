import { expect, it } from 'vitest';
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
