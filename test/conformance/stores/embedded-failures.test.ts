import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { codeOf } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { batchOf, pumpLine, pumpLines, writerBatch } from './batches.ts';
import { notBuilt, writerThatHasConfirmed } from './writer-process.ts';

const never = new AbortController().signal;

let folder: string;
let path: string;
const stores: ReadingStore[] = [];

function newStore(at = path): ReadingStore {
  const options = { path: at, memoryMiBMax: 128, threads: 2, timeoutMs: 30_000 };
  const store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
  stores.push(store);
  return store;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-failures-'));
  path = join(folder, 'telemetry.duckdb');
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('embedded store after a power cut', () => {
  const wal = () => `${path}.wal`;
  const tornTails: Record<string, (log: Buffer, last: Buffer) => Buffer> = {
    'only zeros': () => Buffer.alloc(5_000),
    'a write whose last sectors are zeros': (_, last) => Buffer.from(last).fill(0, last.length >> 1),
    'a part of a write': (_, last) => last.subarray(0, last.length >> 1),
    'a write with zeros in it and behind it': (_, last) =>
      Buffer.concat([
        Buffer.from(last).fill(0, last.length >> 1, (last.length >> 1) + 40),
        Buffer.alloc(4_096),
      ]),
  };
  const rows = (seq: number) => batchOf({ blocks: [pumpLines(seq * 50, 50)], firstSeq: seq });
  let stored: number;

  /** A database after a crash: two writes in its log. */
  async function crashed(): Promise<{ log: Buffer; last: Buffer }> {
    const store = newStore();
    await store.start();
    await store.write(rows(1), never);
    const before = (await readFile(wal())).length;
    await store.write(rows(2), never);
    stored = (await store.counts()).pump!;
    const [data, log] = [await readFile(path), await readFile(wal())];
    await store.stop();
    await writeFile(path, data);
    await writeFile(wal(), log);
    return { log, last: log.subarray(before) };
  }

  test.each(Object.entries(tornTails))(
    'starts with %s at the end of its log, and has everything confirmed',
    async (_, tail) => {
      const { log, last } = await crashed();
      await writeFile(wal(), Buffer.concat([log, tail(log, last)]));
      const store = newStore();
      await store.start();
      expect((await store.counts()).pump).toBe(stored);
      await store.write(rows(3), never);
      expect((await store.counts()).pump).toBe(stored + 50);
    },
  );

  test('refuses a log that is damaged before its last write, and changes nothing', async () => {
    const { log, last } = await crashed();
    log[log.length - last.length - 100]! ^= 1;
    await writeFile(wal(), log);
    await expect(newStore().start()).rejects.toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }));
    expect(await readFile(wal())).toEqual(log);
  });
});

describe.skipIf(notBuilt !== null)('embedded store and other processes (needs npm run build:tests)', () => {
  test('repeated kill -9 during writes: everything confirmed is stored once', async () => {
    let last = 0;
    for (let round = 0; round < 2; round++) {
      const { child, confirmed } = await writerThatHasConfirmed(path, last + 1, 30);
      child.kill('SIGKILL');
      await once(child, 'close');
      last = Math.max(...confirmed);
      const store = newStore();
      await store.start();
      const count = (await store.counts()).pump ?? 0;
      expect(count).toBeGreaterThanOrEqual(last * 200);
      expect(count % 200).toBe(0);
      // Some unconfirmed batches may be stored too. After they are written again, all are stored once.
      const written = count / 200 + 3;
      const all = Array.from({ length: written }, (_, i) => store.write(writerBatch(i + 1), never));
      await Promise.all(all);
      expect(await store.counts()).toEqual({ pump: written * 200 });
      last = written;
      await store.stop();
    }
  });

  test('repeated kill -9 while columns are freed: every value is in its column or beside it, once', {
    tags: ['long'],
    timeout: 60_000,
  }, async () => {
    let last = 0;
    for (let round = 0; round < 3; round++) {
      const { child, confirmed } = await writerThatHasConfirmed(path, last + 1, 20, 'free');
      child.kill('SIGKILL');
      await once(child, 'close');
      const store = newStore();
      await store.start();
      last = ((await store.counts()).pump ?? 0) / 200;
      expect(last).toBeGreaterThanOrEqual(Math.max(...confirmed));
      await Promise.all(Array.from({ length: last + 1 }, (_, i) => store.write(writerBatch(i + 1), never)));
      last++;
      expect(await store.counts()).toEqual({ pump: last * 200 });
      const sql = `SELECT count(*)::INT, count(DISTINCT time)::INT, sum(a)::INT FROM (
        SELECT time, a FROM pump WHERE a IS NOT NULL
        UNION ALL SELECT time, number FROM other_fields WHERE field = 'a')`;
      const [row] = (await store.sql!({ sql, rowsMax: 1, timeoutMs: 30_000 })).rows;
      // The first line of each sixteenth batch has another field; its a would be 0.
      const lines = last * 200 - Math.floor(last / 16);
      expect(row).toEqual([lines, lines, (last * 199 * 200) / 2]);
      await store.stop();
    }
  });

  test('a file that another process has open: STORE_LOCKED, and the other process is not disturbed', async () => {
    const { child, confirmed } = await writerThatHasConfirmed(path, 1, 1);
    await expect(newStore().start()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining(path),
    });
    const before = confirmed.length;
    await expect.poll(() => confirmed.length, { timeout: 30_000 }).toBeGreaterThan(before + 8);
    child.kill('SIGKILL');
    await once(child, 'close');
  });
});

