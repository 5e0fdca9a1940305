import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext, Sample, Scenario } from '../scenario.ts';
import { type MeasuredLoad, runLoad, warmUp } from '../sides/load-process.ts';
import { startProductSide, statusOf } from '../sides/sides.ts';
import { checkJournal, sampleOf } from './ingest.ts';

const sampleMs = 5_000;
/**
 * Ten minutes of readings, with the keys that recognise resends, exceed the default limit of a journal without a cloud.
 */
const journalBytesMax = 16 * 2 ** 30;

async function run({ folder, quick, sustainedMinutes }: BenchContext): Promise<Sample> {
  const duration = quick ? 6 : sustainedMinutes * 60;
  const product = await startProductSide({ folder, gateway: { journal: { bytesMax: journalBytesMax } } });
  const rates: number[] = [];
  let load: MeasuredLoad;
  try {
    await warmUp(product, folder);
    let loading = true;
    const finished = runLoad(product, { connections: 100, qos: 1, duration }, folder).finally(() => {
      loading = false;
    });
    finished.catch(() => {});
    let last = { readings: Number.NaN, atMs: 0 };
    while (loading) {
      const { pipeline } = await statusOf(product);
      const now = { readings: pipeline.readings, atMs: performance.now() };
      rates.push((now.readings - last.readings) / ((now.atMs - last.atMs) / 1_000));
      last = now;
      await Promise.race([finished.catch(() => {}), delay(sampleMs)]);
    }
    load = await finished;
  } finally {
    await product.stop();
  }
  const sample = sampleOf(load);
  // The first interval has no start, and the load generator was still starting in the second.
  const whole = rates.slice(2);
  if (whole.length > 0) sample.values.slowest = Math.min(...whole);
  sample.details.seconds = load.report.seconds;
  await checkJournal(sample, load, product.gatewayDir);
  return sample;
}

export const sustained: Scenario = {
  name: 'sustained',
  title: 'sustained load on the gateway alone, everything acknowledged found in its journal afterwards',
  sides: ['product'],
  figures: [
    {
      key: 'rate',
      title: 'acknowledged',
      unit: 'msg/s',
      better: 'higher',
      target: 60_000,
      targetFor: 'value',
    },
    { key: 'slowest', title: 'slowest 5 s', unit: 'msg/s', better: 'higher' },
    { key: 'memory', title: 'peak memory', unit: 'MB', better: 'lower' },
  ],
  repetitionsMax: 1,
  seconds: 55,
  run: (_side, context) => run(context),
};
