import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SensorFault } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const loose: SensorFault = { sensor: 'vibration', value: -127, isBeyondAlarm: false };
const beyond: SensorFault = { sensor: 'vibration', value: 140, isBeyondAlarm: true };

async function started() {
  const decision = await bench.started();
  return async (times: number, faults: SensorFault[] = []) => {
    for (let i = 0; i < times; i++) {
      await bench.clock.advance(1_000);
      await decision.evaluate([{ ...bench.input(), ...(faults.length > 0 && { faults }) }]);
    }
  };
}

it('a sensor that sends what it cannot have is a warning of the machine, until it is well again', async () => {
  const evaluate = await started();
  await evaluate(2, [loose]);
  await evaluate(1);
  expect(bench.opened()).toEqual([]);
  await evaluate(3, [loose]);
  expect(bench.opened()).toMatchObject([
    {
      data: {
        ...{ failureMode: 'sensor-fault', severity: 'warning' },
        contributions: [{ sensor: 'vibration', share: 1, value: -127 }],
        reasons: [
          'vibration sends -127 mm/s, a value that it cannot have (0 … 100 mm/s): check the probe and its cable',
        ],
      },
    },
  ]);
  await evaluate(20, [loose]);
  expect([bench.opened().length, bench.resolved().length]).toEqual([1, 0]);
  await evaluate(10);
  expect(bench.resolved()).toMatchObject([
    { data: { failureMode: 'sensor-fault', reasons: ['Every sensor sends values again that it can have'] } },
  ]);
});

it('a value beyond the range on the side of the alarm is critical: the machine first, then the probe', async () => {
  const evaluate = await started();
  await evaluate(3, [beyond]);
  expect(bench.opened()).toMatchObject([
    {
      data: {
        ...{ failureMode: 'beyond-range', severity: 'critical' },
        reasons: [
          'vibration sends 140 mm/s, beyond what the probe can measure (0 … 100 mm/s): check the machine, then the probe',
        ],
      },
    },
  ]);
});

it('an open fault is known after a restart, and not opened twice', async () => {
  await (await started())(3, [loose]);
  await (await started())(5, [loose]);
  expect(new Set(bench.opened().map(({ data }) => data.predictionId)).size).toBe(1);
});
