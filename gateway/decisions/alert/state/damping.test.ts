import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Damping, type DampingLimits, damp, holdMsOf, type Level, undamped } from './damping.ts';

const minuteMs = 60_000;
const limits: DampingLimits = { returnMs: 60 * minuteMs, holdMs: 30 * minuteMs, holdMsMax: 720 * minuteMs };

/** Follows a cause that is at these levels for these minutes each; returns the minutes at which it is told that it changes. */
function follow(spans: readonly (readonly [Level, number])[], of = limits, before = undamped) {
  const told: [number, Level][] = [];
  let state: Damping = before;
  let minute = 0;
  for (const [level, minutes] of spans)
    for (const until = minute + minutes; minute < until; minute++) {
      const next = damp(state, level, minute * minuteMs, of);
      if (next.told !== state.told) told.push([minute, next.told]);
      state = next;
    }
  return { told, state };
}

describe('the damping of a cause', () => {
  it('tells one that comes and goes once, at once', () => {
    expect(
      follow([
        [0, 10],
        [1, 20],
        [2, 20],
        [1, 20],
        [0, 500],
      ]).told,
    ).toEqual([
      [10, 1],
      [30, 2],
      [50, 1],
      [70, 0],
    ]);
  });

  it('holds one that returns, twice as long with each return', () => {
    const chatters = Array.from(
      { length: 40 },
      () =>
        [
          [1, 5],
          [0, 20],
        ] as const,
    ).flat();
    const { told, state } = follow([...chatters, [0, 300]]);
    expect(told).toEqual([
      [0, 1],
      [5, 0],
      [25, 1],
      // Four times as long as the 20 minutes for which it was away each time.
      [39 * 25 + 5 + 80, 0],
    ]);
    expect(state.returns).toBe(1);
    const slower = Array.from(
      { length: 12 },
      () =>
        [
          [1, 5],
          [0, 35],
        ] as const,
    ).flat();
    // It was away for longer than the first hold; from then on it must be away for longer than that.
    expect(follow([...slower, [0, 300]]).told).toHaveLength(4);
    const ever = [5, 100, 300, 700].flatMap((minutes) => [[1, 5] as const, [0, minutes] as const]);
    expect(follow([...ever, [1, 5], [0, 2_000]], { ...limits, returnMs: 720 * minuteMs }).state.awayMs).toBe(
      700 * minuteMs,
    );
  });

  it('counts the time for which it was away already when it falls', () => {
    const flaps = [
      [1, 10],
      [0, 10],
      [1, 10],
    ] as const;
    const spans = [...flaps, [0, 60]] as const;
    expect(follow(spans).told.at(-1)).toEqual([30 + 40, 0]);
    expect(follow(spans, { ...limits, quietMs: 20 * minuteMs }).told.at(-1)).toEqual([30 + 20, 0]);
    expect(follow(spans, { ...limits, quietMs: 90 * minuteMs }).told.at(-1)).toEqual([30, 0]);
  });

  it('does not count a time in which nobody looked as one in which it was away', () => {
    const paused = { ...limits, pauseMsMax: 10 * minuteMs };
    const { state } = follow([
      [1, 5],
      [0, 5],
      [1, 5],
      [0, 5],
    ]);
    const weekendMs = 3_000 * minuteMs;
    const after = damp(state, 0, weekendMs, paused);
    expect([after.told, damp(state, 0, weekendMs, limits).told]).toEqual([1, 0]);
    expect(damp(after, 1, weekendMs + minuteMs, paused)).toMatchObject({ told: 1, returns: 1 });
    const later = damp(after, 0, weekendMs + 10 * minuteMs, paused);
    expect([later.told, damp(later, 0, weekendMs + 20 * minuteMs, paused).told]).toEqual([1, 0]);
  });

  it('damps a severity that goes to and fro, and never holds back a rise', () => {
    const chatters = Array.from(
      { length: 20 },
      () =>
        [
          [2, 3],
          [1, 3],
        ] as const,
    ).flat();
    expect(follow([[1, 5], ...chatters]).told).toEqual([
      [5 - 5, 1],
      [5, 2],
      [8, 1],
      [11, 2],
    ]);
  });

  it('forgets returns after a calm time', () => {
    const { state } = follow([
      [1, 5],
      [0, 5],
      [1, 5],
      [0, 400],
      [1, 5],
      [0, 5],
    ]);
    expect(state).toMatchObject({ told: 0, returns: 0 });
  });

  it('does nothing where it is switched off', () => {
    const chatters = Array.from(
      { length: 5 },
      () =>
        [
          [1, 5],
          [0, 5],
        ] as const,
    ).flat();
    expect(follow(chatters, { ...limits, holdMs: 0 }).told).toHaveLength(10);
  });

  it('begins anew when a clock goes back, and ends all the same', () => {
    const state = { ...undamped, told: 1, wanted: 0, returns: 1, lowerSinceMs: 1e12, fellMs: 1e12 } as const;
    expect(follow([[0, 31]], limits, state).told).toEqual([[30, 0]]);
  });

  it('is bounded, and tells in the end what is', () => {
    const level = fc.constantFrom<Level>(0, 1, 2);
    const span = fc.tuple(level, fc.integer({ min: 1, max: 90 }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 60 }), level, (spans, last) => {
        const { told, state } = follow([...spans, [last, limits.holdMsMax / minuteMs + 2]]);
        expect(state.told).toBe(last);
        // Each fall after the second return takes an hour, so that there are no more than this in any time.
        const minutes = spans.reduce((sum, [, each]) => sum + each, 0);
        expect(told.length).toBeLessThanOrEqual(8 + minutes / 15);
      }),
    );
    expect(holdMsOf({ returns: 50, awayMs: 0 }, limits)).toBe(limits.holdMsMax);
  });
});
