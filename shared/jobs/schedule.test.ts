import fc from 'fast-check';
import cron from 'node-cron';
import { afterEach, expect, it, vi } from 'vitest';
import { parseSchedule } from './schedule.ts';

afterEach(() => vi.useRealTimers());

const some = (min: number, max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 2, max: 12 }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );

const text = fc
  .tuple(some(0, 59), some(0, 59), some(0, 23), some(1, 31), some(1, 12), some(0, 6))
  .map((fields) => fields.join(' '));

/**
 * The two differ around a change of the local clock: a run in the skipped hour runs an hour later here, and not at all
 * in node-cron.
 */
const clocksChangeAround = (atMs: number) =>
  new Date(atMs - 86_400_000).getTimezoneOffset() !== new Date(atMs + 86_400_000).getTimezoneOffset();

it('the next time equals node-cron’s', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const startMs = new Date(2026, 0, 1).getTime();
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 365 * 86_400_000 }), (schedule, afterMs) => {
      const nowMs = startMs + afterMs;
      vi.setSystemTime(nowMs);
      fc.pre(cron.validate(schedule));
      const theirs = cron.createTask(schedule, () => {}).getNextRuns(1)[0];
      const ours = parseSchedule('tested', schedule).next(nowMs);
      fc.pre(ours === null || !clocksChangeAround(ours));
      expect(ours).toBe(theirs ? theirs.getTime() : null);
    }),
    { numRuns: 300 },
  );
});

it.each([
  ['0 12 29 2 *', '2028-02-29T12:00:00'],
  ['0 3 L * *', '2026-01-31T03:00:00'],
  ['@daily', '2026-01-02T00:00:00'],
])('the next %s after noon of 1 January 2026 is %s', (schedule, expected) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const now = new Date(2026, 0, 1, 12);
  vi.setSystemTime(now);
  const next = parseSchedule('tested', schedule).next(now.getTime());
  expect(next).toBe(new Date(expected).getTime());
});

it.each(['0 3 * * *', '0 3 L * *'])(
  'the next %s is never in the past, even if the system clock is not set',
  (schedule) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(0);
    const nowMs = Date.UTC(2026, 0, 1);
    expect(parseSchedule('tested', schedule).next(nowMs)).toBeGreaterThan(nowMs);
  },
);
