/** Names without end, and types that change: one sender's names are nobody else's limit, and no value is lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { batchOf, epochMs } from './batches.ts';

const never = new AbortController().signal;
let folder: string;
let path: string;
let store: ReadingStore;
let seq = 0;

async function open(memoryMiBMax = 512): Promise<void> {
  const options = { path, memoryMiBMax, threads: 2, timeoutMs: 60_000 };
  store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
  await store.start();
}

async function reopen(memoryMiBMax?: number): Promise<void> {
  await store.stop();
  await open(memoryMiBMax);
}

async function write(lines: string[], gateway = 'gw1') {
  const { rejected } = await store.write(
    batchOf({ blocks: [lines], firstSeq: ++seq, gateway, gzip: false }),
    never,
  );
  return rejected;
}

/** A reading `i` s after the epoch. */
function line(i: number, fields: string, from: { gateway?: string; machine?: string; type?: string } = {}) {
  const { gateway = 'gw1', machine = 'm1', type = 'generic' } = from;
  return `${type},gateway=${gateway},machine=${machine},site=lab ${fields} ${epochMs + i * 1000}000000`;
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const fieldsOf = (all: string[], value: number | string = 1) =>
  all.map((name) => `${name}=${value}`).join(',');
const rows = async (sql: string) => (await store.sql!({ sql, rowsMax: 10_000, timeoutMs: 60_000 })).rows;
const series = (machine: string, fields?: string[], more: object = {}) =>
  store.series({
    measurement: 'generic',
    site: 'lab',
    machine,
    fromMs: epochMs,
    toMs: epochMs + 3_600_000,
    pointsMax: 100,
    ...(fields && { fields }),
    ...more,
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-columns-'));
  path = join(folder, 'telemetry.duckdb');
  seq = 0;
  await open();
});
afterEach(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

test('16 messages full of new names: each is stored whole, and another gateway’s new names get columns', async () => {
  for (let i = 0; i < 16; i++) {
    const attack = fieldsOf(names(`x${i}_`, 63));
    expect(await write([line(i, attack, { machine: `evil${i}` })])).toEqual([]);
  }
  expect(await write([line(20, 'temperature=21.5', { gateway: 'gw2', machine: 'honest' })], 'gw2')).toEqual(
    [],
  );
  expect(await rows("select temperature from generic where machine = 'honest'")).toEqual([[21.5]]);
  const columns = Number(
    (await rows("select count(*) from information_schema.columns where table_name = 'generic'"))[0]?.[0],
  );
  const tall = Number((await rows('select count(*) from other_fields'))[0]?.[0]);
  expect(columns - 5 + tall).toBe(16 * 63);
  expect(columns).toBeLessThan(300);
  expect(await store.counts()).toEqual({ generic: 17 });
  for (let i = 0; i < 16; i++) {
    const [point] = await series(`evil${i}`);
    expect(point?.values).toMatchObject(Object.fromEntries(names(`x${i}_`, 63).map((name) => [name, 1])));
  }
});

test.each([64, 128, 512])(
  '1,000 new names at once with %i MiB: stored, and delivery goes on, also after restarts',
  { tags: ['long'] },
  async (memoryMiB) => {
    await reopen(memoryMiB);
    await write([line(0, 'a=1'), line(1, 'b=2', { machine: 'm2' })]);
    const thousand = names('n', 1_000);
    expect(await write([line(2, fieldsOf(thousand))])).toEqual([]);
    for (let i = 0; i < 3; i++) {
      await reopen(memoryMiB);
      expect(
        await write([line(3 + i, `a=${i},${fieldsOf(names(`r${i}_`, 1_000))}`, { machine: `m${i}` })]),
      ).toEqual([]);
    }
    await reopen(memoryMiB);
    expect(await write([line(9, 'a=9')])).toEqual([]);
    expect(await store.counts()).toEqual({ generic: 7 });
    const points = await series('m1', ['n0', 'n500', 'n999', 'a'], { toMs: epochMs + 2_000 });
    expect(points.at(-1)?.values).toEqual({ n0: 1, n500: 1, n999: 1, a: null });
  },
);

test('a long table gets new columns one by one, and delivery goes on where the memory is enough for no more', async () => {
  await reopen(64);
  const part = 100_000;
  for (let from = 0; from < 7 * part; from += part)
    await write(Array.from({ length: part }, (_, i) => line(from + i, 'a=1')));
  const widths: number[] = [];
  for (let i = 0; i < 4; i++) {
    expect(await write([line(1_000_000 + i, `a=2,${fieldsOf(names('n', 30))}`)])).toEqual([]);
    const [width] = await rows(
      "select count(*) from information_schema.columns where table_name = 'generic'",
    );
    widths.push(Number(width?.[0]));
  }
  // A column of 700,000 rows is 8 MB, which DuckDB has in memory until the checkpoint that follows.
  expect(widths).toEqual([6, 7, 8, 9]);
  expect(await store.counts()).toEqual({ generic: 7 * part + 4 });
  const last = await series('m1', names('n', 30), { fromMs: epochMs + 1e9, toMs: epochMs + 1_000_003_000 });
  expect(last.at(-1)?.values).toMatchObject(Object.fromEntries(names('n', 30).map((name) => [name, 1])));
}, 120_000);

test('a type that changes: both values are stored, and the honest ones stay where they are', async () => {
  await write([line(0, 'flow="broken"', { gateway: 'gw2', machine: 'evil' })], 'gw2');
  expect(await write([line(1, 'flow=1.5'), line(2, 'flow=2.5,on=true'), line(3, 'flow=true,on=0')])).toEqual(
    [],
  );
  expect(await rows('select flow from generic where flow is not null')).toEqual([['broken']]);
  expect(await rows("select number, flag from other_fields where field = 'flow' order by time")).toEqual([
    [1.5, null],
    [2.5, null],
    [null, true],
  ]);
  expect((await series('m1')).map(({ values }) => values)).toEqual([
    { flow: 1.5, on: null },
    { flow: 2.5, on: null },
    { flow: null, on: 0 },
  ]);
});

test('measurements beyond the limit have no table: their lines are stored and counted, and can be read', async () => {
  const types = names('type', 300);
  const lines = types.flatMap((type, i) => [
    line(i, 'a=1,note="x"', { type }),
    line(i, 'a=3', { type, machine: 'm2' }),
  ]);
  expect(await write(lines)).toEqual([]);
  await reopen();
  const counts = await store.counts();
  expect(Object.keys(counts)).toHaveLength(300);
  expect(new Set(Object.values(counts))).toEqual(new Set([2]));
  const last = await series('m2', undefined, { measurement: 'type299' });
  expect(last.map(({ values }) => values)).toEqual([{ a: 3 }]);
  const tables = await rows("select count(*) from information_schema.tables where table_schema = 'main'");
  expect(Number(tables[0]?.[0])).toBeLessThan(100);
  // A machine that one gateway has kept from having a table does not keep others from it.
  expect(await write([line(0, 'a=1', { type: 'pump', gateway: 'gw2' })], 'gw2')).toEqual([]);
  expect(await rows('select a from pump')).toEqual([[1]]);
});

test('tags beyond the limit are kept', async () => {
  await write([line(0, fieldsOf(names('f', 200)))]);
  const tagged = `generic,colour=red,gateway=gw1,machine=m1,site=lab f0=7 ${epochMs + 9_000}000000`;
  expect(await write([tagged])).toEqual([]);
  expect(await rows('select f0 from generic where f0 = 7')).toEqual([[7]]);
  expect(await rows("select text, tags from other_fields where field = 'colour'")).toEqual([
    ['red', '{"colour":"red"}'],
  ]);
});

test('series put together what has a column and what has none, raw and as means', async () => {
  await write([line(0, fieldsOf(names('f', 200)))]);
  const lines = Array.from({ length: 100 }, (_, i) => line(i, `f0=${i},late=${i * 2}`, { machine: 'm7' }));
  await write(lines);
  await write([line(200, 'late=1', { machine: 'm7' })]);
  const fields = ['f0', 'late'];
  const raw = await series('m7', fields, { pointsMax: 101 });
  expect(raw).toHaveLength(101);
  expect(raw[99]).toEqual({ timeMs: epochMs + 99_000, values: { f0: 99, late: 198 } });
  expect(raw[100]?.values).toEqual({ f0: null, late: 1 });
  const means = await series('m7', fields, { pointsMax: 10, toMs: epochMs + 99_999 });
  expect(means.map(({ values }) => values)).toEqual(
    Array.from({ length: 10 }, (_, i) => ({ f0: i * 10 + 4.5, late: 2 * (i * 10 + 4.5) })),
  );
});

test('a write that comes again is stored once, also the values without a column', async () => {
  const batch = batchOf({ blocks: [[line(0, fieldsOf(names('f', 300)))]] });
  await store.write(batch, never);
  const before = await rows('select count(*) from other_fields');
  await store.write(batch, never);
  await reopen();
  await store.write(batch, never);
  expect(await rows('select count(*) from other_fields')).toEqual(before);
  expect(await store.counts()).toEqual({ generic: 1 });
});

test('SQL that names what has no column or no table says which query works', async () => {
  await write([line(0, fieldsOf(names('f', 200)))]);
  await write([line(1, 'Late=1.5,it\'s="x"'), line(2, 'Late="off"')]);
  const instead = async (sql: string) => {
    const { message } = (await rows(sql).catch((error: Error) => error)) as Error;
    return [message, await rows(message.slice(message.indexOf('select ')))];
  };
  const time = (i: number) => new Date(epochMs + i * 1000).toISOString();
  for (const sql of ['select late from generic', 'select g.LATE from generic g where late > 1']) {
    expect(await instead(sql)).toEqual([
      expect.stringMatching(
        /^'late' of 'generic' has no column; its values are in other_fields: select time/i,
      ),
      [
        [time(1), 'm1', 1.5, null],
        [time(2), 'm1', null, 'off'],
      ],
    ]);
  }
  expect((await instead('select "it\'s" from generic'))[1]).toEqual([[time(1), 'm1', 'x']]);
  await write(Array.from({ length: 200 }, (_, i) => line(i, 'a=1', { type: `type${i}` })));
  expect((await instead('select a from type199'))[1]).toEqual([[time(199), 'm1', 1]]);
  await expect(rows('select nosuch from generic')).rejects.toThrow(
    /^there is no column 'nosuch'; generic has time/,
  );
});
