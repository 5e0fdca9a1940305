import { setTimeout as delay } from 'node:timers/promises';
import { startInfluxd } from '../../support/influxd.ts';
import { until } from '../measure/waiting.ts';
import type { BenchContext, Sample, Scenario } from '../scenario.ts';
import { runLoad, warmUp } from '../sides/load-process.ts';
import { type ProductSide, startProductSide, statusOf } from '../sides/sides.ts';
import { rateProblems, storeProblems } from './checks.ts';
import { allConfirmed, influxCount, influxStore, influxUnavailable } from './end-to-end.ts';
import { sampleOf } from './ingest.ts';

const liveRate = 5_000;
/** The backlog that live data alone cause. */
const behindAtEnd = liveRate / 2;

/** Number of readings that are journalled and not confirmed. */
async function behind(
  product: ProductSide,
): Promise<{ connected: boolean; readings: number; taken: number }> {
  const { pipeline, uplink } = await statusOf(product);
  const { readings: taken } = pipeline;
  return { connected: uplink!.connected, readings: taken - uplink!.lines.readings!, taken };
}

/**
 * The cloud is down while a backlog grows, and returns while live data flow. The figure is the rate at which the
 * backlog shrinks from the reconnection on; live data that arrive meanwhile are carried besides, and not counted.
 */
async function run({ folder, quick }: BenchContext): Promise<Sample> {
  const influxd = await startInfluxd();
  try {
    const product = await startProductSide({ folder, store: influxStore(influxd) });
    try {
      await warmUp(product, folder);
      await allConfirmed(product);
      await product.cloud!.stop();
      const total = quick ? 100_000 : 1_000_000;
      const backlog = await runLoad(product, { connections: 100, qos: 1, total, machine: 'b{c}' }, folder);

      const duration = quick ? 8 : 30;
      const shape = { connections: 100, qos: 1 as const, duration, rate: liveRate, machine: 'l{c}' };
      const live = runLoad(product, shape, folder);
      live.catch(() => {});
      await delay(1_000);
      await product.cloud!.restart();
      await until(async () => (await behind(product)).connected, 'the uplink to connect', 30_000, 20);
      const beganAtMs = performance.now();
      const before = await behind(product);
      let after = before;
      const drained = async () => {
        after = await behind(product);
        return after.readings < behindAtEnd;
      };
      await until(drained, 'the backlog to drain', 120_000, 50);
      const seconds = (performance.now() - beganAtMs) / 1_000;

      const liveLoad = await live;
      const sample = sampleOf(liveLoad);
      const perSecond = (before.readings - after.readings) / seconds;
      const livePerSecond = (after.taken - before.taken) / seconds;
      sample.values = { drain: perSecond / liveRate, perSecond };
      Object.assign(sample.details, { backlog: before.readings, drainSeconds: seconds, livePerSecond });
      const { problems } = sample;
      if (seconds > duration) problems.push('the backlog outlasted the live data');
      if (before.readings < total) problems.push(`a backlog of ${before.readings} readings, not ${total}`);
      problems.push(...rateProblems('live data', liveLoad.report.perSecond, liveRate));
      // A short backlog is empty before its rate can be measured.
      if (!quick) problems.push(...rateProblems('live data while it drained', livePerSecond, liveRate));
      await allConfirmed(product);
      const acked = backlog.report.acked + liveLoad.report.acked;
      problems.push(...storeProblems(await influxCount(influxd, '^[bl]')(), acked));
      return sample;
    } finally {
      await product.stop();
    }
  } finally {
    await influxd.stop();
  }
}

export const drain: Scenario = {
  name: 'drain',
  title: `backlog of a million readings into InfluxDB 1.x while ${liveRate.toLocaleString('en')} a second come in`,
  sides: ['product'],
  figures: [
    {
      key: 'drain',
      title: 'backlog drained per live reading',
      unit: '×',
      better: 'higher',
      target: 10,
      targetFor: 'value',
    },
    { key: 'perSecond', title: 'backlog drained', unit: 'readings/s', better: 'higher' },
  ],
  repetitionsMax: 1,
  seconds: 40,
  unavailable: influxUnavailable,
  run: (_side, context) => run(context),
};
