import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadingStore, StoreBatch } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { hostileSql } from './hostile-sql.ts';

const never = new AbortController().signal;
let folder: string;
let store: ReadingStore;

function batchOf(seq: number, lines: string[]): StoreBatch {
  const raw = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const blocks = [{ seq, lines: lines.length, bytes: raw.length }];
  return { gateway: 'g', journal: '0123456789abcdef', lane: 'readings', blocks, raw, gzipped: null };
}

function readings(from: number, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `pump,gateway=g,machine=m,site=s a=${from + i},b=0.5 ${1_700_000_000_000 + from + i}000001`,
  );
}

async function newStore(path: string): Promise<ReadingStore> {
  const options = { path, memoryMiBMax: 128, threads: 2, timeoutMs: 30_000 };
  const created = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
  await created.start();
  return created;
}

const sql = (text: string, limits: { rowsMax?: number; timeoutMs?: number } = {}) =>
  store.sql!({ sql: text, rowsMax: 100, timeoutMs: 30_000, ...limits });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sql-'));
  store = await newStore(join(folder, 'telemetry.duckdb'));
  await store.write(batchOf(1, readings(0, 1_000)), never);
  await store.write(
    batchOf(2, ['note,gateway=g,machine=m,site=s text="it said \\"hot\\"",ok=true 1700000000000000000']),
    never,
  );
});
afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('permitted SQL', () => {
  test.each([
    ['SELECT machine, count(*) AS n, avg(a) FROM pump GROUP BY machine', [['m', 1000, 499.5]]],
    ['WITH p AS (SELECT a FROM pump WHERE a < 3) SELECT sum(a) FROM p;', [[3]]],
    ['FROM pump SELECT time ORDER BY time LIMIT 1', [['2023-11-14T22:13:20.000000001Z']]],
    ['SELECT text, ok, gateway FROM note', [['it said "hot"', true, 'g']]],
    [
      'SELECT time_bucket(INTERVAL 1 second, time::TIMESTAMP) AS t, max(a) FROM pump GROUP BY t',
      [['2023-11-14T22:13:20.000Z', 999]],
    ],
    [
      'SELECT a, lag(a) OVER (ORDER BY time) FROM pump ORDER BY time LIMIT 2',
      [
        [0, null],
        [1, 0],
      ],
    ],
    [
      "SELECT date_trunc('day', time), 9223372036854775807, 'NaN'::DOUBLE, 1.50::DECIMAL(5,2), DATE '2024-02-29' FROM pump LIMIT 1",
      [['2023-11-14T00:00:00.000Z', '9223372036854775807', 'NaN', '1.50', '2024-02-29']],
    ],
    [
      "SELECT a FROM pump WHERE machine LIKE 'm%' AND a BETWEEN 5 AND 6 AND site IN ('s', 't') ORDER BY a",
      [[5], [6]],
    ],
    ['SELECT x.a FROM pump x JOIN pump y ON x.a = y.a + 998 ORDER BY 1', [[998], [999]]],
    ["SELECT json_extract_string('{\"k\": [1, 2]}', '$.k[1]'), lower('ABC')", [['2', 'abc']]],
    ['SELECT range FROM range(3)', [[0], [1], [2]]],
    ['SHOW TABLES', [['note'], ['pump']]],
    [
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1",
      [['note'], ['pump']],
    ],
  ])('%s', async (text, rows) => {
    expect((await sql(text)).rows).toEqual(rows);
  });

  test('columns have unique names', async () => {
    expect((await sql('SELECT 1 AS x, 2 AS y, 3 AS x')).columns).toEqual(['x', 'y', 'x:1']);
    expect((await sql('DESCRIBE pump')).rows.map(([name, type]) => [name, type]).slice(0, 5)).toEqual([
      ['time', 'TIMESTAMP_NS'],
      ['gateway', 'VARCHAR'],
      ['machine', 'VARCHAR'],
      ['site', 'VARCHAR'],
      ['a', 'DOUBLE'],
    ]);
  });

  test('no more rows than the limit are returned', async () => {
    expect(await sql('SELECT range FROM range(1000000000000)', { rowsMax: 2 })).toEqual({
      columns: ['range'],
      rows: [[0], [1]],
      truncated: true,
    });
    expect(await sql('SELECT range FROM range(2)', { rowsMax: 2 })).toMatchObject({ truncated: false });
  });

  test('an unknown table, and a statement other than SELECT, are errors in our words', async () => {
    await expect(sql('select * from pumps')).rejects.toThrow(
      /^there is no table 'pumps'; there are .*pump.*\. A machine type has a table once a reading of it is stored/,
    );
    await expect(sql('delete from pump')).rejects.toThrow(/^only one SELECT is allowed$/);
    const { rows } = await sql('select table_name from information_schema.tables');
    expect(rows.flat()).toContain('pump');
  });

  test.each([
    'SELECT nosuch FROM pump',
    'SELECT p.nosuch FROM pump p',
    'SELECT 1 FROM pump WHERE nosuch > 1',
  ])('%s: the error for an unknown column names the existing columns', async (query) => {
    await expect(sql(query)).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringMatching(
        /^there is no column 'nosuch'; pump has time, gateway, machine, site, .*A sensor has a column once a value of it is stored/,
      ),
    });
  });

  test('a store without readings reports that it has none', async () => {
    const empty = await newStore(join(folder, 'empty.duckdb'));
    const query = { sql: 'select count(*) from generic', rowsMax: 1, timeoutMs: 30_000 };
    await expect(empty.sql!(query)).rejects.toThrow(
      "there is no table 'generic', because no reading is stored yet: publish one, and ask again",
    );
    await empty.stop();
  });

  test('a mistake gets the database’s explanation', async () => {
    await expect(sql('SELEKT 1')).rejects.toMatchObject({ message: expect.stringContaining('SELEKT') });
  });
});

