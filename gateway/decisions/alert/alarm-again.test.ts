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

const alarmLimit = { side: 'high', severity: 'critical', at: 7.1, backAt: 6.6 } as const;

it('an alarm on each day of a machine that runs for one shift a day is told each day', async () => {
  const decision = await bench.started();
  let judgedMs = 0;
  const hour = async (isHigh: boolean) => {
    await bench.clock.advance(3_600_000);
    judgedMs += 3_600_000;
    const met = { ...alarmLimit, sinceMs: bench.clock.nowMs() };
    const limits = isHigh ? [{ sensor: 'vibration', value: 8, met, mayBe: null }] : [];
    await bench.evaluate(decision, 200, 1, { limits, judgedMs });
  };
  const critical = () =>
    [...bench.opened(), ...bench.updated()].filter(
      ({ data }) => data.isNews !== false && data.severity === 'critical',
    ).length;
  for (let day = 1; day <= 6; day++) {
    for (let i = 0; i < 8; i++) await hour(i === 2);
    expect([day, critical()]).toEqual([day, day]);
    await bench.clock.advance(16 * 3_600_000);
  }
});

it('an alarm that is told late, and has become a warning meanwhile, is one episode that names the alarm', async () => {
  const decision = await bench.started();
  const nowMs = bench.clock.nowMs();
  const passed = [
    { ...alarmLimit, sensor: 'vibration', value: 8, sinceMs: nowMs - 3_600_000, untilMs: nowMs - 1_800_000 },
  ];
  const met = {
    side: 'high',
    severity: 'warning',
    at: 4.5,
    backAt: 4.2,
    sinceMs: nowMs - 3_600_000,
  } as const;
  const now = [{ sensor: 'vibration', value: 5, met, mayBe: null }];
  await bench.evaluate(decision, 200, 1, { limits: now, passed });
  const [opened] = bench.opened();
  expect(opened!.data).toMatchObject({ severity: 'warning' });
  const words = opened!.data.reasons.join('; ');
  expect(words).toMatch(/above the alarm limit of 7\.1.* from .* to /);
  expect(words).not.toMatch(/come back/);
  await bench.clock.advance(60_000);
  await bench.evaluate(decision, 200);
  expect(decision.open()).toEqual([]);
});
