/** Retention in the embedded store: what goes, what stays, and how much space comes back. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RetentionPass, RetentionRules } from '../../../cloud/ports/retention/store-retention.ts';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { batchOf, epochMs } from './batches.ts';

const dayMs = 86_400_000;
const never = new AbortController().signal;
let folder: string;
let path: string;
let store: ReadingStore;
let seq = 0;

async function open(): Promise<void> {
  const options = { path, memoryMiBMax: 512, threads: 2, timeoutMs: 60_000 };
  store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
  await store.start();
}

async function write(lines: string[]): Promise<void> {
  const batch = batchOf({ blocks: [lines], firstSeq: ++seq, gzip: false });
  expect(await store.write(batch, never)).toEqual({ rejected: [] });
}

/** A reading `ageMs` before the epoch, which is the present of these tests. */
const line = (ageMs: number, fields = 'rpm=1', type = 'pump') =>
  `${type},gateway=gw1,machine=m1,site=plant ${fields} ${epochMs - ageMs}000000`;
const rows = async (sql: string) => (await store.sql!({ sql, rowsMax: 10_000, timeoutMs: 60_000 })).rows;

function rules(keepDays: Record<string, number>, bound: RetentionRules['bound'] = null): RetentionRules {
  const ruleOf = (measurement: string) => {
    const days = keepDays[measurement] ?? keepDays['*'];
    return { keepMs: days === undefined ? null : days * dayMs, thin: null };
  };
  return { ruleOf, bound };
}