describe('refused SQL', () => {
  test.each(hostileSql.map((text) => [JSON.stringify(text.slice(0, 60)), text]))('%s', async (_, text) => {
    await expect(sql(text)).rejects.toMatchObject({ name: 'HarbingerError', retry: false });
    expect(await store.counts()).toMatchObject({ pump: expect.any(Number), note: 1 });
  });

  test('no refused statement has changed anything', async () => {
    expect(await store.counts()).toEqual({ pump: 1_000, note: 1 });
  });
});

describe('SQL that takes long', () => {
  // It takes little memory: its ranges are small, and their product is not.
  const endless =
    'SELECT count(*) FROM range(100000) x, range(100000) y, range(100000) z WHERE x.range + y.range + z.range = -1';

  test('is stopped at its time limit, and the next one runs', async () => {
    await expect(sql(endless, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    expect((await sql('SELECT 1')).rows).toEqual([[1]]);
  });

  test('is stopped when its caller is gone', async () => {
    const gone = new AbortController();
    const query = store.sql!({ sql: endless, rowsMax: 1, timeoutMs: 3_600_000, signal: gone.signal });
    gone.abort();
    await expect(query).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    expect((await sql('SELECT 1')).rows).toEqual([[1]]);
  });

  test.each([
    [
      'a sum of many values',
      'SELECT count(*) FROM (SELECT DISTINCT x.range, y.range AS z FROM range(100000) x, range(100000) y)',
    ],
    [
      'a sort of many values',
      'SELECT x.a FROM pump x, pump y, pump z ORDER BY x.a * y.a + z.a LIMIT 100 OFFSET 99999999',
    ],
  ])('or that needs much memory is stopped, and writes still work: %s', async (_, text) => {
    const seq = 10 + Math.round((await store.counts()).pump! / 100);
    const query = sql(text, { timeoutMs: 500 }).catch((error: unknown) => error);
    for (let i = 0; i < 5; i++)
      await store.write(batchOf(seq + i, readings(seq * 1_000 + i * 100, 100)), never);
    expect(await query).toMatchObject({
      code: expect.stringMatching(/QUERY_TIMEOUT|QUERY_FAILED|QUERY_MEMORY/),
    });
    expect((await sql('SELECT 1')).rows).toEqual([[1]]);
  });

  test('does not prevent readings from being stored, series from being read, or the store from stopping', async () => {
    const other = await newStore(join(folder, 'other.duckdb'));
    let ended = false;
    const query = other.sql!({ sql: endless, rowsMax: 1, timeoutMs: 3_600_000 }).catch((error: unknown) => {
      ended = true;
      return error;
    });
    for (let i = 0; i < 5; i++) await other.write(batchOf(i + 1, readings(i * 100, 100)), never);
    const series = { measurement: 'pump', site: 's', machine: 'm', fromMs: 0, toMs: 2e12, pointsMax: 3 };
    expect(await other.series(series)).not.toEqual([]);
    expect(await other.counts()).toEqual({ pump: 500 });
    expect(ended).toBe(false);
    await other.stop();
    expect(await query).toMatchObject({ code: 'QUERY_TIMEOUT' });
  });

  test('waits in a bounded queue', async () => {
    const queries = Array.from({ length: 12 }, () =>
      sql(endless, { timeoutMs: 50 }).catch((error: { code: string }) => error.code),
    );
    const codes = await Promise.all(queries);
    expect(new Set(codes)).toEqual(new Set(['QUERY_TIMEOUT', 'STORE_BUSY']));
  });
});
