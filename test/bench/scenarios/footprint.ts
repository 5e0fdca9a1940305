import { setTimeout as delay } from 'node:timers/promises';
import { pumpCarrier } from '../../load/mqtt/pump-payload.ts';
import { usageOf } from '../measure/meter.ts';
import { spreadOf } from '../measure/stats.ts';
import { until } from '../measure/waiting.ts';
import type { BenchContext, Sample, Scenario } from '../scenario.ts';
import { runLoad } from '../sides/load-process.ts';
import { startProductSide, statusOf } from '../sides/sides.ts';
import { assessedBetween, diskProblems, rateProblems, storeProblems } from './checks.ts';
import { allConfirmed, embeddedCount } from './end-to-end.ts';
import { sampleOf, writtenWhile } from './ingest.ts';

const devices = 1_000;
/** Above every running number of the load that fills the windows. */
const seqFirst = 1_000;

/** A small site on an ordinary day. The resident set settles, so only the second half is reported. */
async function run({ folder, quick }: BenchContext): Promise<Sample> {
  const product = await startProductSide({ folder, store: { kind: 'embedded' } });
  try {
    const loaded = async () => (await statusOf(product)).intelligence.model.state === 'ready';
    await until(loaded, 'the model to load', 30_000);
    const shape = { connections: devices, qos: 1 as const, pumps: true };
    // Fills every window, so that the model has work from the first second.
    const filling = { ...shape, rate: 5_000, duration: quick ? 1 : 8 };
    const { report: filled } = await runLoad(product, filling, folder);
    await allConfirmed(product);
    const before = await statusOf(product);
    const idle = usageOf([product.gateway.pid])?.rssBytes ?? Number.NaN;
    const duration = quick ? 6 : 45;
    const resident: number[] = [];
    const written = await writtenWhile(product, async () => {
      let loading = true;
      const gatewayOnly = { ...product, pids: [product.gateway.pid] };
      const load = runLoad(gatewayOnly, { ...shape, rate: devices, duration, seqFirst }, folder).finally(
        () => {
          loading = false;
        },
      );
      load.catch(() => {});
      while (loading) {
        resident.push(usageOf([product.gateway.pid])?.rssBytes ?? Number.NaN);
        await delay(500);
      }
      return load;
    });
    const load = written.result;
    await allConfirmed(product);
    const after = await statusOf(product);
    const uplinkBytes = after.uplink!.bytes.readings! - before.uplink!.bytes.readings!;
    const assessed = assessedBetween(before, after, load.report.seconds);
    const sample = sampleOf(load);
    sample.values.memory = spreadOf(resident.slice(resident.length >> 1)).median / 1e6;
    sample.values.peak = Math.max(...resident) / 1e6;
    sample.values.disk = written.diskRatio;
    sample.values.uplink = uplinkBytes / load.report.bytesSent;
    sample.values.ack = load.report.ackLatency.msP99;
    sample.details.idleMB = idle / 1e6;
    sample.details.diskBytesPerReading = written.diskBytes / load.report.sent;
    sample.details.syncs = written.syncs;
    sample.values.scored = assessed.machines / load.report.seconds;
    sample.details.byModelPerSecond = assessed.byModelPerSecond;
    const acked = filled.acked + load.report.acked;
    const stored = await embeddedCount(product, 'pump', pumpCarrier)();
    sample.problems.push(...storeProblems(stored, acked), ...diskProblems(written.diskRatio));
    sample.problems.push(...rateProblems('readings', load.report.perSecond, devices));
    // A quick load does not fill a window.
    if (!quick) {
      const { byModelPerSecond } = assessed;
      sample.problems.push(...rateProblems('assessments by the model', byModelPerSecond, devices));
    }
    return sample;
  } finally {
    await product.stop();
  }
}

export const footprint: Scenario = {
  name: 'footprint',
  title: '1,000 pumps at 1 Hz, model loaded, with a cloud',
  sides: ['product'],
  figures: [
    {
      key: 'memory',
      title: 'resident memory of the gateway',
      unit: 'MB',
      better: 'lower',
      target: 180,
      targetFor: 'value',
    },
    { key: 'peak', title: 'its peak', unit: 'MB', better: 'lower' },
    { key: 'scored', title: 'machines assessed', unit: '/s', better: 'higher' },
    { key: 'cpu', title: 'CPU of the gateway', unit: 's/million', better: 'lower' },
    { key: 'ack', title: 'p99 sensor → ack', unit: 'ms', better: 'lower' },
    { key: 'disk', title: 'written to disk per byte journalled', unit: 'bytes', better: 'lower' },
    { key: 'uplink', title: 'uplink bytes per byte that sensors sent', unit: '', better: 'lower' },
  ],
  repetitionsMax: 1,
  seconds: 61,
  run: (_side, context) => run(context),
};
