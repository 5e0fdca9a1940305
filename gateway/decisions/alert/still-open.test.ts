import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SensorFault } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const loose: SensorFault = { sensor: 'vibration', value: -127, isBeyondAlarm: false };
const stuck: SensorFault = {
  ...{ sensor: 'temperature', value: 41, isBeyondAlarm: false },
  stuck: { sinceMs: 0, longestMs: 0 },
};

it('the end of an alert says what else is open about its machine', async () => {
  const decision = await bench.started();
  const evaluate = async (times: number, faults: SensorFault[]) => {
    for (let i = 0; i < times; i++) {
      await bench.clock.advance(1_000);
      await decision.evaluate([{ ...bench.input(), ...(faults.length > 0 && { faults }) }]);
    }
  };
  await evaluate(4, [loose, stuck]);
  expect(bench.opened()).toHaveLength(2);
  await evaluate(12, [stuck]);
  expect(bench.resolved().map(({ data }) => data.reasons)).toEqual([
    ['Every sensor sends values again that it can have', 'Still open: sensor stuck at one value'],
  ]);
});
