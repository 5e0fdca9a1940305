/** Alerts about unusual behaviour are damped by the sensor that shows it, as those of limits and faulty probes are. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

type Decision = Awaited<ReturnType<(typeof bench)['started']>>;
const hourMs = 3_600_000;

/** The bench's assessments have an anomaly of 0.1: that is unusual by one of these policies, and usual by the other. */
function machine(isUnusual: boolean) {
  const { machine: pump } = bench.input();
  const { openAt, resolveAt } = isUnusual
    ? { openAt: 0.05, resolveAt: 0.01 }
    : { openAt: 0.5, resolveAt: 0.4 };
  const odd = { failureMode: 'unusual-behaviour', on: 'anomaly', openAt, resolveAt } as const;
  const rows = { minConfidence: 0, openAfter: 1, resolveAfter: 1 };
  return { ...pump, type: { ...pump.type, alerts: [{ ...odd, ...rows }] } };
}

const beyond = (sensor: string) => ({ beyond: [{ sensor, level: 9, low: 1, high: 2 }] });

/** Lets a sensor be unusual, or (null) all be usual, for a second and then for some hours. */
async function turn(decision: Decision, sensor: string | null, hours = 0) {
  const more = { machine: machine(sensor !== null), ...(sensor !== null && beyond(sensor)) };
  await bench.evaluate(decision, 500, 1, more);
  for (let left = hours; left > 0; left -= 0.5) {
    await bench.clock.advance(hourMs / 2);
    await bench.evaluate(decision, 500, 1, more);
  }
}

const counts = () => [bench.opened().length, bench.resolved().length];

it('what begins in another sensor does not count as a return, and ends at once', async () => {
  const decision = await bench.started();
  await turn(decision, 'vibration', 48);
  await turn(decision, null, 72);
  await turn(decision, 'bearing_temperature', 6);
  expect(bench.opened().at(-1)!.data.reasons.join()).not.toContain('come back');
  await turn(decision, null);
  expect(counts()).toEqual([2, 2]);
  // The first one returns, and is damped as before.
  await turn(decision, 'vibration', 1);
  expect(bench.opened().at(-1)!.data.reasons.join()).toContain('vibration has come back once');
  await turn(decision, null, 4);
  expect(counts()).toEqual([3, 2]);
});

it('a sensor that becomes unusual while the end of another one is waited for is told, and ends by itself', async () => {
  const decision = await bench.started();
  for (const sensor of ['vibration', null, 'vibration', null]) await turn(decision, sensor, 2);
  expect(counts()).toEqual([2, 1]);
  await turn(decision, 'flow', 12);
  expect(bench.updated().map(({ data }) => data.reasons[0])).toEqual([expect.stringContaining('flow')]);
  await turn(decision, null);
  // The vibration has been away for long meanwhile, and the flow never was before.
  expect(counts()).toEqual([2, 2]);
});

it('while it only waits for its end, no sensor weighs anything in it', async () => {
  const decision = await bench.started();
  for (const sensor of ['vibration', null, 'vibration', null]) await turn(decision, sensor, 2);
  expect(decision.open()).toMatchObject([{ assessment: { contributions: [] } }]);
});

it('a restart forgets none of it', async () => {
  const before = await bench.started();
  for (const sensor of ['vibration', null, 'vibration', null]) await turn(before, sensor, 2);
  await before.stop();
  const away = await bench.started();
  await turn(away, 'flow', 3);
  await away.stop();
  const after = await bench.started();
  await turn(after, 'flow', 3);
  await turn(after, null, 2);
  expect(counts()).toEqual([2, 2]);
  await turn(after, 'vibration', 1);
  await turn(after, null, 2);
  expect(counts()).toEqual([3, 2]);
});
