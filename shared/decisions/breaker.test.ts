import { beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../runtime/manual-clock.ts';
import { Breaker } from './breaker.ts';

const budgetMs = 1_000;
const halfOpenAfterMs = 30_000;
let clock: ManualClock;
let breaker: Breaker;
beforeEach(() => {
  clock = manualClock();
  breaker = new Breaker({ failures: 5, halfOpenAfterMs }, budgetMs, clock);
});

/** One run of so long; false if the breaker did not admit it. */
async function run(ms: number, fails = false): Promise<boolean> {
  if (!breaker.admits()) return false;
  const work = async () => {
    await clock.advance(ms);
    if (fails) throw new Error('worker gone');
    return { value: 1, evidence: true };
  };
  await breaker.run(work).catch(() => {});
  return true;
}
/** Runs of given latencies, 100 ms apart. */
async function runs(latencies: Iterable<number>): Promise<void> {
  for (const ms of latencies) {
    await run(ms);
    await clock.advance(100);
  }
}
const times = (count: number, ms: (i: number) => number) => Array.from({ length: count }, (_, i) => ms(i));
/** The same numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a breaker', () => {
  it('says what opened it', async () => {
    for (let i = 0; i < 5; i++) await run(1, true);
    expect(breaker.note()).toEqual({
      state: 'open',
      openedBy: 'failures',
      detail: 'after 5 failures in a row, the last one: worker gone',
    });
    expect(breaker.openings).toEqual({ failures: 1, latency: 0, trend: 0 });
    await clock.advance(halfOpenAfterMs);
    expect(await run(1)).toBe(true);
    expect(breaker.note()).toBeNull();
  });

  it('does not count what was begun before it opened', async () => {
    let end = () => {};
    const early = breaker.run(async () => {
      await new Promise<void>((resolve) => (end = resolve));
      return { value: 1, evidence: true };
    });
    for (let i = 0; i < 5; i++) await run(1, true);
    end();
    await early;
    expect(breaker.state).toBe('open');
  });
});

describe('latency', () => {
  it('near the budget opens it after two seconds, although no run failed', async () => {
    await runs(times(40, () => 20));
    expect(breaker.state).toBe('closed');
    await runs(times(16, (i) => (i % 4 === 0 ? 30 : 850)));
    expect(breaker.note()).toMatchObject({
      openedBy: 'latency',
      detail: 'because half of its answers took 850 and then 850 ms or longer, of a budget of 1000 ms',
    });
  });

  it('is not near the budget where the budget is only now and then exceeded', async () => {
    await runs(times(500, (i) => (i % 5 === 0 ? 999 : 40)));
    expect(breaker.state).toBe('closed');
  });

  it('of the trial decides whether it closes', async () => {
    await runs(times(40, () => 900));
    expect(breaker.state).toBe('open');
    await clock.advance(halfOpenAfterMs);
    expect(await run(900)).toBe(true);
    expect(breaker.state).toBe('open');
    await clock.advance(halfOpenAfterMs);
    await run(30);
    expect(breaker.state).toBe('closed');
    expect(breaker.openings).toEqual({ failures: 0, latency: 1, trend: 0 });
  });

  it.each([5, 20])('that rises by %i ms a run opens it before an answer is too late', async (rise) => {
    const latencies = times(500, (i) => 20 + rise * i);
    let slowest = 0;
    for (const ms of latencies) {
      if (await run(ms)) slowest = ms;
      await clock.advance(100);
      if (breaker.state !== 'closed') break;
    }
    expect(breaker.note()).toMatchObject({ state: 'open', openedBy: 'trend' });
    expect(breaker.note()!.detail).toMatch(/longer and longer \([\d., ]+ ms\), and in [\d.]+ s would/);
    expect(slowest).toBeGreaterThan(500);
    expect(slowest).toBeLessThan(budgetMs);
  });

  it('that rises faster than six medians can show opens it by being too slow, with some answers too late', async () => {
    await runs(times(40, (i) => 20 + 40 * i));
    expect(breaker.note()).toMatchObject({ state: 'open', openedBy: 'latency' });
  });

  it('that rises from one level to another, and stays, does not', async () => {
    await runs(times(400, (i) => Math.min(20 + 2 * i, 600)));
    await runs(times(200, () => 600));
    expect(breaker.state).toBe('closed');
  });

  it.each([1, 2, 3])(
    'of a loaded Raspberry Pi opens it never: single slow batches, storms, seed %i',
    async (seed) => {
      const next = random(seed);
      // 60 ms, three times as much for a minute while it updates itself, and now and then a card that stalls for up to
      // two batches in a row.
      let stalls = 0;
      for (let i = 0; i < 5_000; i++) {
        if (stalls === 0 && next() < 0.02) stalls = next() < 0.5 ? 1 : 2;
        const isUpdating = i % 1_000 > 800;
        const ordinary = 60 * (isUpdating ? 3 : 1) * (0.5 + next());
        const ms = stalls > 0 ? 700 + 299 * next() : ordinary;
        if (stalls > 0) stalls -= 1;
        await run(ms);
        await clock.advance(20 + 200 * next());
      }
      expect(breaker.opened).toBe(0);
    },
  );

  it('is watched in a bounded memory, however many runs a second there are', async () => {
    for (let i = 0; i < 20_000; i++) await run(0.01);
    const { latency } = breaker as unknown as { latency: { runs: number[]; groups: unknown[] } };
    expect(latency.runs.length).toBeLessThanOrEqual(256);
    expect(latency.groups.length).toBeLessThanOrEqual(6);
  });

  it('is not looked at if it is switched off', async () => {
    breaker = new Breaker({ failures: 5, halfOpenAfterMs, latencyShare: 0 }, budgetMs, clock);
    await runs(times(200, () => 999));
    expect(breaker.state).toBe('closed');
  });
});
