/** Columns that an operator frees, in new stores and in old ones that are full. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadingStore, StoredColumn } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { batchOf, epochMs } from './batches.ts';

const never = new AbortController().signal;
let folder: string;
let path: string;
let store: ReadingStore;
let seq = 0;

async function open(clock: Clock = systemClock): Promise<void> {
  const options = { path, memoryMiBMax: 512, threads: 2, timeoutMs: 60_000 };
  store = createEmbeddedStore(options, { clock, log: silentLog });
  await store.start();
}

async function write(lines: string[]): Promise<void> {
  const batch = batchOf({ blocks: [lines], firstSeq: ++seq, gzip: false });
  expect(await store.write(batch, never)).toEqual({ rejected: [] });
}

const line = (i: number, fields: string, machine = 'm1') =>
  `generic,gateway=gw1,machine=${machine},site=lab ${fields} ${epochMs + i * 1000}000000`;
const rows = async (sql: string) => (await store.sql!({ sql, rowsMax: 10_000, timeoutMs: 60_000 })).rows;
const valuesOf = async (machine = 'm1') => {
  const range = { fromMs: epochMs, toMs: epochMs + 3_600_000 };
  const points = await store.series({
    measurement: 'generic',
    site: 'lab',
    machine,
    ...range,
    pointsMax: 1_000,
  });
  return points.map(({ values }) => values);
};
const keysOf = async () => (await store.columns!.list()).map(({ key }) => key);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-freed-'));
  path = join(folder, 'telemetry.duckdb');
  seq = 0;
});
afterEach(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

test('columns are listed with who caused them and when they were last written', async () => {
  await open();
  const now = systemClock.nowMs();
  await write([line(0, 'a=1,b=2'), line(1, 'c="x"', 'm2'), line(0, 'b=3').replace(`${epochMs}`, `${now}`)]);
  await store.stop();
  await open();
  const by = (machine: string) => ({ gateway: 'gw1', site: 'lab', machine });
  const column = { measurement: 'generic', kind: 'field', type: 'DOUBLE' };
  expect(await store.columns!.list()).toEqual([
    { ...column, key: 'a', name: 'a', creator: by('m1'), lastMs: epochMs },
    { ...column, key: 'b', name: 'b', creator: by('m1'), lastMs: now },
    { ...column, key: 'c', name: 'c', type: 'VARCHAR', creator: by('m2'), lastMs: epochMs + 1000 },
  ]);
});

test('a freed column keeps its values, and its name may have a column again', async () => {
  await open();
  await write([line(0, 'a=1,b=2,on=true,mode="x"'), line(1, 'b=3')]);
  const before = await valuesOf();
  expect(await store.columns!.free('generic', ['b', 'on', 'mode'])).toEqual({
    freed: ['b', 'on', 'mode'],
    left: [],
  });
  expect(await keysOf()).toEqual(['a']);
  expect(await valuesOf()).toEqual(before);
  expect(await rows('select field, number, text, flag from other_fields order by field, time')).toEqual([
    ['b', 2, null, null],
    ['b', 3, null, null],
    ['mode', null, 'x', null],
    ['on', null, null, true],
  ]);
  await write([line(2, 'b=4,a=5,d=6'), line(3, 'b="now a text"')]);
  expect(await keysOf()).toEqual(['a', 'b', 'd']);
  expect(await valuesOf()).toEqual([
    { a: 1, b: 2, d: null },
    { a: null, b: 3, d: null },
    { a: 5, b: 4, d: 6 },
  ]);
  await store.stop();
  await open();
  await write([line(4, 'b=5,d=7')]);
  expect(await rows('select a, b, d from generic where b is not null order by time')).toEqual([
    [5, 4, 6],
    [null, 5, 7],
  ]);
  expect(await store.counts()).toEqual({ generic: 5 });
});

test('an unknown name frees nothing', async () => {
  await open();
  await write([line(0, 'a=1,b=2')]);
  const free = (measurement: string, names: string[] | 'all') => store.columns!.free(measurement, names);
  await expect(free('generic', ['a', 'z'])).rejects.toMatchObject({ code: 'COLUMN_UNKNOWN', retry: false });
  await expect(free('nothing', 'all')).rejects.toMatchObject({ code: 'COLUMN_UNKNOWN' });
  expect(await keysOf()).toEqual(['a', 'b']);
});

test('names that differ only in case are told apart', async () => {
  await open();
  await write([line(0, 'Temp=1,temp=2,temp_2=3')]);
  await store.columns!.free('generic', ['temp']);
  expect((await store.columns!.list()).map(({ key, name }) => [key, name])).toEqual([
    ['Temp', 'Temp'],
    ['temp_2', 'temp_2_2'],
  ]);
  expect(await valuesOf()).toEqual([{ Temp: 1, temp: 2, temp_2: 3 }]);
});

test('a whole table: its lines are still counted and read', async () => {
  await open();
  const tagged = `generic,colour=red,gateway=gw1,machine=m1,site=lab a=7 ${epochMs + 9_000}000000`;
  await write([line(0, 'a=1,b=2'), line(1, 'c="x"'), tagged]);
  const before = await valuesOf();
  await store.columns!.free('generic', 'all');
  expect(await store.counts()).toEqual({ generic: 3 });
  expect(await valuesOf()).toEqual(before);
  expect(await rows('select tags from other_fields where number = 7')).toEqual([['{"colour":"red"}']]);
  await expect(rows('select a from generic')).rejects.toThrow(
    /select time, machine, number from other_fields/,
  );
  await write([line(20, 'a=8')]);
  expect(await rows('select a from generic')).toEqual([[8]]);
  expect(await store.counts()).toEqual({ generic: 4 });
});

test('writes go on while columns are freed, and everything is stored once', async () => {
  await open();
  const batches = Array.from({ length: 60 }, (_, i) =>
    batchOf({ blocks: [[line(i, `a=${i},b=${i}`)]], firstSeq: i + 1, gzip: false }),
  );
  const writing = (async () => {
    for (const batch of batches) await store.write(batch, never);
  })();
  const freeing = (async () => {
    for (let i = 0; i < 10; i++) await store.columns!.free('generic', ['a']).catch(() => undefined);
  })();
  await Promise.all([writing, freeing]);
  for (const batch of batches) await store.write(batch, never);
  expect(await store.counts()).toEqual({ generic: 60 });
  expect(await valuesOf()).toEqual(batches.map((_, i) => ({ a: i, b: i })));
});

/** A store as earlier versions made it, with as many columns as they allowed. */
async function fullStoreOfOld(): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const names = Array.from({ length: 1_000 }, (_, i) => `c${i}`);
  const columns = names.map((name) => `${name} DOUBLE`).join(', ');
  await connection.run(`
    CREATE SCHEMA harbinger;
    CREATE TABLE harbinger.measurements(measurement VARCHAR, table_name VARCHAR);
    CREATE TABLE harbinger.columns(
      measurement VARCHAR, position INTEGER, name VARCHAR, kind VARCHAR, key VARCHAR, type VARCHAR);
    CREATE TABLE harbinger.blocks(gateway VARCHAR, journal VARCHAR, lane VARCHAR, last_seq BIGINT);
    CREATE TABLE generic(time TIMESTAMP_NS, gateway VARCHAR, machine VARCHAR, site VARCHAR, ${columns});
    INSERT INTO harbinger.measurements VALUES ('generic', 'generic');
    INSERT INTO harbinger.columns
      SELECT 'generic', i, 'c' || i, 'field', 'c' || i, 'DOUBLE' FROM range(1000) AS r(i);
    INSERT INTO generic(time, gateway, machine, site, c0, c999)
      SELECT make_timestamp_ns(${epochMs}000000 + i * 1000000), 'gw1', 'm1', 'lab', i, -i FROM range(500) AS r(i);
    CHECKPOINT;`);
  connection.closeSync();
  instance.closeSync();
}