const apply = (what: RetentionRules, pass: Partial<RetentionPass> = {}) =>
  store.retention!.apply(what, { realMs: epochMs, isDryRun: false, signal: never, ...pass });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-retention-'));
  path = join(folder, 'telemetry.duckdb');
  seq = 0;
  await open();
});
afterEach(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

test('what is older than the rule of its measurement goes, to the nanosecond, and nothing else', async () => {
  await write([line(3 * dayMs), line(2 * dayMs + 1), line(2 * dayMs), line(0)]);
  await write([line(9 * dayMs, 'v=1', 'generic'), line(4 * dayMs, 'id="x"', 'event')]);
  const outcome = await apply(rules({ pump: 2, event: 5 }));
  expect(outcome).toEqual({
    measurements: [{ measurement: 'pump', deleted: 2, deletedForSpace: 0, thinned: 0, means: 0 }],
    isComplete: true,
    notes: [],
  });
  expect(await rows('select epoch_ms(time) from pump order by time')).toEqual([
    [epochMs - 2 * dayMs],
    [epochMs],
  ]);
  expect(await store.counts()).toEqual({ pump: 2, generic: 1, event: 1 });
  expect((await apply(rules({ '*': 2 }))).measurements.map(({ measurement }) => measurement)).toEqual([
    'generic',
    'event',
  ]);
});

test('values without a column go with their measurement', async () => {
  await write([line(3 * dayMs, 'rpm=1'), line(0, 'rpm=2')]);
  await write([line(3 * dayMs, 'rpm="slow"'), line(0, 'rpm="fast"')]);
  await write([line(3 * dayMs, 'v=1', 'generic')]);
  await store.columns!.free('generic', 'all');
  expect(await store.counts()).toEqual({ pump: 4, generic: 1 });
  await apply(rules({ pump: 2 }));
  expect(await rows('select measurement, text, number from other_fields order by all')).toEqual([
    ['generic', null, 1],
    ['generic', null, null],
    ['pump', 'fast', null],
  ]);
  expect(await store.counts()).toEqual({ pump: 2, generic: 1 });
});

test('a dry run counts and changes nothing', async () => {
  await write([line(3 * dayMs), line(0)]);
  const dry = await apply(rules({ '*': 2 }), { isDryRun: true });
  expect(dry.measurements).toMatchObject([{ measurement: 'pump', deleted: 1 }]);
  expect(await store.counts()).toEqual({ pump: 2 });
});

test('nothing goes while it is not known how much time has passed, or when time is up', async () => {
  await write([line(3 * dayMs), line(0)]);
  await apply(rules({ '*': 2 }), { realMs: Number.NEGATIVE_INFINITY });
  const over = await apply(rules({ '*': 2 }), { signal: AbortSignal.abort() });
  expect(over).toMatchObject({ measurements: [], isComplete: false });
  expect(await store.counts()).toEqual({ pump: 2 });
});

test('what is resent after it was deleted stays deleted', async () => {
  const batch = batchOf({ blocks: [[line(3 * dayMs), line(0)]], gzip: false });
  await store.write(batch, never);
  await apply(rules({ '*': 2 }));
  await store.write(batch, never);
  await store.stop();
  await open();
  await store.write(batch, never);
  expect(await store.counts()).toEqual({ pump: 1 });
});

/** Five days of 100 machines with 8 sensors, in the order of their time: by default a million rows. */
async function fill(rowsPerDay = 200_000): Promise<void> {
  await write([line(0, 'rpm=1,a=1,b=1,c=1,d=1,e=1,f=1,g=1')]);
  await store.stop();
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (let day = 5; day > 0; day--) {
    await connection.run(`INSERT INTO pump
      SELECT make_timestamp_ns((${epochMs - day * dayMs} + i // 100 * ${(dayMs / rowsPerDay) * 100} + i % 100) * 1000000), 'gw1', 'm' || (i % 100),
        'plant', random(), random(), random(), random(), random(), random(), random(), random() FROM range(${rowsPerDay}) AS r(i)`);
  }
  connection.closeSync();
  instance.closeSync();
  await open();
}

test('space of deleted readings is given back to the disk, and what is left is the same', {
  tags: ['long'],
  timeout: 120_000,
}, async () => {
  await fill();
  const kept = `select count(*), sum(rpm), min(time), max(time) from pump where epoch_ms(time) >= ${epochMs - dayMs}`;
  const byMachine = `select machine, count(*), sum(rpm) from pump where epoch_ms(time) >= ${epochMs - dayMs}
    group by machine order by machine`;
  const round = (all: unknown[][]) =>
    all.map((row) => row.map((v) => (typeof v === 'number' ? +v.toFixed(3) : v)));
  const [before, machines] = [round(await rows(kept)), round(await rows(byMachine))];
  const { size } = await stat(path);
  // Storing goes on meanwhile.
  const storing = (async () => {
    for (let i = 0; i < 20; i++) await write([line(-1000 * i, 'rpm=1', 'generic')]);
  })();
  const outcome = await apply(rules({ pump: 1 }));
  await storing;
  expect(outcome).toMatchObject({ isComplete: true, measurements: [{ deleted: 4 * 200_000 }] });
  expect(round(await rows(kept))).toEqual(before);
  expect(round(await rows(byMachine))).toEqual(machines);
  expect(await store.counts()).toEqual({ pump: 200_001, generic: 20 });
  const after = (await stat(path)).size;
  const space = (await store.retention!.space())!;
  expect(after).toBeLessThan(size / 2);
  expect(space.diskBytes - space.usedBytes).toBeLessThan(24 << 20);
});

test('above the bound the oldest readings go, events last, whatever the clock says', {
  tags: ['long'],
  timeout: 120_000,
}, async () => {
  await fill();
  await write([line(5 * dayMs, 'id="x"', 'event')]);
  await apply(rules({}));
  const { usedBytes } = (await store.retention!.space())!;
  const bound = { bytesMax: Math.round(usedBytes / 2), whenFull: 'oldest-first' as const };
  const pass = { realMs: Number.NEGATIVE_INFINITY };
  const dry = await apply(rules({}, bound), { ...pass, isDryRun: true });
  const outcome = await apply(rules({}, bound), pass);
  expect(outcome.measurements).toEqual(dry.measurements);
  expect((await store.retention!.space())!.usedBytes).toBeLessThan(bound.bytesMax * 1.02);
  const { pump, event } = await store.counts();
  expect(pump).toBeGreaterThan(400_000);
  expect(pump).toBeLessThan(530_000);
  expect(event).toBe(1);
  expect(await rows(`select max(time) from pump`)).toEqual([[new Date(epochMs).toISOString()]]);
  expect((await apply(rules({}, { ...bound, bytesMax: usedBytes }))).measurements).toEqual([]);
});

test('a bound that is smaller than the newest hour deletes no more than the rest, and says so', async () => {
  await write([line(3 * dayMs), line(1), line(0)]);
  const bound = { bytesMax: 1, whenFull: 'oldest-first' as const };
  const { measurements, notes } = await apply(rules({}, bound));
  expect(measurements).toMatchObject([{ measurement: 'pump', deletedForSpace: 1 }]);
  expect(notes).toEqual([expect.stringContaining('newest hour')]);
  expect(await store.counts()).toEqual({ pump: 2 });
});

test('a bound that refuses deletes nothing and takes nothing new until there is room', async () => {
  await write([line(3 * dayMs), line(0)]);
  const bound = { bytesMax: 1, whenFull: 'refuse' as const };
  const dry = await apply(rules({}, bound), { isDryRun: true });
  expect(dry.notes).toEqual([expect.stringContaining('gateways keep what is new')]);
  await write([line(-1)]);
  expect(await apply(rules({}, bound))).toMatchObject({ measurements: [], notes: dry.notes });
  const next = batchOf({ blocks: [[line(-2)]], firstSeq: seq + 1, gzip: false });
  await expect(store.write(next, never)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retry: true });
  expect(await store.healthy()).toBe(false);
  expect(await store.counts()).toEqual({ pump: 3 });
  await apply(rules({}, { ...bound, bytesMax: 1 << 30 }));
  await store.write(next, never);
  expect(await store.counts()).toEqual({ pump: 4 });
});

