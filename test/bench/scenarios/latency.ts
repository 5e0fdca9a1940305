import { join } from 'node:path';
import { type LatencyEntry, readLatencyLog } from '../../load/record/latency-log.ts';
import { StandstillWatch, withoutStandstills } from '../measure/standstills.ts';
import type { BenchContext, Sample, Scenario, Side } from '../scenario.ts';
import { type MeasuredLoad, runLoad, warmUp } from '../sides/load-process.ts';
import { type ProductSide, type RunningSide, startBare, startProductSide, statusOf } from '../sides/sides.ts';
import { WearingPumps } from '../sides/wearing-pumps.ts';
import { startReceiver } from '../sides/webhook-receiver.ts';
import { assessedBetween, rateProblems, storeProblems } from './checks.ts';
import { allConfirmed, embeddedCount } from './end-to-end.ts';
import { checkJournal, sampleOf } from './ingest.ts';

const rate = 5_000;
const sensors = 1_000;
/** Pumps that reach an alert. They add 400 readings a second. */
const pumps = 200;

/** Time before the measurement in which every sensor becomes known. */
const introductionSeconds = 6;

const loadShape = (duration: number) => ({ connections: sensors, qos: 1 as const, rate, duration });

/** Above every running number of the introduction, so that each reading has its own. */
const seqFirst = 1_000;

/**
 * Latency of acknowledgements on a side that does nothing else. The target is for all of them. The second figure,
 * without those due around standstills of the machine itself, shows how much of the first is caused by the machine.
 */
async function ackAlone(
  side: RunningSide,
  { folder, quick }: BenchContext,
): Promise<{ sample: Sample; load: MeasuredLoad }> {
  await warmUp(side, folder);
  await runLoad(side, loadShape(introductionSeconds), folder);
  const latencies = join(folder, 'latencies');
  const watch = new StandstillWatch();
  try {
    const isWatched = await watch.start();
    const load = await runLoad(side, { ...loadShape(quick ? 4 : 30), seqFirst, latencies }, folder);
    const sample = sampleOf(load);
    const all = readLatencyLog(latencies);
    const undisturbed = withoutStandstills(all, watch.standstills);
    sample.values = { ack: p99(all), ackUndisturbed: p99(undisturbed) };
    sample.details.standstills = isWatched
      ? watch.standstills.length
      : 'not watched: this needs root, chrt and taskset';
    sample.details.leftOut = 1 - undisturbed.length / all.length;
    sample.problems.push(...rateProblems('sensors', load.report.perSecond, rate));
    return { sample, load };
  } finally {
    await watch.stop();
  }
}

function p99(entries: readonly LatencyEntry[]): number {
  const sorted = Float64Array.from(entries, ({ latencyMs }) => latencyMs).sort();
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

async function runBare(context: BenchContext): Promise<Sample> {
  const bare = await startBare();
  try {
    return (await ackAlone(bare, context)).sample;
  } finally {
    await bare.stop();
  }
}

async function runProduct(context: BenchContext): Promise<Sample> {
  const alone = await runAlone(context);
  const together = await runWithAlerts(context);
  return {
    values: { ...together.values, ...alone.values },
    details: { ...together.details, ...alone.details },
    problems: [...together.problems, ...alone.problems],
  };
}

async function runAlone(context: BenchContext): Promise<Sample> {
  const product = await startProductSide({ folder: join(context.folder, 'alone') });
  let measured: Awaited<ReturnType<typeof ackAlone>>;
  try {
    measured = await ackAlone(product, context);
  } finally {
    await product.stop();
  }
  const { sample, load } = measured;
  await checkJournal(sample, load, product.gatewayDir);
  return sample;
}

/** Further configuration of the gateway, and what is done before anything is measured. */
export interface PreparedProduct {
  gateway?: Record<string, unknown>;
  prepare?(product: ProductSide): Promise<void>;
}

/**
 * Reading → alert. Pumps that wear out are read twice a second, so that each reading is assessed by itself (assessments
 * of one machine are at least 200 ms apart). The reading that completes the evidence is then the newest one in the
 * window that was decided on, and the event carries its time. The latency ends when a webhook, the last station of an
 * alert, has the event: it includes journal, uplink, cloud and its disk. If an assessment skipped readings, the event
 * would carry too late a time, so skipped readings are counted and are a problem.
 */
export async function runWithAlerts(
  { folder, quick }: BenchContext,
  { gateway = {}, prepare }: PreparedProduct = {},
): Promise<Sample> {
  const receiver = await startReceiver();
  const webhook = [{ name: 'bench', url: receiver.url, filter: { changes: ['opened'] } }];
  const store = { kind: 'embedded' };
  const product = await startProductSide({ folder, store, gateway, cloud: { alerts: { webhook } } });
  const plant = new WearingPumps(product.mqttPort, pumps);
  try {
    await prepare?.(product);
    await warmUp(product, folder);
    const { report: introduced } = await runLoad(product, loadShape(introductionSeconds), folder);
    await plant.start();
    await plant.sendPast();
    const before = await statusOf(product);
    const loading = runLoad(product, { ...loadShape(quick ? 14 : 32), seqFirst }, folder);
    loading.catch(() => {});
    const sent = await plant.live(quick ? 10 : 28);
    const load = await loading;
    const sample = sampleOf(load);
    const after = await statusOf(product);
    // Sensors have no model, so these assessments are of pumps.
    const { byModel: assessed } = assessedBetween(before, after, load.report.seconds);
    const latencies = receiver.latenciesMs();
    sample.values = { ackTogether: Number(sample.details.ackMsP99) };
    if (latencies.count > 0) {
      sample.values.alert = latencies.msP99;
      sample.values.alertMedian = latencies.msP50;
    }
    sample.details.alerts = latencies.count;
    sample.details.alertMsMax = latencies.msMax;
    sample.details.pumpReadings = sent;
    sample.details.assessed = assessed;
    if (latencies.count < pumps / 4 && !quick) sample.problems.push(`only ${latencies.count} alerts`);
    if (assessed < sent * 0.99)
      sample.problems.push(`${sent} readings of pumps, only ${assessed} assessed by the model`);
    sample.problems.push(...rateProblems('sensors', load.report.perSecond, rate));
    await allConfirmed(product);
    const acked = introduced.acked + load.report.acked;
    sample.problems.push(...storeProblems(await embeddedCount(product)(), acked));
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
      key: 'ackUndisturbed',
      title: 'the same without what was due while the machine itself stood still',
      unit: 'ms',
      better: 'lower',
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
  repetitionsMax: 3,
  seconds: 126,
  run: (side: Side, context) => (side === 'bare' ? runBare(context) : runProduct(context)),
};
