/** Tests of what only retention on an InfluxDB has to do: survive crashes without transactions, and leave others' data alone. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { type Influx2Front, startInflux2Front } from '../../support/peers/influx2-front.ts';
import { batchOf } from './batches.ts';
import { influxStoreAt } from './influx-store-at.ts';
import { apply, keeping, lineOf, oldHourAge, thinning } from './suite-of-retention.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const never = new AbortController().signal;
const skip = reasonToSkip(await influxdBinary());

describe.skipIf(skip !== null)(
  `retention on a real InfluxDB 1${skip === null ? '' : ` (skipped: ${skip})`}`,
  () => {
    let server: Influxd;
    let front: Influx2Front;
    let folder: string;
    let database: string;
    let dataDir: string;
    let store: ReadingStore;
    let count = 0;
    let seq = 0;

    /** The store by the API of version 1, or by that of version 2 through a front that can fail. */
    const open = async (version: 1 | 2) => {
      store =
        version === 1
          ? influxStoreAt(server.url, { database }, { dataDir })
          : influxStoreAt(front.url, { version, bucket: database }, { dataDir });
      await store.start();
    };
    const write = (lines: string[]) =>
      store.write(batchOf({ blocks: [lines], firstSeq: ++seq, gzip: false }), never);
    const rows = async (select: string) => {
      const { results } = await server.query(select, database);
      return results.flatMap(({ series = [] }) => series.flatMap(({ values }) => values));
    };
    /** A reading so long after the old hour began. */
    const at = (ms: number, fields: string) => lineOf(oldHourAge - ms, fields);

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'influx-retention-'));
      server = await startInfluxd();
      front = await startInflux2Front(server);
    });
    afterAll(async () => {
      await front?.stop();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      database = `d${++count}`;
      dataDir = join(folder, database);
      seq = 0;
      front.fault = () => 'pass';
      await server.query(`CREATE DATABASE ${database}`);
    });
    afterEach(() => store.stop());

    test('a measurement that InfluxDB needs too much memory for is left alone, and the others are not', async () => {
      await open(1);
      const names = Array.from({ length: 1_000 }, (_, i) => `f${i}=1`).join(',');
      const of = (machine: number) => at(0, 'rpm=1').replace('machine=m1', `machine=m${machine}`);
      await write([at(0, names), ...Array.from({ length: 300 }, (_, i) => of(i + 1))]);
      await write([at(0, 'rpm=1').replace(/^pump/, 'fan')]);
      const { measurements, notes } = await apply(store, keeping({ '*': 1 }));
      expect(measurements).toMatchObject([{ measurement: 'fan', deleted: 1 }]);
      expect(notes.join()).toMatch(
        /nothing of pump is deleted or thinned: .* 1001 fields and at least 200 machines/,
      );
      expect(await rows('SELECT count(rpm) FROM pump')).toMatchObject([[0, 300]]);
    });

    test('means keep the types of fields; of texts and truth values the last one stays', async () => {
      await open(1);
      await write([
        at(0, 'n=1i,mode="a",rpm=1'),
        at(1_000, 'n=4i,on=true'),
        at(2_000, 'mode="b, \\"c\\\\",rpm=2'),
      ]);
      await apply(store, thinning(60_000));
      const expected = [3, 'b, "c\\', true, 1.5];
      expect((await rows('SELECT n, mode, "on", rpm FROM pump')).map(([, ...values]) => values)).toEqual([
        expected,
      ]);
      expect(await rows('SHOW FIELD KEYS FROM pump')).toContainEqual(['n', 'integer']);
      await apply(store, thinning(hourMs));
      expect((await rows('SELECT n, mode, "on", rpm FROM pump')).map(([, ...values]) => values)).toEqual([
        expected,
      ]);
    });

    test.each([
      { path: '/api/v2/delete', fault: 'end-before' },
      { path: '/api/v2/delete', fault: 'end-after' },
      { path: '/api/v2/write', fault: 'end-before' },
      { path: '/api/v2/write', fault: 'end-after' },
    ] as const)(
      'a piece that broke off ($path, $fault) is completed before anything is written into it',
      async ({ path, fault }) => {
        await open(2);
        await write([at(0, 'rpm=1'), at(1_000, 'rpm=2'), at(60_000, 'rpm=6'), at(61_000, 'rpm=8')]);
        front.fault = ({ url }) => (url?.startsWith(path) ? fault : 'pass');
        await expect(apply(store, thinning(60_000))).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
          retry: true,
        });
        // The process ends here, and its server goes on failing while the next one starts.
        await store.stop();
        await open(2);
        front.fault = () => 'pass';
        expect(await write([at(30_000, 'rpm=100')])).toEqual({ rejected: [] });
        expect((await rows('SELECT rpm FROM pump')).map(([, rpm]) => rpm)).toEqual([1.5, 100, 7]);
        const outcome = await apply(store, thinning(60_000));
        expect(outcome.measurements).toMatchObject([{ thinned: 3, means: 2 }]);
        expect((await rows('SELECT rpm FROM pump')).map(([, rpm]) => rpm)).toEqual([50.75, 7]);
      },
    );

    test('a server that is killed again and again leaves each piece done or not done', {
      timeout: 120_000,
    }, async () => {
      await open(2);
      const hours = 8;
      await write(Array.from({ length: hours * 60 }, (_, i) => at(i * 60_000 + (i % 7), `rpm=${i % 60}`)));
      for (const path of ['/api/v2/delete', '/api/v2/write', '/query']) {
        // At the second such request of the pass, once before it and once within it.
        for (const isWithin of [false, true]) {
          let requests = 0;
          let killed: Promise<void> | null = null;
          front.fault = ({ url }) => {
            if (!url?.startsWith(path) || ++requests !== 2) return 'pass';
            killed = server.kill9();
            return isWithin ? 'pass' : 'end-before';
          };
          await expect(apply(store, thinning(hourMs))).rejects.toMatchObject({ retry: true });
          await killed;
          await server.restart();
        }
      }
      front.fault = () => 'pass';
      await apply(store, thinning(hourMs));
      const means = await rows('SELECT rpm FROM pump');
      expect(means.map(([, rpm]) => rpm)).toEqual(Array(hours).fill(29.5));
    });

    test('measurements of others, and other retention policies, are left alone', async () => {
      await open(1);
      await write([lineOf(9 * dayMs), lineOf(0), lineOf(9 * dayMs, 'v=1', 'fan')]);
      const foreign = `cpu,host=a usage=1 ${lineOf(9 * dayMs).split(' ')[2]}`;
      await server.query(`CREATE RETENTION POLICY yearly ON ${database} DURATION INF REPLICATION 1`);
      for (const [rp, line] of [
        ['autogen', foreign],
        ['yearly', lineOf(9 * dayMs, 'rpm=5')],
      ])
        await fetch(`${server.url}/write?db=${database}&rp=${rp}`, { method: 'POST', body: line! });
      const outcome = await apply(store, keeping({ '*': 2 }));
      expect(outcome.measurements).toMatchObject([{ measurement: 'fan', deleted: 1 }]);
      expect(outcome.notes).toEqual([expect.stringContaining('the retention policy yearly has old points')]);
      expect(await rows('SELECT rpm FROM yearly.pump')).toHaveLength(1);
      expect(await rows('SELECT usage FROM cpu')).toHaveLength(1);
      expect(await rows('SELECT rpm FROM pump')).toHaveLength(2);
    });

    test('a measurement whose field has several types is not thinned, and the pass says so', async () => {
      await open(1);
      await write([at(0, 'x=1'), at(1_000, 'x=2')]);
      await write([lineOf(oldHourAge + 30 * dayMs, 'x="text"')]);
      const outcome = await apply(store, thinning(60_000));
      expect(outcome).toMatchObject({
        measurements: [],
        notes: [expect.stringContaining('its field x has several types')],
      });
      expect(await rows('SELECT x FROM pump')).not.toEqual([]);
    });

    test('what is sent again after it was deleted is stored, and goes in the next pass', async () => {
      await open(1);
      const batch = batchOf({ blocks: [[lineOf(3 * dayMs), lineOf(0)]], gzip: false });
      for (let times = 0; times < 2; times++) {
        await store.write(batch, never);
        expect(await store.counts()).toEqual({ pump: 2 });
        expect(await apply(store, keeping({ '*': 2 }))).toMatchObject({ measurements: [{ deleted: 1 }] });
        expect(await store.counts()).toEqual({ pump: 1 });
      }
    });

    test('means that were to go into another database are kept in a file', async () => {
      await open(1);
      await store.stop();
      const begun = {
        of: 'http://elsewhere plant ',
        measurement: 'pump',
        fromMs: 0,
        toMs: hourMs,
        lines: ['pump,a=b v=1 0'],
      };
      await mkdir(dataDir);
      await writeFile(join(dataDir, 'influx-thinning.json'), JSON.stringify(begun));
      await open(1);
      await write([lineOf(0)]);
      expect(await store.counts()).toEqual({ pump: 1 });
      expect(JSON.parse(await readFile(join(dataDir, 'influx-thinning.json.other'), 'utf8'))).toEqual(begun);
    });

    test('a server that lets nobody delete is named with what to do', async () => {
      await open(2);
      await write([lineOf(3 * dayMs)]);
      store = influxStoreAt(front.url, { version: 2, bucket: database, token: 'wrong' }, { dataDir });
      await expect(apply(store, keeping({ '*': 2 }))).rejects.toMatchObject({
        code: 'STORE_CONFIG',
        message: expect.stringContaining('check store.token'),
      });
    });
  },
);
