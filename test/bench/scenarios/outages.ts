import { setTimeout as delay } from 'node:timers/promises';
import { Comparison } from '../../load/ledger.ts';
import { type Influxd, startInfluxd } from '../../support/influxd.ts';
import { eachJournalled } from '../journal-readings.ts';
import { type MeasuredLoad, runLoad, warmUp } from '../load-process.ts';
import type { BenchContext, Figure, Sample, Scenario } from '../scenario.ts';
import { startProductSide } from '../sides.ts';
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

/** A load as fast as it is acknowledged, while `disturb` does its work. */
async function loadWhile(
  side: Parameters<typeof runLoad>[0],
  seconds: number,
  folder: string,
  disturb: () => Promise<void>,
): Promise<MeasuredLoad> {
  const load = runLoad(side, { connections: 100, qos: 1, duration: seconds }, folder);
  load.catch(() => {});
  await disturb();
  return load;
}

function verdictSample(load: MeasuredLoad, comparison: Comparison): Sample {
  const { lostCount, lost, repeatedCount, strangers } = comparison.verdict();
  const sample = sampleOf(load);
  sample.values.lost = lostCount;
  sample.values.repeated = repeatedCount;
  sample.details.stored = comparison.stored;
  sample.details.reconnects = load.report.reconnects;
  if (lostCount > 0) sample.problems.push(`${lostCount} lost of the acknowledged, such as ${lost[0]}`);
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
      const load = await loadWhile(product, quick ? 4 : 13, folder, async () => {
        await delay(quick ? 1_000 : 3_000);
        await influxd.kill9();
        await delay(quick ? 1_000 : 8_000);
        await influxd.restart();
      });
      await allConfirmed(product);
      return verdictSample(load, await compareInflux(influxd, load));
    } finally {
      await product.stop();
    }
  } finally {
    await influxd.stop();
  }
}

async function killGateway({ folder, quick }: BenchContext): Promise<Sample> {
  const product = await startProductSide({ folder });
  let load: MeasuredLoad;
  try {
    await warmUp(product, folder);
    load = await loadWhile(product, quick ? 5 : 14, folder, async () => {
      for (let kill = 0; kill < (quick ? 1 : 3); kill++) {
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
  return verdictSample(load, comparison);
}

export const influxKilled: Scenario = {
  name: 'influx-killed',
  title: 'InfluxDB killed for 8 s under full load',
  sides: ['product'],
  figures,
  repetitionsMax: 1,
  seconds: 45,
  unavailable: influxUnavailable,
  run: (_side, context) => killInflux(context),
};

export const gatewayKilled: Scenario = {
  name: 'gateway-killed',
  title: 'gateway killed three times under full load',
  sides: ['product'],
  figures,
  repetitionsMax: 1,
  seconds: 28,
  run: (_side, context) => killGateway(context),
};
