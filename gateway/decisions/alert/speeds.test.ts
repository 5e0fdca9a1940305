/** Limits of a machine that runs at several speeds: it is judged at the one that it is at whether it has recovered. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());
type Decision = Awaited<ReturnType<(typeof bench)['started']>>;

const limitMet = { side: 'high', severity: 'warning', at: 4.5, backAt: 4 } as const;

describe('a worn machine of two speeds, beyond its limit at the fast one', () => {
  /** Vibration by speed, worn and healthy: at the slow speed a worn one is nearly as deep inside as a healthy one. */
  const worn = { fast: 6, slow: 2.5 };
  const healthy = { fast: 2, slow: 1.2 };
  type Speed = keyof typeof worn;
  const speeds = { fast: 2, slow: 1 };
  let speed: Speed;
  let changedMs: number;

  async function run(decision: Decision, now: Speed, values: typeof worn, minutes: number) {
    if (speed !== now) changedMs = bench.clock.nowMs();
    speed = now;
    const sinceMs = changedMs;
    const mode = () => ({ number: speeds[now], of: 2, name: now, sensor: 'speed', sinceMs, isNew: false });
    const value = values[now];
    const limits = [{ sensor: 'vibration', value, met: { ...limitMet, sinceMs }, mayBe: null }];
    // A day is looked at less often, for the test's own time.
    const stepMinutes = minutes > 200 ? 20 : 1;
    for (let minute = 0; minute < minutes; minute += stepMinutes) {
      await bench.clock.advance(stepMinutes * 60_000 - 1_000);
      const window = Float32Array.from([1, 2, 3, value]);
      await bench.evaluate(decision, 200, 1, { mode, window, ...(value > 4.5 && { limits }) });
    }
  }

  /** It begins with a look below the limit, as wear does. */
  async function worsened(decision: Decision) {
    await run(decision, 'fast', { ...worn, fast: 4 }, 1);
    for (let day = 0; day < 3; day++)
      for (const now of ['fast', 'slow'] as const) await run(decision, now, worn, 60);
    await run(decision, 'fast', { ...worn, fast: 4 }, 8);
    await run(decision, 'fast', worn, 30);
  }

  it('is not over because it runs slowly, however long that is within a week', async () => {
    const decision = await bench.started();
    await worsened(decision);
    await run(decision, 'slow', worn, 2 * 1_440);
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
    await run(decision, 'fast', worn, 60);
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  });

  it('is over soon once it is repaired and runs fast', async () => {
    const decision = await bench.started();
    await worsened(decision);
    await run(decision, 'slow', healthy, 120);
    expect(bench.resolved()).toHaveLength(1);
    await run(decision, 'fast', healthy, 20);
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
  });

  it('is remembered by its speeds over a restart', async () => {
    const before = await bench.started();
    await worsened(before);
    await run(before, 'slow', healthy, 120);
    await before.stop();
    const after = await bench.started();
    await run(after, 'slow', healthy, 1_440);
    expect(bench.resolved()).toHaveLength(1);
    await run(after, 'fast', healthy, 20);
    expect(bench.resolved()).toHaveLength(2);
  });
});
