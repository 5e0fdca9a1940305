import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

it('an alarm that was away for half a day is a warning while its end waits, and is told when it comes again', async () => {
  const decision = await bench.started();
  const alarm = { side: 'high', severity: 'critical', at: 7.1, backAt: 6.6, sinceMs: 0 } as const;
  const high = { limits: [{ sensor: 'vibration', value: 8, met: alarm, mayBe: null }] };
  const hours = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await bench.clock.advance(60 * 60_000);
      await bench.evaluate(decision, 200);
    }
  };
  const told = () => bench.updated().filter(({ data }) => data.isNews !== false);
  // Two days of one hour each, so that it must be away for longer than a day.
  for (let day = 0; day < 2; day++) {
    await bench.evaluate(decision, 200, 1, high);
    await hours(day === 0 ? 23 : 11);
  }
  const [before] = decision.open();
  expect(before).toMatchObject({ severity: 'critical' });
  const toldBefore = told().length;
  await hours(2);
  expect(decision.open()).toMatchObject([{ predictionId: before!.predictionId, severity: 'warning' }]);
  expect(told()).toHaveLength(toldBefore);
  await bench.evaluate(decision, 200, 1, high);
  expect(decision.open()).toMatchObject([{ predictionId: before!.predictionId, severity: 'critical' }]);
  expect(told()).toHaveLength(toldBefore + 1);
});
