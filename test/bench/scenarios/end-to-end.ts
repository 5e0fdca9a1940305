import { setTimeout as delay } from 'node:timers/promises';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { runLoad, warmUp } from '../load-process.ts';
import type { BenchContext, Figure, Sample, Scenario } from '../scenario.ts';
import { type ProductSide, startBare, startProductSide } from '../sides.ts';
import { measure, sampleOf } from './ingest.ts';

const connections = 100;
const storedMsMax = 180_000;
const database = 'bench';

const figures: Figure[] = [
  { key: 'rate', title: 'stored', unit: 'msg/s', better: 'higher' },
  { key: 'cpu', title: 'CPU, gateway and cloud', unit: 's/million', better: 'lower' },
];

/** Counts what the store holds, and how many different readings that is. */
type Count = () => Promise<{ rows: number; distinct: number }>;

async function runProduct(product: ProductSide, count: Count, context: BenchContext): Promise<Sample> {
  const total = context.quick ? 40_000 : 400_000;
  await warmUp(product, context.folder);
  const beganAtMs = performance.now();
  const load = await runLoad(product, { connections, qos: 1, total }, context.folder);
  const loadMs = load.report.seconds * 1_000;
  // What the load generator's own start took is not the product's.
  const startMs = performance.now() - beganAtMs - loadMs;
  const stored = await waitFor(count, load.report.acked);
  const seconds = (performance.now() - beganAtMs - startMs) / 1_000;
  const sample = sampleOf(load);
  sample.values.rate = stored.rows / seconds;
  sample.details.stored = stored.rows;
  sample.details.storeLagSeconds = seconds - load.report.seconds;
  if (stored.rows !== load.report.acked) {
    sample.problems.push(`${stored.rows} rows stored of ${load.report.acked} acknowledged`);
  }
  if (stored.distinct !== stored.rows) sample.problems.push(`only ${stored.distinct} rows are distinct`);
  return sample;
}

async function waitFor(count: Count, wanted: number): Promise<{ rows: number; distinct: number }> {
  const deadline = performance.now() + storedMsMax;
  let stored = await count();
  while (stored.rows < wanted && performance.now() < deadline) {
    await delay(100);
    stored = await count();
  }
  return stored;
}

async function runBare(context: BenchContext): Promise<Sample> {
  const bare = await startBare();
  try {
    const total = context.quick ? 40_000 : 400_000;
    return sampleOf(await measure(bare, { connections, qos: 1, total }, context.folder));
  } finally {
    await bare.stop();
  }
}

function embeddedCount(product: ProductSide): Count {
  const sql = "select count(*), count(distinct (machine, cycles)) from generic where machine like 'm%'";
  return async () => {
    const answer = await product.cloud!.json<{ rows: unknown[][] }>('/api/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
    });
    const [rows, distinct] = answer.rows[0] ?? [];
    return { rows: Number(rows), distinct: Number(distinct) };
  };
}

/** InfluxDB merges equal points, so every row is distinct. */
function influxCount(influxd: Influxd): Count {
  return async () => {
    const answer = await influxd.query('select count(cycles) from generic where machine =~ /^m/', database);
    const rows = Number(answer.results[0]?.series?.[0]?.values[0]?.[1] ?? 0);
    return { rows, distinct: rows };
  };
}

export const intoEmbedded: Scenario = {
  name: 'embedded',
  title: 'end to end into the embedded store (first message sent to last row readable)',
  figures,
  async run(side, context) {
    if (side === 'bare') return runBare(context);
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
  title: 'end to end into InfluxDB 1.x (first message sent to last point readable)',
  figures,
  async unavailable() {
    const binary = await influxdBinary();
    return 'unavailable' in binary ? binary.unavailable : undefined;
  },
  async run(side, context) {
    if (side === 'bare') return runBare(context);
    const influxd = await startInfluxd();
    try {
      const store = { kind: 'influx', version: 1, url: influxd.url, database };
      const product = await startProductSide({ folder: context.folder, store });
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