describe('embedded store and its file', () => {
  test('opened twice by one process: STORE_LOCKED', async () => {
    await newStore().start();
    await expect(newStore().start()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  test.each([
    ['is not a database', async () => writeFile(path, 'not a database'.repeat(1_000))],
    ['is cut short', async () => truncate(path, 5_000)],
    ['has its first block overwritten', async () => overwrite(path, 0, 8_192)],
    ['is a folder', async () => rm(path).then(() => mkdir(path))],
  ])('a file that %s: refused, with what to do, and left as it is', async (_, damage) => {
    const store = newStore();
    await store.start();
    await store.write(batchOf({ blocks: [pumpLines(0, 5_000)] }), never);
    await store.stop();
    await damage();
    const before = await readFile(path).catch(() => null);
    await expect(newStore().start()).rejects.toMatchObject({
      code: 'STORE_UNREADABLE',
      retry: false,
      message: expect.stringMatching(/restore a backup/),
    });
    const after = await readFile(path).catch(() => null);
    expect(before?.equals(after ?? Buffer.alloc(0))).toBe(before === null ? undefined : true);
  });

  test('a damaged block: the file is refused if the block is indispensable, otherwise only the block’s content is lost', async () => {
    const [headBytes, blockBytes] = [12_288, 262_144];
    const store = newStore();
    await store.start();
    await store.write(batchOf({ blocks: [pumpLines(0, 20_000)] }), never);
    await store.stop();
    const whole = await readFile(path);
    const outcomes: string[] = [];
    for (let at = headBytes; at < whole.length; at += blockBytes) {
      const bytes = Buffer.from(whole);
      bytes.fill(0x5a, at + 1_000, at + 3_000);
      await writeFile(path, bytes);
      await rm(`${path}.wal`, { force: true });
      const damaged = newStore();
      try {
        await damaged.start();
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_UNREADABLE', message: expect.stringMatching(/restore/) });
        outcomes.push('refused');
        continue;
      }
      await damaged.write(batchOf({ blocks: [pumpLines(50_000, 10)], gateway: 'other' }), never);
      const series = {
        measurement: 'pump',
        site: 'plant',
        machine: 'm1',
        fromMs: 0,
        toMs: 2 ** 42,
        pointsMax: 10,
      };
      const read = await damaged.series(series).then(
        () => 'read',
        (error: unknown) => codeOf(error),
      );
      outcomes.push(String(read));
      await damaged.stop();
      const again = newStore();
      await again.start();
      expect((await again.counts()).pump).toBe(20_010);
      await again.stop();
    }
    // Some blocks are free.
    expect(outcomes).toContain('STORE_DAMAGED');
    expect(outcomes.filter((one) => !['refused', 'read', 'STORE_DAMAGED'].includes(one))).toEqual([]);
  }, 60_000);

  test('a folder that cannot be created', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(newStore(join(folder, 'file/x/telemetry.duckdb')).start()).rejects.toMatchObject({
      code: 'STORE_UNREADABLE',
    });
  });
});

describe('embedded store under pressure', () => {
  test('more batches than may wait: refused with retry, none lost, none stored twice', async () => {
    const store = newStore();
    await store.start();
    const batches = Array.from({ length: 600 }, (_, i) =>
      batchOf({ blocks: [[pumpLine(i)]], gateway: `gw${i}` }),
    );
    const results = await Promise.allSettled(batches.map((batch) => store.write(batch, never)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'STORE_UNAVAILABLE', retry: true });
    expect(await store.counts()).toEqual({ pump: 600 - refused.length });
    for (let i = 0; i < 600; i += 100) {
      await Promise.all(batches.slice(i, i + 100).map((batch) => store.write(batch, never)));
    }
    expect(await store.counts()).toEqual({ pump: 600 });
  });

  test('stopping finishes the current write and refuses the others', async () => {
    const store = newStore();
    await store.start();
    const batches = Array.from({ length: 50 }, (_, i) =>
      batchOf({ blocks: [pumpLines(i * 100, 100)], gateway: `gw${i}` }),
    );
    const writes = batches.map((batch) => store.write(batch, never));
    await writes[0];
    const late = store.write(batchOf({ blocks: [pumpLines(9_000, 1)], gateway: 'late' }), never);
    const stopped = store.stop();
    const results = await Promise.allSettled([...writes, late]);
    await stopped;
    await expect(store.write(batches[0]!, never)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const again = newStore();
    await again.start();
    const confirmed = results.slice(0, 50).filter(({ status }) => status === 'fulfilled').length;
    expect((await again.counts()).pump).toBeGreaterThanOrEqual(confirmed * 100);
  });
});

async function overwrite(file: string, from: number, to: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(to - from, 0xff), 0, to - from, from);
  await handle.close();
}
