import { journalledReadings } from '../journal-readings.ts';
import { type LoadShape, type MeasuredLoad, runLoad, warmUp } from '../load-process.ts';
import type { BenchContext, Sample, Scenario, Side } from '../scenario.ts';
import { type RunningSide, startBare, startProductSide } from '../sides.ts';

const connections = 100;

function shapeOf(qos: 0 | 1, context: BenchContext): LoadShape {
  return { connections, qos, window: 20, total: context.quick ? 60_000 : 600_000 };
}

/** The same on both sides. */
export async function measure(side: RunningSide, shape: LoadShape, folder: string): Promise<MeasuredLoad> {
  await warmUp(side, folder);
  return runLoad(side, shape, folder);
}

export function sampleOf(load: MeasuredLoad): Sample {
  const { report, usage } = load;
  return {
    values: {
      rate: report.perSecond,
      ...(usage === null
        ? {}
        : { cpu: usage.cpuSeconds / (report.sent / 1e6), memory: usage.rssPeakBytes / 2 ** 20 }),
    },
    details: {
      sent: report.sent,
      acked: report.acked,
      ackMsP50: report.ackLatency.msP50,
      ackMsP99: report.ackLatency.msP99,
      generatorCpuSeconds: report.cpuSeconds,
    },
    problems: report.end === 'complete' ? [] : [`the load ended: ${report.end}`],
  };
}

/** Acknowledged readings must be in the journal once; what is missing at QoS 0 is counted. */
async function checkJournal(sample: Sample, load: MeasuredLoad, gatewayDir: string, qos: 0 | 1) {
  const measured = new Set(load.ledger.machines.map((machine) => machine.machine));
  const journalled = (await journalledReadings(gatewayDir)).filter(([machine]) => measured.has(machine));
  const verdict = load.ledger.compare(journalled);
  if (verdict.lostCount > 0) sample.problems.push(`${verdict.lostCount} acknowledged readings are missing`);
  if (verdict.repeatedCount > 0) sample.problems.push(`${verdict.repeatedCount} readings are there twice`);
  if (verdict.strangers > 0) sample.problems.push(`${verdict.strangers} readings were never sent`);
  const lost = load.report.sent - journalled.length;
  sample.details.journalled = journalled.length;
  sample.details.lost = lost;
  if (qos === 0) sample.values.rate = journalled.length / load.report.seconds;
}

async function run(qos: 0 | 1, side: Side, context: BenchContext): Promise<Sample> {
  const shape = shapeOf(qos, context);
  if (side === 'bare') {
    const bare = await startBare();
    try {
      return sampleOf(await measure(bare, shape, context.folder));
    } finally {
      await bare.stop();
    }
  }
  const product = await startProductSide({ folder: context.folder });
  let load: MeasuredLoad;
  try {
    load = await measure(product, shape, context.folder);
  } finally {
    await product.stop();
  }
  const sample = sampleOf(load);
  await checkJournal(sample, load, product.gatewayDir, qos);
  return sample;
}

export const qos1Ingest: Scenario = {
  name: 'qos1',
  title: 'durable ingest, QoS 1 (100 connections, window 20, 215 bytes)',
  figures: [
    { key: 'rate', title: 'acknowledged', unit: 'msg/s', better: 'higher', target: 0.6 },
    { key: 'cpu', title: 'CPU', unit: 's/million', better: 'lower' },
    { key: 'memory', title: 'peak memory', unit: 'MiB', better: 'lower' },
  ],
  run: (side, context) => run(1, side, context),
};

export const qos0Ingest: Scenario = {
  name: 'qos0',
  title: 'ingest, QoS 0 as fast as it can be sent (the product: what is in the journal)',
  figures: [
    { key: 'rate', title: 'taken', unit: 'msg/s', better: 'higher' },
    { key: 'cpu', title: 'CPU', unit: 's/million', better: 'lower' },
    { key: 'memory', title: 'peak memory', unit: 'MiB', better: 'lower' },
  ],
  run: (side, context) => run(0, side, context),
};