const thinTo = (widthMs: number, days = 1): RetentionRules => {
  return { ruleOf: () => ({ keepMs: null, thin: { afterMs: days * dayMs, widthMs } }), bound: null };
};

test('old readings become means of each span and machine; texts become the last one; new ones stay', async () => {
  const hour = Math.floor((epochMs - 3 * dayMs) / 3_600_000) * 3_600_000;
  const at = (ms: number, fields: string, machine = 'm1') =>
    `pump,gateway=gw1,machine=${machine},site=plant ${fields} ${hour + ms}000000`;
  const old = [
    at(0, 'rpm=1,mode="a"'),
    at(10_000, 'rpm=2,on=true'),
    at(59_999, 'rpm=6,mode="b"'),
    at(60_000, 'rpm=7'),
    at(5_000, 'rpm=100', 'm2'),
  ];
  await write([...old, line(0), line(1_000)]);
  const dry = await apply(thinTo(60_000), { isDryRun: true });
  const outcome = await apply(thinTo(60_000));
  expect(outcome.measurements).toEqual([
    { measurement: 'pump', deleted: 0, deletedForSpace: 0, thinned: 5, means: 3 },
  ]);
  expect(dry.measurements).toEqual(outcome.measurements);
  const sql = `select epoch_ms(time) - ${hour}, machine, rpm, mode, "on" from pump where epoch_ms(time) < ${hour + 3_600_000}
    order by all`;
  const means = [
    [0, 'm1', 3, 'b', true],
    [0, 'm2', 100, null, null],
    [60_000, 'm1', 7, null, null],
  ];
  expect(await rows(sql)).toEqual(means);
  expect(await store.counts()).toEqual({ pump: 5 });
  expect((await apply(thinTo(60_000))).measurements).toEqual([]);
  // A late reading of a machine that had none then, and longer spans from now on.
  await write([at(0, 'rpm=4', 'm3'), at(1_000, 'rpm=8', 'm3')]);
  await apply(thinTo(60_000));
  expect(await rows(sql)).toEqual([...means.slice(0, 2), [0, 'm3', 6, null, null], means[2]]);
  await apply(thinTo(3_600_000));
  expect(await rows(sql)).toEqual([[0, 'm1', 5, 'b', true], means[1], [0, 'm3', 6, null, null]]);
});

test('values without a column are thinned by field', async () => {
  const old = Math.floor((epochMs - 3 * dayMs) / 3_600_000) * 3_600_000;
  const at = (ms: number, fields: string) =>
    `generic,gateway=gw1,machine=m1,site=plant ${fields} ${old + ms}000000`;
  await write([at(0, 'a=1,b="x"'), at(1_000, 'a=3,b="y"')]);
  await store.columns!.free('generic', 'all');
  await apply(thinTo(60_000));
  expect(await rows('select epoch_ms(time), field, number, text from other_fields order by field')).toEqual([
    [old, 'a', 2, null],
    [old, 'b', null, 'y'],
    [old, null, null, null],
  ]);
  expect(await store.counts()).toEqual({ generic: 1 });
});

test('thinning 200,000 readings: readers see no gap, and storing goes on', {
  tags: ['long'],
  timeout: 120_000,
}, async () => {
  await fill(40_000);
  const sql = `select machine, avg(rpm), count(distinct epoch_ms(time) // 3600000) from pump group by machine order by machine`;
  const round = (all: unknown[][]) =>
    all.map(([machine, mean, hours]) => [machine, Number(mean).toFixed(2), hours]);
  const before = round(await rows(sql));
  const thinning = apply(thinTo(3_600_000, 2));
  const seen: unknown[][] = [];
  const hours = `select count(distinct epoch_ms(time) // 3600000) from pump`;
  let isDone = false;
  const watching = (async () => {
    for (let i = 0; !isDone; i++) {
      seen.push((await rows(hours))[0]!);
      await write([line(-1000 * i, 'rpm=1', 'generic')]);
    }
  })();
  const { measurements } = await thinning;
  isDone = true;
  await watching;
  expect(measurements).toMatchObject([{ measurement: 'pump' }]);
  const { thinned, means } = measurements[0]!;
  expect(thinned).toBeGreaterThan(100_000);
  expect(means).toBeLessThan(thinned / 10);
  expect(new Set(seen.map(String)).size).toBe(1);
  expect(round(await rows(sql)).map(([machine, , each]) => [machine, each])).toEqual(
    before.map(([machine, , each]) => [machine, each]),
  );
  expect((await store.counts()).pump).toBe(200_001 - thinned + means);
});
