import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { StoreConfig } from '../../../cloud/store/config.ts';
import { createReadingStore } from '../../../cloud/store/create-store.ts';
import { stores } from '../../../cloud/store/stores.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { describeReadingStore, type StoreHarness } from './suite.ts';

const readConfig = compileValidator(StoreConfig);

function storeOf(config: object, dataDir: string): Promise<ReadingStore> {
  const complete = readConfig(config, (problem) => new Error(problem));
  return createReadingStore(complete, { dataDir, clock: systemClock, log: silentLog });
}

function embeddedHarness(): StoreHarness {
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

function influxHarness(skip: string | null): StoreHarness {
  let server: Influxd;
  let count = 0;
  return {
    kind: 'influx',
    title: 'influx store on a real InfluxDB 1',
    skip,
    async up() {
      server = await startInfluxd();
    },
    down: () => server?.stop(),
    async create() {
      const database = `conformance "${++count}"`;
      const config = { kind: 'influx', version: 1, url: server.url, database };
      const make = () => storeOf(config, '');
      return {
        store: await make(),
        again: make,
        rejectsOtherTypes: true,
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

const harnesses = [embeddedHarness(), influxHarness(reasonToSkip(await influxdBinary()))];

test('every registered kind of store is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort()).toEqual(stores.map(({ kind }) => kind).sort());
});

for (const harness of harnesses) describeReadingStore(harness);
