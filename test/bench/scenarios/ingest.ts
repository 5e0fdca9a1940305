import { Comparison } from '../../load/record/ledger.ts';
import { eachJournalled } from '../measure/journal-readings.ts';
import { usageOf, usedBetween } from '../measure/meter.ts';
import type { BenchContext, Figure, Sample, Scenario, Side } from '../scenario.ts';
import { type LoadShape, type MeasuredLoad, runLoad, warmUp } from '../sides/load-process.ts';
import { type ProductSide, type RunningSide, startBare, startProductSide, statusOf } from '../sides/sides.ts';
import { type Assessed, assessedBetween, diskProblems } from './checks.ts';

const connections = 100;

/** Measures one side under the load, which is the same for both sides. */
export async function measure(side: RunningSide, shape: LoadShape, folder: string): Promise<MeasuredLoad> {
  await warmUp(side, folder, shape.pumps);
  return runLoad(side, shape, folder);
}

export function sampleOf(load: MeasuredLoad): Sample {
  const { report, usage } = load;
  return {
    values: {
      rate: report.perSecond,
      ...(usage === null
        ? {}
        : { cpu: usage.cpuSeconds / (report.sent / 1e6), memory: usage.rssPeakBytes / 1e6 }),
    },
    details: {
      sent: report.sent,
      acked: report.acked,
      bytesSent: report.bytesSent,
      ackMsP50: report.ackLatency.msP50,
      ackMsP99: report.ackLatency.msP99,
      generatorCpuSeconds: report.cpuSeconds,
    },
    problems: report.end === 'complete' ? [] : [`the load stopped early: ${report.end}`],
  };
}

export async function runBare(shape: LoadShape, folder: string): Promise<Sample> {
  const bare = await startBare();
  try {
    return sampleOf(await measure(bare, shape, folder));
  } finally {
    await bare.stop();
  }
}

/**
 * Acknowledged readings must be in the journal exactly once; at QoS 0 the missing ones are counted. Running numbers
 * below the first one of a machine belong to an earlier load, and are ignored.
 */
export async function checkJournal(
  sample: Sample,
  load: Pick<MeasuredLoad, 'report' | 'ledger'>,
  gatewayDir: string,
): Promise<void> {
  const comparison = new Comparison(load.ledger);
  const firstOf = new Map(load.ledger.machines.map(({ machine, first }) => [machine, first]));
  await eachJournalled(gatewayDir, (machine, seq) => {
    const first = firstOf.get(machine);
    if (first !== undefined && seq >= first) comparison.add(machine, seq);
  });
  const verdict = comparison.verdict();
  if (verdict.lostCount > 0) sample.problems.push(`${verdict.lostCount} acknowledged readings are missing`);
  if (verdict.repeatedCount > 0)
    sample.problems.push(`${verdict.repeatedCount} readings are in the journal twice`);
  if (verdict.strangers > 0) sample.problems.push(`${verdict.strangers} readings were never sent`);
  sample.details.journalled = comparison.stored;
  sample.details.lost = load.report.sent - comparison.stored;
}

/**
 * Bytes that the gateway wrote to its disk, in whole pages and for all its files, per byte of blocks and frames that
 * were appended to its journal.
 */
export async function writtenWhile<T>(
  product: ProductSide,
  run: () => Promise<T>,
): Promise<{ result: T; diskRatio: number; diskBytes: number; syncs: number }> {
  const journalled = async () => {
    const { journals } = await statusOf(product);
    const sum = (key: 'writtenBytes' | 'syncs') => journals.reduce((total, one) => total + one[key], 0);
    return { bytes: sum('writtenBytes'), syncs: sum('syncs') };
  };
  const [bytesBefore, usageBefore] = [await journalled(), usageOf([product.gateway.pid])];
  const result = await run();
  const [bytesAfter, usageAfter] = [await journalled(), usageOf([product.gateway.pid])];
  const diskBytes = usedBetween(usageBefore, usageAfter)?.diskBytes ?? Number.NaN;
  const diskRatio = diskBytes / (bytesAfter.bytes - bytesBefore.bytes);
  return { result, diskRatio, diskBytes, syncs: bytesAfter.syncs - bytesBefore.syncs };
}

