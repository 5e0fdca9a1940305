import { join } from 'node:path';
import { runLoad, warmUp } from '../load-process.ts';
import type { BenchContext, Sample, Scenario, Side } from '../scenario.ts';
import { startBare, startProductSide, statusOf } from '../sides.ts';
import { WearingPumps } from '../wearing-pumps.ts';
import { startReceiver } from '../webhook-receiver.ts';
import { sampleOf } from './ingest.ts';

const rate = 5_000;
const sensors = 1_000;
/** Pumps that come to an alert; they add 400 readings a second. */
const pumps = 200;

/** Before it is measured: so that every sensor is known. */
const introductionSeconds = 4;

const loadShape = (duration: number) => ({ connections: sensors, qos: 1 as const, rate, duration });

async function runBare({ folder, quick }: BenchContext): Promise<Sample> {
  const bare = await startBare();
  try {
    await warmUp(bare, folder);
    await runLoad(bare, loadShape(introductionSeconds), folder);
    const sample = sampleOf(await runLoad(bare, loadShape(quick ? 4 : 10), folder));
    sample.values = { ack: Number(sample.details.ackMsP99) };
    return sample;
  } finally {
    await bare.stop();
  }
}

/** The same load as bare Aedes has, on the gateway alone. */
async function ackAlone({ folder, quick }: BenchContext): Promise<Sample> {
  const product = await startProductSide({ folder: join(folder, 'alone') });
  try {
    await warmUp(product, folder);
    await runLoad(product, loadShape(introductionSeconds), folder);
    return sampleOf(await runLoad(product, loadShape(quick ? 4 : 10), folder));
  } finally {
    await product.stop();
  }
}

/**
 * Reading → alert: pumps that wear out are read twice a second, so that each reading is assessed by itself (an
 * assessment of one machine may follow another after 200 ms) and the reading that completes the evidence is the newest
 * one in the window that was decided on, whose time the event carries. The clock runs from when that reading was
 * published until a webhook, the last station of an alert, has the event: over journal, uplink, cloud and its disk.
 * Would an assessment leave readings out, the event would name too late a reading: so that is counted and a problem.
 */
async function runProduct(context: BenchContext): Promise<Sample> {
  const alone = await ackAlone(context);
  const sample = await runWithAlerts(context);
  sample.values.ackTogether = Number(sample.details.ackMsP99);
  sample.values.ack = Number(alone.details.ackMsP99);
  sample.details.ackMsP50Alone = alone.details.ackMsP50!;
  sample.problems.push(...alone.problems);
  return sample;
}

async function runWithAlerts({ folder, quick }: BenchContext): Promise<Sample> {
  const receiver = await startReceiver();
  const webhook = [{ name: 'bench', url: receiver.url, filter: { changes: ['opened'] } }];
  const store = { kind: 'embedded' };
  const product = await startProductSide({ folder, store, cloud: { alerts: { webhook } } });
  const plant = new WearingPumps(product.mqttPort, pumps);
  try {
    await warmUp(product, folder);
    await runLoad(product, loadShape(introductionSeconds), folder);
    await plant.start();
    await plant.sendPast();
    const before = await statusOf(product);
    const load = runLoad(product, loadShape(quick ? 14 : 32), folder);
    const sent = await plant.live(quick ? 10 : 28);
    const sample = sampleOf(await load);
    const after = await statusOf(product);
    const assessed = (after.intelligence.scorer?.machines ?? 0) - (before.intelligence.scorer?.machines ?? 0);
    const latencies = receiver.latenciesMs();
    sample.values = {};
    if (latencies.count > 0) {
      sample.values.alert = latencies.msP99;
      sample.values.alertMedian = latencies.msP50;
    }
    sample.details.alerts = latencies.count;
    sample.details.alertMsMax = latencies.msMax;
    sample.details.pumpReadings = sent;
    sample.details.assessed = assessed;
    if (latencies.count < pumps / 4 && !quick) sample.problems.push(`only ${latencies.count} alerts`);
    if (assessed < sent * 0.99) sample.problems.push(`${sent} readings of pumps, only ${assessed} assessed`);
    return sample;
  } finally {
    await plant.stop();
    await product.stop();
    await receiver.stop();
  }
}

export const latency: Scenario = {
  name: 'latency',
  title: `${rate.toLocaleString('en')} messages a second from ${sensors.toLocaleString('en')} sensors, and ${pumps} pumps that wear out`,
  figures: [
    {
      key: 'ack',
      title: 'p99 sensor → ack, gateway alone',
      unit: 'ms',
      better: 'lower',
      target: 10,
      targetFor: 'value',
    },
    {
      key: 'ackTogether',
      title: 'the same beside the cloud, the pumps, their plant and the receiver, all on these cores',
      unit: 'ms',
      better: 'lower',
    },
    {
      key: 'alert',
      title: 'p99 reading → alert at its receiver',
      unit: 'ms',
      better: 'lower',
      target: 250,
      targetFor: 'value',
    },
    { key: 'alertMedian', title: 'median of that', unit: 'ms', better: 'lower' },
  ],
  repetitionsMax: 2,
  seconds: 88,
  run: (side: Side, context) => (side === 'bare' ? runBare(context) : runProduct(context)),
};
