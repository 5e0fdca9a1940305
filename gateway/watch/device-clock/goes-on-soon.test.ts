import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClockSteps } from './clock-steps.ts';

const gapMs = 60_000;
const reading = fc.record({
  passedMs: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 5_000 }) }, fc.constant(90_000)),
  behindMs: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
    fc.integer({ max: 200_000 }),
  ),
  column: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constant(1)),
});

it('a reading that goes on soon is taken as it would be if it were looked at closely', () => {
  let soon = 0;
  fc.assert(
    fc.property(fc.array(reading, { minLength: 30, maxLength: 80 }), (readings) => {
      const [closely, quickly] = [new ClockSteps(30), new ClockSteps(30)];
      let atMs = 1_000_000;
      for (const { passedMs, behindMs, column } of readings) {
        atMs += passedMs;
        const timeMs = atMs - behindMs;
        const step = closely.takes(timeMs, atMs, column);
        const isSoon = quickly.goesOnSoon(timeMs, atMs, column, gapMs);
        if (isSoon) soon++;
        expect(isSoon ? 'on' : quickly.takes(timeMs, atMs, column)).toBe(step);
        expect([quickly.newestMs, quickly.newestAtMs, quickly.atMs, quickly.backMs]).toEqual([
          closely.newestMs,
          closely.newestAtMs,
          closely.atMs,
          closely.backMs,
        ]);
      }
    }),
  );
  expect(soon).toBeGreaterThan(100);
});
