import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

describe('a limit that was met and is back in readings that came late', () => {
  const passed = () => {
    const nowMs = bench.clock.nowMs();
    const span = { sinceMs: nowMs - 90 * 60_000, untilMs: nowMs - 50 * 60_000 };
    const limit = { side: 'high', severity: 'warning', at: 4.5 } as const;
    return { passed: [{ ...limit, sensor: 'vibration', value: 6.2, ...span }] };
  };

  it('is told once, with its time, and that it is late', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 200, 1, passed());
    await bench.evaluate(decision, 200, 20);
    const [opened] = bench.opened();
    expect(opened!.data).toMatchObject({ failureMode: 'limit', severity: 'warning' });
    expect(opened!.data.reasons.join('; ')).toMatch(
      /vibration was above the warning limit of 4.5 mm\/s from .* to .*, 6.2 mm\/s at its farthest; It is told late/,
    );
    const [resolved] = bench.resolved();
    expect(resolved!.data.predictionId).toBe(opened!.data.predictionId);
    for (const { since, until } of [opened!.data, resolved!.data])
      expect(Date.parse(until!) - Date.parse(since!)).toBe(40 * 60_000);
    expect([bench.opened().length, bench.resolved().length]).toEqual([1, 1]);
    expect(decision.open()).toEqual([]);
  });

  it('is told once as over, though it came back and is back again', async () => {
    const decision = await bench.started();
    const {
      passed: [last],
    } = passed();
    const first = { ...last!, sinceMs: last!.sinceMs - 60 * 60_000, untilMs: last!.untilMs - 60 * 60_000 };
    await bench.evaluate(decision, 200, 1, { passed: [first, last!] });
    await bench.evaluate(decision, 200, 5);
    expect(bench.opened().map(({ data }) => [data.since, data.until])).toEqual([
      [new Date(first.sinceMs).toISOString(), new Date(last!.untilMs).toISOString()],
    ]);
    expect(bench.resolved()[0]!.data.reasons).toHaveLength(3);
    expect(decision.open()).toEqual([]);
  });

  it('is told once, though its readings are judged again after a restart; and what was not told is', async () => {
    const { passed: found } = passed();
    const again = found.map((each) => ({ ...each, isAgain: true as const }));
    // Events that were sent just before a restart are sent again, and are the same.
    const told = () => new Set([...bench.opened(), ...bench.resolved()].map(({ id }) => id)).size;
    await bench.evaluate(await bench.started(), 200, 1, { passed: found });
    const restarted = await bench.started();
    await bench.evaluate(restarted, 200, 1, { passed: again });
    await bench.evaluate(restarted, 200, 5);
    expect(told()).toBe(2);
    const later = again.map((each) => {
      const sinceMs = each.untilMs + 1_000;
      return { ...each, sinceMs, untilMs: sinceMs + 60_000 };
    });
    await bench.evaluate(restarted, 200, 1, { passed: later });
    expect(told()).toBe(4);
  });

  it('of another sensor than the one whose alert is open is told by itself', async () => {
    const decision = await bench.started();
    const met = { side: 'low', severity: 'warning', at: 1, backAt: 1.1 } as const;
    const low = {
      sensor: 'pressure',
      value: 0.5,
      met: { ...met, sinceMs: bench.clock.nowMs() },
      mayBe: null,
    };
    await bench.evaluate(decision, 200, 1, { limits: [low] });
    await bench.evaluate(decision, 200, 1, { limits: [low], ...passed() });
    await bench.evaluate(decision, 200, 3, { limits: [low] });
    expect(bench.opened().map(({ data }) => data.reasons[0])).toEqual([
      expect.stringMatching(/^pressure/),
      expect.stringMatching(/^vibration was above/),
    ]);
    expect(bench.resolved().map(({ data }) => data.predictionId)).toEqual([
      bench.opened()[1]!.data.predictionId,
    ]);
  });

  it('is among the reasons of an alert that opens with it, though it was over before', async () => {
    const decision = await bench.started();
    const nowMs = bench.clock.nowMs();
    const now = { side: 'high', severity: 'critical', at: 7.1, sinceMs: nowMs - 3 * 60_000 } as const;
    const limits = [{ sensor: 'vibration', value: 8, met: { ...now, backAt: 7 }, mayBe: null }];
    await bench.evaluate(decision, 200, 1, { ...passed(), limits });
    expect(bench.opened().map(({ data }) => data.reasons.join('; '))).toEqual([
      expect.stringMatching(
        /vibration 8 mm\/s, above the alarm limit of 7.1 .*; vibration was above the warning limit of 4.5 mm\/s from .* to /,
      ),
    ]);
  });

  it('belongs to the alert that is open', async () => {
    const decision = await bench.started();
    const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.05 } as const;
    const met = { ...limit, sinceMs: bench.clock.nowMs() - 11_000 };
    const beyond = { limits: [{ sensor: 'vibration', value: 6, met, mayBe: null }] };
    await bench.evaluate(decision, 200, 1, beyond);
    await bench.evaluate(decision, 200, 1, { ...beyond, ...passed() });
    expect(bench.opened()).toHaveLength(1);
    expect(bench.resolved()).toEqual([]);
  });

  it('is neither the end of an alert that began after it, nor makes a return of it', async () => {
    const decision = await bench.started();
    const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.05 } as const;
    const met = { ...limit, sinceMs: bench.clock.nowMs() - 11_000 };
    const beyond = { limits: [{ sensor: 'vibration', value: 6, met, mayBe: null }] };
    await bench.evaluate(decision, 200, 3, beyond);
    // As of a clock that swings, or of readings that came late.
    await bench.evaluate(decision, 200, 1, { ...beyond, ...passed() });
    await bench.evaluate(decision, 200, 3, beyond);
    await bench.evaluate(decision, 200);
    expect([bench.opened().length, bench.resolved().length]).toEqual([1, 1]);
    const [resolved] = bench.resolved();
    expect(resolved!.data.reasons.join(' ')).not.toContain('come back');
    // An episode of before that end is told as over, and the next one is the first return.
    await bench.evaluate(decision, 200, 1, passed());
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
    await bench.evaluate(decision, 200, 1, {
      limits: [{ ...beyond.limits[0]!, met: { ...met, sinceMs: bench.clock.nowMs() } }],
    });
    expect(bench.opened()[2]!.data.reasons.join(' ')).toContain('come back once');
  });
});
