import { beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../runtime/manual-clock.ts';
import { SettledTime, spanForAge } from './settled-time.ts';

const startMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let clock: ManualClock;
let settled: SettledTime;

beforeEach(() => {
  clock = manualClock(startMs);
  settled = new SettledTime(clock, dayMs);
});

/** Lets time pass, with observations as often as their owner should make them. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= settled.observeEveryMs) {
    clock.advanceNow(Math.min(left, settled.observeEveryMs));
    settled.observe();
  }
}
const jump = (byMs: number) => clock.setWall(clock.nowMs() + byMs);

function restart(downMs: number, saved: unknown = JSON.parse(JSON.stringify(settled.saved()))): void {
  const wallMs = clock.nowMs() + downMs;
  clock = manualClock(wallMs);
  settled = new SettledTime(clock, dayMs, saved);
}

describe('settled time', () => {
  it('is unknown until the clock was observed for a span, then it is that of the clock', () => {
    pass(dayMs - hourMs);
    expect(settled.atLeastMs).toBe(Number.NEGATIVE_INFINITY);
    expect(settled.atMostMs).toBe(clock.nowMs());
    pass(2 * hourMs);
    expect(settled.atLeastMs).toBe(clock.nowMs());
    pass(30 * dayMs);
    expect(settled.atLeastMs).toBe(clock.nowMs());
    expect(settled.atMostMs).toBe(clock.nowMs());
  });

  it('does not follow a jump forward that passes, however often the clock is read meanwhile', () => {
    pass(2 * dayMs);
    const before = settled.atLeastMs;
    jump(91 * dayMs);
    for (let second = 1; second <= 28; second++) {
      clock.advanceNow(1_000);
      expect(settled.atLeastMs).toBe(before + second * 1_000);
      expect(settled.atMostMs).toBe(clock.nowMs());
    }
    jump(-91 * dayMs);
    pass(5 * dayMs);
    expect(settled.atLeastMs).toBe(clock.nowMs());
    expect(settled.atMostMs).toBe(clock.nowMs());
  });

  it('follows a jump forward that lasts, after a span', () => {
    pass(2 * dayMs);
    jump(91 * dayMs);
    pass(dayMs - hourMs);
    expect(settled.atLeastMs).toBe(clock.nowMs() - 91 * dayMs);
    pass(3 * hourMs);
    expect(settled.atLeastMs).toBe(clock.nowMs());
  });

  it('follows a jump back at once, while what was stamped stays ahead', () => {
    pass(2 * dayMs);
    jump(-10 * dayMs);
    expect(settled.atLeastMs).toBe(clock.nowMs());
    expect(settled.atMostMs).toBe(clock.nowMs() + 10 * dayMs);
    pass(2 * dayMs);
    expect(settled.atMostMs).toBe(clock.nowMs());
  });

  it('does not believe two wrong readings that are far apart, with nothing between them', () => {
    pass(2 * dayMs);
    clock.advanceNow(3 * dayMs);
    jump(91 * dayMs);
    expect(settled.atLeastMs).toBe(clock.nowMs() - 91 * dayMs);
  });

  it('goes on over restarts: a computer that is off each night lags by what a span of running takes', () => {
    for (let day = 0; day < 20; day++) {
      pass(8 * hourMs);
      restart(16 * hourMs);
    }
    pass(8 * hourMs);
    const lagMs = clock.nowMs() - settled.atLeastMs;
    expect(lagMs).toBeGreaterThan(0);
    expect(lagMs).toBeLessThanOrEqual(3 * 16 * hourMs);
  });

  it('takes the time after a long absence for a jump', () => {
    pass(2 * dayMs);
    restart(91 * dayMs);
    expect(settled.atLeastMs).toBe(clock.nowMs() - 91 * dayMs);
    pass(dayMs + 2 * hourMs);
    expect(settled.atLeastMs).toBe(clock.nowMs());
  });

  it.each([
    null,
    'text',
    {},
    { runningMs: 1, observations: [{}] },
    { runningMs: 1, observations: [{ sinceMs: 2, leastMs: 0, greatestMs: 0 }] },
    { runningMs: Number.NaN, observations: [] },
  ])('begins a span again where nothing sound was saved: %j', (saved) => {
    pass(2 * dayMs);
    restart(0, saved);
    expect(settled.atLeastMs).toBe(Number.NEGATIVE_INFINITY);
  });

  it('keeps a bounded number of observations', () => {
    pass(10 * dayMs);
    expect(settled.saved().observations.length).toBeLessThanOrEqual(26);
  });
});

it('the span is a tenth of the age, at most a day', () => {
  expect(spanForAge(90 * dayMs)).toBe(dayMs);
  expect(spanForAge(dayMs)).toBe(dayMs / 10);
});