test('an old store with 1,000 columns: readings are stored, new names beside them, and columns can be freed', {
  tags: ['long'],
  timeout: 300_000,
}, async () => {
  await fullStoreOfOld();
  // No time passes, so that a slow computer too looks up every column.
  const clock = manualClock(epochMs);
  await open(clock);
  for (let i = 0; i < 3; i++) {
    await write([line(100 + i, `c0=${i},c500=1,brand_new=${i}`, 'm2')]);
    await store.stop();
    await open(clock);
  }
  expect(await valuesOf('m2')).toEqual(
    [0, 1, 2].map((i) => expect.objectContaining({ c0: i, c500: 1, brand_new: i })),
  );
  const listed = await store.columns!.list();
  expect(listed).toHaveLength(1_000);
  const last = (key: string) => listed.find((column: StoredColumn) => column.key === key);
  expect(last('c999')).toMatchObject({ creator: null, lastMs: epochMs + 499 });
  expect(last('c1')).toMatchObject({ lastMs: null });
  const unused = listed.filter(({ lastMs }) => lastMs === null).map(({ key }) => key);
  expect(unused).toHaveLength(997);
  for (let left = unused; left.length > 0; ) left = (await store.columns!.free('generic', left)).left;
  expect(await keysOf()).toEqual(['c0', 'c500', 'c999']);
  await write([line(200, 'c0=9,brand_new=9', 'm3')]);
  expect(await rows("select c0, brand_new from generic where machine = 'm3'")).toEqual([[9, 9]]);
  expect(await store.counts()).toEqual({ generic: 504 });
});

test('the store of version 0.1.0 is taken over', async () => {
  const archive = join(packageRoot, 'test', 'fixtures', 'data-0.1.0', 'cloud.tar.gz');
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  await open();
  const before = await store.counts();
  const columns = await store.columns!.list();
  expect(columns.length).toBeGreaterThan(10);
  for (const { creator } of columns) expect(creator).toBeNull();
  const first = columns.find(({ measurement, key }) => measurement === 'generic' && key !== 'cycles');
  await store.columns!.free('generic', [first!.key]);
  await write([line(0, `cycles=1,${first!.key}="other type",fresh=2`, 'brand-new')]);
  expect(await store.counts()).toEqual({ ...before, generic: (before.generic ?? 0) + 1 });
  expect(await rows("select fresh from generic where machine = 'brand-new'")).toEqual([[2]]);
});
