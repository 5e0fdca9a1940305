/** The cause that names an alert, and says what to do. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

it('a limit that joins what is only unusual names the alert, and says what to do, for as long as it is met', async () => {
  const { machine } = bench.input();
  const odd = { failureMode: 'unusual-behaviour', on: 'anomaly', openAt: 0.05, resolveAt: 0.01 } as const;
  const alerts = [{ ...odd, minConfidence: 0.5, openAfter: 3, resolveAfter: 4 }];
  const about = { machine: { ...machine, type: { ...machine.type, alerts } } };
  const decision = await bench.started();
  const sinceMs = bench.clock.nowMs() - 40_000;
  const range = { sensor: 'vibration', level: 9, low: 1, high: 2, sinceMs };
  await bench.evaluate(decision, 500, 5, { ...about, beyond: [range] });
  expect(bench.opened()).toMatchObject([{ data: { failureMode: 'unusual-behaviour' } }]);
  expect(Date.parse(bench.opened()[0]!.data.since!)).toBe(sinceMs);
  const met = { side: 'high', severity: 'critical', at: 9, backAt: 8.5, sinceMs } as const;
  const limits = [{ sensor: 'vibration', value: 9.5, met, mayBe: null }];
  await bench.evaluate(decision, 500, 5, { ...about, limits });
  expect(bench.updated().at(-1)!.data).toMatchObject({ failureMode: 'limit', kind: 'limit' });
  expect(bench.updated().at(-1)!.data.action).not.toBe(bench.opened()[0]!.data.action);
  await bench.evaluate(decision, 500, 5, about);
  expect(bench.updated().at(-1)!.data).toMatchObject({ failureMode: 'unusual-behaviour', kind: 'unusual' });
  expect([bench.opened().length, bench.resolved().length]).toEqual([1, 0]);
});
