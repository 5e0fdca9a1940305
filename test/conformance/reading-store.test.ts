import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadingStore } from '../../cloud/ports/store.ts';
import { StoreConfig } from '../../cloud/store/config.ts';
import { createReadingStore } from '../../cloud/store/create-store.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../support/influxd.ts';
import { reasonToSkip } from '../support/needed.ts';
import { describeReadingStore, type StoreHarness } from './reading-store.ts';

const readConfig = compileValidator(StoreConfig);

function storeOf(config: object, dataDir: string): Promise<ReadingStore> {
  const complete = readConfig(config, (problem) => new Error(problem));
  return createReadingStore(complete, { dataDir, clock: systemClock, log: silentLog });
}

function embeddedHarness(): StoreHarness {
  let folder: string;
  let count = 0;
  return {
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
        async timesNs(measurement) {
          const sql = `SELECT epoch_ns(time)::VARCHAR FROM "${measurement}" ORDER BY time`;
          const { rows } = (await store.sql?.({ sql, rowsMax: 100, timeoutMs: 10_000 })) ?? { rows: [] };
          return rows.map(([time]) => BigInt(String(time)));
        },
      };
    },
  };
}

function influxHarness(options: { login: boolean }): StoreHarness {
  const login = { username: 'admin', password: 'secret "word"' };
  let server: Influxd;
  let count = 0;
  return {
    async up() {
      server = await startInfluxd(options.login ? { administrator: login } : {});
    },
    down: () => server?.stop(),
    async create() {
      const database = `conformance "${++count}"`;
      const config = {
        kind: 'influx',
        version: 1,
        url: server.url,
        database,
        ...(options.login ? login : {}),
      };
      const make = () => storeOf(config, '');
      return {
        store: await make(),
        again: make,
        async timesNs(measurement) {
          const response = await fetch(
            `${server.url}/query?${new URLSearchParams({ db: database, epoch: 'ns', q: `SELECT * FROM "${measurement}"` })}`,
          );
          // Its JSON has numbers beyond the precision of a double, so the digits are read as text.
          return [...(await response.text()).matchAll(/\[(-?\d+),/g)].map(([, digits]) => BigInt(digits!));
        },
      };
    },
  };
}

const noInfluxd = reasonToSkip(await influxdBinary());

describeReadingStore('embedded store (DuckDB)', embeddedHarness(), null);
describeReadingStore('influx store on a real InfluxDB 1', influxHarness({ login: false }), noInfluxd);
