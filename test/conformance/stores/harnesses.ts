/** The stores that the suites examine, each on empty storage of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { StoreConfig } from '../../../cloud/store/config.ts';
import { createReadingStore } from '../../../cloud/store/create-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { type Influxd, startInfluxd } from '../../support/influxd.ts';
import { type Influx2Front, startInflux2Front } from '../../support/peers/influx2-front.ts';
import type { StoreHarness } from './suite.ts';

const readConfig = compileValidator(StoreConfig);

function storeOf(config: object, dataDir: string): Promise<ReadingStore> {
  const complete = readConfig(config, (problem) => new Error(problem));
  return createReadingStore(complete, { dataDir, clock: systemClock, log: silentLog });
}

export function embeddedHarness(): StoreHarness {
  let folder: string;
  let count = 0;
  return {
    kind: 'embedded',
    title: 'embedded store (DuckDB)',
    skip: null,
    async up() {
      folder = await mkdtemp(join(tmpdir(), 'embedded-store-'));
    },
    down: () => rm(folder, { recursive: true, force: true }),
    async create() {
      const dataDir = join(folder, String(++count));
      const make = () => storeOf({ kind: 'embedded' }, dataDir);
      const store = await make();
      return {
        store,
        again: make,
        rejectsOtherTypes: false,
        async timesNs(measurement) {
          const sql = `SELECT epoch_ns(time)::VARCHAR FROM "${measurement}" ORDER BY time`;
          const { rows } = (await store.sql?.({ sql, rowsMax: 100, timeoutMs: 10_000 })) ?? { rows: [] };
          return rows.map(([time]) => BigInt(String(time)));
        },
      };
    },
  };
}

export function influxHarness(skip: string | null): StoreHarness {
  let server: Influxd;
  let folder: string;
  let count = 0;
  return {
    kind: 'influx',
    title: 'influx store on a real InfluxDB 1',
    skip,
    async up() {
      folder = await mkdtemp(join(tmpdir(), 'influx-store-'));
      server = await startInfluxd();
    },
    async down() {
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async create() {
      const database = `conformance "${++count}"`;
      const config = { kind: 'influx', version: 1, url: server.url, database };
      const dataDir = join(folder, String(count));
      const make = () => storeOf(config, dataDir);
      return {
        store: await make(),
        again: make,
        rejectsOtherTypes: true,
        async timesNs(measurement) {
          return timesIn(server.url, database, measurement);
        },
      };
    },
  };
}

async function timesIn(url: string, db: string, measurement: string): Promise<bigint[]> {
  const parameters = new URLSearchParams({ db, epoch: 'ns', q: `SELECT * FROM "${measurement}"` });
  const text = await (await fetch(`${url}/query?${parameters}`)).text();
  // Its JSON has numbers beyond the precision of a double, so the digits are read as text.
  return [...text.matchAll(/\[(-?\d+),/g)].map(([, digits]) => BigInt(digits!));
}

/** The store by the API of InfluxDB 2, which a front translates for a real InfluxDB 1. */
export function influx2Harness(skip: string | null): StoreHarness {
  let server: Influxd;
  let front: Influx2Front;
  let folder: string;
  let count = 0;
  return {
    kind: 'influx',
    title: 'influx store by the API of InfluxDB 2, in front of a real InfluxDB 1',
    skip,
    async up() {
      folder = await mkdtemp(join(tmpdir(), 'influx2-store-'));
      server = await startInfluxd();
      front = await startInflux2Front(server);
    },
    async down() {
      await front?.stop();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async create() {
      const bucket = `bucket${++count}`;
      await server.query(`CREATE DATABASE "${bucket}"`);
      const config = { kind: 'influx', version: 2, url: front.url, bucket, org: 'acme', token: front.token };
      const dataDir = join(folder, String(count));
      const make = () => storeOf(config, dataDir);
      return {
        store: await make(),
        again: make,
        rejectsOtherTypes: true,
        timesNs: (measurement) => timesIn(server.url, bucket, measurement),
      };
    },
  };
}