async function runPlain(qos: 0 | 1, side: Side, { folder, quick }: BenchContext): Promise<Sample> {
  const shape: LoadShape = { connections, qos, total: quick ? 60_000 : 600_000 };
  if (side === 'bare') return runBare(shape, folder);
  const product = await startProductSide({ folder });
  let written: Awaited<ReturnType<typeof writtenWhile<MeasuredLoad>>>;
  try {
    await warmUp(product, folder);
    written = await writtenWhile(product, () => runLoad(product, shape, folder));
  } finally {
    await product.stop();
  }
  const load = written.result;
  const sample = sampleOf(load);
  await checkJournal(sample, load, product.gatewayDir);
  const journalled = Number(sample.details.journalled);
  if (Number.isFinite(written.diskRatio)) sample.values.disk = written.diskRatio;
  sample.problems.push(...diskProblems(written.diskRatio));
  sample.details.diskBytesPerReading = written.diskBytes / journalled;
  sample.details.syncs = written.syncs;
  if (qos === 0) {
    sample.values.rate = journalled / load.report.seconds;
    sample.values.lost = load.report.sent - journalled;
  }
  return sample;
}

const cost: Figure[] = [
  { key: 'cpu', title: 'CPU', unit: 's/million', better: 'lower' },
  { key: 'memory', title: 'peak memory', unit: 'MB', better: 'lower' },
];

export const qos1Ingest: Scenario = {
  name: 'qos1',
  title: 'durable ingest at QoS 1 (100 connections, window 20, 215 bytes)',
  figures: [
    { key: 'rate', title: 'acknowledged', unit: 'msg/s', better: 'higher', target: 0.8 },
    ...cost,
    {
      key: 'disk',
      title: 'written to disk per byte journalled',
      unit: 'bytes',
      better: 'lower',
      target: 1.3,
      targetFor: 'value',
    },
  ],
  seconds: 12,
  run: (side, context) => runPlain(1, side, context),
};

export const qos0Ingest: Scenario = {
  name: 'qos0',
  title: 'ingest at QoS 0 as fast as it can be sent (the product: what is in the journal)',
  figures: [
    { key: 'rate', title: 'taken', unit: 'msg/s', better: 'higher' },
    { key: 'lost', title: 'sent and not journalled', unit: 'messages', better: 'lower' },
    ...cost,
  ],
  repetitionsMax: 2,
  seconds: 9,
  run: (side, context) => runPlain(0, side, context),
};

const pumps = 1_000;

/** @param start starts the product, ready to be measured */
export async function runPumps(
  side: Side,
  { folder, quick }: BenchContext,
  start = (): Promise<ProductSide> => startProductSide({ folder }),
): Promise<Sample> {
  const total = quick ? 60_000 : 400_000;
  const shape: LoadShape = { connections: pumps, qos: 1, window: 4, total, pumps: true };
  if (side === 'bare') return runBare(shape, folder);
  const product = await start();
  let load: MeasuredLoad;
  let assessed: Assessed;
  try {
    await warmUp(product, folder, true);
    const before = await statusOf(product);
    load = await runLoad(product, shape, folder);
    assessed = assessedBetween(before, await statusOf(product), load.report.seconds);
  } finally {
    await product.stop();
  }
  const sample = sampleOf(load);
  const { machines, problems, ...details } = assessed;
  sample.values.scored = machines / load.report.seconds;
  Object.assign(sample.details, details);
  sample.problems.push(...problems);
  await checkJournal(sample, load, product.gatewayDir);
  return sample;
}

export const pumpIngest: Scenario = {
  name: 'pumps',
  title: 'the same with anomaly and remaining life for 1,000 pumps of 14 sensors',
  figures: [
    { key: 'rate', title: 'acknowledged', unit: 'msg/s', better: 'higher', target: 0.7 },
    { key: 'scored', title: 'machines assessed', unit: '/s', better: 'higher' },
    ...cost,
  ],
  seconds: 18,
  run: (side, context) => runPumps(side, context),
};
