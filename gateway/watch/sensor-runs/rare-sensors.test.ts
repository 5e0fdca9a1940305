/** Stuck sensors that are sent less often than the others of their machine: judged by their own values, at whatever rows they come. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { runsBench } from './sensor-runs.testing.ts';

const secondMs = 1_000;

/** A row each second of sensors that move; `change` says what is different. */
function machine() {
  const names = ['pressure', 'flow', 'temperature'];
  const bench = runsBench(names);
  const random = seededRandom(5);
  let rows = 0;
  const run = (count: number, change: (values: Record<string, number>, row: number) => void) => {
    for (let row = 0; row < count; row++) {
      const values = Object.fromEntries(names.map((name) => [name, 5 + Math.sin(rows / 40) + random.next()]));
      change(values, row);
      bench.send({ atMs: ++rows * secondMs, values });
    }
  };
  return { ...bench, run, atMs: () => rows * secondMs, random };
}

const places = [2, 3, 4, 8, 16, 60].flatMap((every) => [
  { every, phase: 0 },
  { every, phase: 1 },
  { every, phase: every - 1 },
]);

it.each(places)(
  'one in each row of $every, at place $phase, is told once its level has moved',
  ({ every, phase }) => {
    const bench = machine();
    const rare = (level: () => number) => (values: Record<string, number>, row: number) => {
      if (row % every === phase) values.temperature = level();
      else delete values.temperature;
    };
    for (const level of [40, 60, 50])
      bench.run(
        100 * every,
        rare(() => level + bench.random.next()),
      );
    const firstMs = bench.atMs() + (phase + 1) * secondMs;
    bench.run(
      100 * every,
      rare(() => 52.5),
    );
    expect(bench.told).toEqual(['+temperature stuck']);
    expect(bench.faults()).toMatchObject([{ sensor: 'temperature', stuck: { sinceMs: firstMs } }]);
  },
);

it('those that stop with their machine are not told, though they are sent at different rates', () => {
  const bench = machine();
  const mixed = (values: Record<string, number>, row: number) => {
    if (row % 15 !== 6) delete values.flow;
    if (row % 30 !== 11) delete values.temperature;
  };
  bench.run(3_000, mixed);
  bench.run(3_000, (values, row) => {
    Object.assign(values, { flow: 5.5, temperature: 5.6 });
    mixed(values, row);
  });
  expect(bench.told).toEqual([]);
});
