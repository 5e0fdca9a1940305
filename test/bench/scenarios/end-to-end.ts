import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { usageOf, usedBetween } from '../measure/meter.ts';
import { until } from '../measure/waiting.ts';
import type { BenchContext, Figure, Sample, Scenario } from '../scenario.ts';
import { runLoad, warmUp } from '../sides/load-process.ts';
import { type ProductSide, startProductSide, statusOf } from '../sides/sides.ts';
import { type Stored, storeProblems } from './checks.ts';
import { runBare, sampleOf } from './ingest.ts';

const connections = 100;
const storedMsMax = 180_000;
export const database = 'bench';

/** Counts the readings of the measured machines in the store. */
type Count = () => Promise<Stored>;

const shapeOf = (context: BenchContext) => ({
  connections,
  qos: 1 as const,
  total: context.quick ? 40_000 : 500_000,
});

const sum = (byLane: Record<string, number>) => Object.values(byLane).reduce((total, of) => total + of, 0);

/** Waits until the cloud has confirmed everything that the gateway accepted. The cloud confirms what its store has. */
export async function allConfirmed(product: ProductSide): Promise<void> {
  const confirmed = async () => {
    const { uplink, backlog } = await statusOf(product);
    return uplink?.connected === true && backlog.readings?.blocks === 0;
  };
  await until(confirmed, 'the backlog to drain', storedMsMax, 50);
}

async function runProduct(product: ProductSide, count: Count, context: BenchContext): Promise<Sample> {
  await warmUp(product, context.folder);
  await allConfirmed(product);
  const uplinkBefore = (await statusOf(product)).uplink!;
  const usageBefore = usageOf(product.pids);
  const beganAtMs = performance.now();
  const load = await runLoad(product, shapeOf(context), context.folder);
  // The load generator's own start does not count as the product's.
  const startMs = performance.now() - beganAtMs - load.report.seconds * 1_000;
  await allConfirmed(product);
  const seconds = (performance.now() - beganAtMs - startMs) / 1_000;
  const usage = usedBetween(usageBefore, usageOf(product.pids));
  const uplinkAfter = (await statusOf(product)).uplink!;
  const stored = await count();

  const sample = sampleOf({ ...load, usage });
  const uplinkBytes = sum(uplinkAfter.bytes) - sum(uplinkBefore.bytes);
  sample.values.rate = stored.rows / seconds;
  sample.values.uplink = uplinkBytes / load.report.bytesSent;
  sample.details.uplinkBytesPerReading = uplinkBytes / load.report.sent;
  sample.details.mqttBytesPerReading = load.report.bytesSent / load.report.sent;
  sample.details.stored = stored.rows;
  sample.details.storeLagSeconds = seconds - load.report.seconds;
  sample.problems.push(...storeProblems(stored, load.report.acked));
  return sample;
}

/** Counts machines `m…`. Readings are distinct by the value that carries their running number. */
export function embeddedCount(product: ProductSide, table = 'generic', carrier = 'cycles'): Count {
  const groups = `select count(*) as n from ${table} where machine like 'm%' group by machine, ${carrier}`;
  const sql = `select sum(n), count(*) from (${groups})`;
  return async () => {
    const answer = await product.cloud!.json<{ rows: unknown[][] }>('/api/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql, timeoutMs: 30_000 }),
    });
    const [rows, distinct] = answer.rows[0] ?? [];
    return { rows: Number(rows), distinct: Number(distinct) };
  };
}

/** InfluxDB merges equal points, so every row is distinct. */
export function influxCount(influxd: Influxd, machines = '^m'): Count {
  return async () => {
    const query = `select count(cycles) from generic where machine =~ /${machines}/`;
    const answer = await influxd.query(query, database);
    const rows = Number(answer.results[0]?.series?.[0]?.values[0]?.[1] ?? 0);
    return { rows, distinct: rows };
  };
}

export async function influxUnavailable(): Promise<string | undefined> {
  const binary = await influxdBinary();
  return 'unavailable' in binary ? binary.unavailable : undefined;
}

export const influxStore = (influxd: Influxd) => ({
  kind: 'influx',
  version: 1,
  url: influxd.url,
  database,
});

const uplinkFigure: Figure = {
  key: 'uplink',
  title: 'uplink bytes, of all lanes, per byte that sensors sent',
  unit: '',
  better: 'lower',
  target: 1 / 15,
  targetFor: 'value',
};

export const intoEmbedded: Scenario = {
  name: 'embedded',
  title: 'end to end into the embedded store, until it holds everything',
  figures: [
    { key: 'rate', title: 'stored', unit: 'msg/s', better: 'higher' },
    { key: 'cpu', title: 'CPU, gateway and cloud', unit: 's/million', better: 'lower' },
    uplinkFigure,
  ],
  seconds: 14,
  async run(side, context) {
    if (side === 'bare') return runBare(shapeOf(context), context.folder);
    const product = await startProductSide({ folder: context.folder, store: { kind: 'embedded' } });
    try {
      return await runProduct(product, embeddedCount(product), context);
    } finally {
      await product.stop();
    }
  },
};

export const intoInflux: Scenario = {
  name: 'influx1',
  title: 'end to end into InfluxDB 1.x on the same cores, until it holds everything',
  figures: [
    { key: 'rate', title: 'stored', unit: 'msg/s', better: 'higher', target: 0.4 },
    {
      key: 'rate',
      title: 'stored, absolute',
      unit: 'readings/s',
      better: 'higher',
      target: 60_000,
      targetFor: 'value',
    },
    {
      key: 'cpu',
      title: 'CPU, gateway and cloud',
      unit: 's/million',
      better: 'lower',
      target: 18,
      targetFor: 'value',
    },
    uplinkFigure,
  ],
  seconds: 14,
  unavailable: influxUnavailable,
  async run(side, context) {
    if (side === 'bare') return runBare(shapeOf(context), context.folder);
    const influxd = await startInfluxd();
    try {
      const product = await startProductSide({ folder: context.folder, store: influxStore(influxd) });
      try {
        return await runProduct(product, influxCount(influxd), context);
      } finally {
        await product.stop();
      }
    } finally {
      await influxd.stop();
    }
  },
};
