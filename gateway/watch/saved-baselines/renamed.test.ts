import { expect, it } from 'vitest';
import { bench, type Reading, someBatches } from './saved-bench.testing.ts';

/** A machine that has another name goes on with what is normal for it. */
const [from, to] = ['m0', 'm1'].map((machine) => ({ site: 's', machine })) as [
  { site: string; machine: string },
  { site: string; machine: string },
];
const asOther = (readings: Reading[]) => readings.map((reading) => ({ ...reading, machine: to.machine }));
const all = someBatches({ batches: 40 });
const journal = [...all.slice(0, 30), ...all.slice(30).map(asOther)];

it('what is normal follows a machine to a name under which nothing came yet, and over a restart', async () => {
  const made = await bench(journal);
  const first = await made.start();
  first.take(0, 30);
  expect(first.baselines.rename(from, to)).toBe(true);
  expect(await first.baselines.saveNow('s/m1')).toBe(true);
  await first.baselines.stop();
  const second = await made.start();
  expect(second.baselines.rename({ ...from, machine: 'other' }, to)).toBe(false);
  second.take(30, 31);
  expect(second.windows.baselineOf(to)!.rows).toBe(first.windows.baselineOf(from)!.rows + 7);
  expect(second.baselines.stats().restored).toBe(1);
});

it('and to one under which it has begun to send, unless as much is known there', async () => {
  const made = await bench(journal);
  const run = await made.start();
  run.take(0, 32);
  const { rows } = run.windows.baselineOf(from)!;
  expect(run.baselines.rename(to, from)).toBe(false);
  expect(run.baselines.rename(from, to)).toBe(true);
  expect(run.windows.baselineOf(to)!.rows).toBe(rows);
  run.take(32, 33);
  expect(run.windows.baselineOf(to)!.rows).toBe(rows + 7);
  expect(run.baselines.rename(from, to)).toBe(false);
});
