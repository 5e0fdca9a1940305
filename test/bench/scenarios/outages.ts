import { setTimeout as delay } from 'node:timers/promises';
import { Comparison } from '../../load/record/ledger.ts';
import { type Influxd, startInfluxd } from '../../support/influxd.ts';
import { eachJournalled } from '../measure/journal-readings.ts';
import type { BenchContext, Figure, Sample, Scenario } from '../scenario.ts';
import { type MeasuredLoad, runLoad, warmUp } from '../sides/load-process.ts';
import { type ProductSide, startProductSide, statusOf } from '../sides/sides.ts';
import { allConfirmed, database, influxStore, influxUnavailable } from './end-to-end.ts';
import { sampleOf } from './ingest.ts';

const figures: Figure[] = [
  {
    key: 'lost',
    title: 'lost of the acknowledged',
    unit: '',
    better: 'lower',
    target: 0,
    targetFor: 'value',
  },
  { key: 'repeated', title: 'there twice', unit: '', better: 'lower', target: 0, targetFor: 'value' },
];

const connections = 100;

interface DisturbedLoad extends MeasuredLoad {
  /** Readings that the gateway had accepted when the last fault was over. */
  takenAfter: number;
}

/** Readings that the gateway has accepted since it started. */
const takenBy = async (product: ProductSide) => (await statusOf(product)).pipeline.readings;

/** Runs a load at the rate at which it is acknowledged, while `disturb` causes faults. */
async function loadWhile(
  product: ProductSide,
  seconds: number,
  folder: string,
  disturb: () => Promise<void>,
): Promise<DisturbedLoad> {
  const loading = runLoad(product, { connections, qos: 1, duration: seconds }, folder);
  loading.catch(() => {});
  await disturb();
  const taken = await takenBy(product);
  const load = await loading;
  return { ...load, takenAfter: (await takenBy(product)) - taken };
}

function verdictSample(load: DisturbedLoad, comparison: Comparison): Sample {
  const { lostCount, lost, repeatedCount, repeated, strangers } = comparison.verdict();
  const sample = sampleOf(load);
  sample.values.lost = lostCount;
  sample.values.repeated = repeatedCount;
  sample.details.stored = comparison.stored;
  sample.details.reconnects = load.report.reconnects;
  sample.details.takenAfter = load.takenAfter;
  if (load.takenAfter <= 0) sample.problems.push('the load stopped before the last fault was over');
  if (lostCount > 0) sample.problems.push(`${lostCount} acknowledged readings are lost, such as ${lost[0]}`);
  if (repeatedCount > 0)
    sample.problems.push(`${repeatedCount} readings are stored twice, such as ${repeated[0]}`);
  if (strangers > 0) sample.problems.push(`${strangers} readings were never sent`);
  return sample;
}

async function compareInflux(influxd: Influxd, load: MeasuredLoad): Promise<Comparison> {
  const comparison = new Comparison(load.ledger);
  for (const { machine } of load.ledger.machines) {
    const answer = await influxd.query(`select cycles from generic where machine = '${machine}'`, database);
    for (const [, seq] of answer.results[0]?.series?.[0]?.values ?? []) comparison.add(machine, Number(seq));
  }
  return comparison;
}

async function killInflux({ folder, quick }: BenchContext): Promise<Sample> {
  const influxd = await startInfluxd();
  try {
    const product = await startProductSide({ folder, store: influxStore(influxd) });
    try {
      await warmUp(product, folder);
      let takenMeanwhile = 0;
      const load = await loadWhile(product, quick ? 4 : 13, folder, async () => {
        await delay(quick ? 1_000 : 3_000);
        await influxd.kill9();
        const taken = await takenBy(product);
        await delay(quick ? 1_000 : 8_000);
        takenMeanwhile = (await takenBy(product)) - taken;
        await influxd.restart();
      });
      await allConfirmed(product);
      const sample = verdictSample(load, await compareInflux(influxd, load));
      sample.details.takenMeanwhile = takenMeanwhile;
      if (takenMeanwhile <= 0) sample.problems.push('there was no load while InfluxDB was down');
      return sample;
    } finally {
      await product.stop();
    }
  } finally {
    await influxd.stop();
  }
}

async function killGateway({ folder, quick }: BenchContext): Promise<Sample> {
  const product = await startProductSide({ folder });
  const kills = quick ? 1 : 3;
  let load: DisturbedLoad;
  try {
    await warmUp(product, folder);
    load = await loadWhile(product, quick ? 5 : 14, folder, async () => {
      for (let kill = 0; kill < kills; kill++) {
        await delay(2_500);
        await product.gateway.kill9();
        await product.gateway.restart();
      }
    });
  } finally {
    await product.stop();
  }
  const comparison = new Comparison(load.ledger);
  await eachJournalled(product.gatewayDir, (machine, seq) => {
    if (!machine.startsWith('w')) comparison.add(machine, seq);
  });
  const sample = verdictSample(load, comparison);
  // One kill closes each connection at most once. With fewer reconnections, one kill happened without connections.
  if (load.report.reconnects <= connections * (kills - 1)) {
    sample.problems.push(`${kills} kills under load, but only ${load.report.reconnects} reconnections`);
  }
  return sample;
}

export const influxKilled: Scenario = {
  name: 'influx-killed',
  title: 'InfluxDB killed for 8 s under full load',
  sides: ['product'],
  figures,
  repetitionsMax: 1,
  seconds: 30,
  unavailable: influxUnavailable,
  run: (_side, context) => killInflux(context),
};

export const gatewayKilled: Scenario = {
  name: 'gateway-killed',
  title: 'gateway killed three times under full load',
  sides: ['product'],
  figures,
  repetitionsMax: 1,
  seconds: 16,
  run: (_side, context) => killGateway(context),
};
