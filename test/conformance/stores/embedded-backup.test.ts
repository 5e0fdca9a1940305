/** The embedded store's file while it is held for a backup. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldFiles } from '../../../cloud/ports/backup/backup.ts';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { batchOf, pumpLines } from './batches.ts';

const never = new AbortController().signal;
const memoryMiBMax = 128;

let folder: string;
let path: string;
const stores: ReadingStore[] = [];

async function startStore(at: string, memory = memoryMiBMax): Promise<ReadingStore> {
  const options = { path: at, memoryMiBMax: memory, threads: 2, timeoutMs: 30_000 };
  const store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
  stores.push(store);
  await store.start();
  return store;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-backup-'));
  path = join(folder, 'telemetry.duckdb');
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop();
  await rm(folder, { recursive: true, force: true });
});

const linesInBatch = 2_000;
const rows = (seq: number) =>
  batchOf({ blocks: [pumpLines(seq * linesInBatch, linesInBatch)], firstSeq: seq });

/** Reads the held file as a backup does. */
async function contentOf({ files }: HeldFiles): Promise<Buffer> {
  const { file } = files[0]!;
  const bytes = Buffer.alloc(file.bytes);
  expect(await file.read(bytes, 0)).toBe(file.bytes);
  return bytes;
}

async function countIn(bytes: Buffer): Promise<number> {
  const copy = join(folder, 'copy.duckdb');
  await writeFile(copy, bytes);
  const store = await startStore(copy);
  return (await store.counts()).pump ?? 0;
}

test('what was stored before is in it, what is stored meanwhile is not, and both are in the store', {
  tags: ['long'],
}, async () => {
  const store = await startStore(path, 1_024);
  for (let seq = 1; seq <= 3; seq++) await store.write(rows(seq), never);
  const held = await store.holdForBackup!();
  const early = await contentOf(held);
  // More than DuckDB's log may have before a checkpoint, which it therefore wants to make.
  let seq = 3;
  for (let wal = 0; wal < 17 << 20; wal = (await readFile(`${path}.wal`)).length)
    await store.write(rows(++seq), never);
  await held.check();
  const late = await contentOf(held);
  expect(late.equals(early)).toBe(true);
  await held.release();
  await store.write(rows(++seq), never);
  expect(await countIn(late)).toBe(3 * linesInBatch);
  expect((await store.counts()).pump).toBe(seq * linesInBatch);
});

test('a checkpoint in spite of it is noticed', async () => {
  const store = await startStore(path);
  await store.write(rows(1), never);
  const held = await store.holdForBackup!();
  const bytes = await readFile(path);
  // The count of checkpoints, in the first of the two headers that alternate.
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(4_104) + 2n, 4_104);
  await writeFile(path, bytes);
  await expect(held.check()).rejects.toMatchObject({ code: 'BACKUP_SOURCE' });
  await held.release();
});

test('only so much is stored meanwhile as memory allows; then gateways wait until it is released', async () => {
  const store = await startStore(path);
  const held = await store.holdForBackup!();
  let bytes = 0;
  let refusal: unknown = null;
  let seq = 0;
  while (refusal === null) {
    const batch = rows(++seq);
    refusal = await store.write(batch, never).then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal === null) bytes += batch.raw.length;
    expect(bytes).toBeLessThanOrEqual((memoryMiBMax << 20) / 4);
  }
  expect(refusal).toMatchObject({ code: 'STORE_UNAVAILABLE', retry: true });
  expect(bytes).toBeGreaterThan((memoryMiBMax << 20) / 8);
  expect(await store.healthy()).toBe(true);
  await held.release();
  await store.write(rows(seq), never);
  expect((await store.counts()).pump).toBe(seq * linesInBatch);
});

test('it is held again after it was released', async () => {
  const store = await startStore(path);
  for (let seq = 1; seq <= 3; seq++) {
    await store.write(rows(seq), never);
    const held = await store.holdForBackup!();
    const bytes = await contentOf(held);
    await held.release();
    const at = join(folder, `copy-${seq}.duckdb`);
    await writeFile(at, bytes);
    expect((await (await startStore(at)).counts()).pump).toBe(seq * linesInBatch);
  }
});
