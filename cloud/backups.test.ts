import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openedFile } from '../shared/backup/open-folder.ts';
import { readArchive } from '../shared/backup/read-archive.ts';
import { silentLog } from '../shared/runtime/log.ts';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import { CloudBackups } from './backups.ts';
import type { HeldFiles } from './ports/backup/backup.ts';

let dataDir = '';
let steps: string[] = [];
let clock = manualClock();
let held = { check: async () => {} };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-backups-'));
  mkdirSync(join(dataDir, 'operations'));
  writeFileSync(join(dataDir, 'operations', 'data.mdb'), 'written at this moment');
  writeFileSync(join(dataDir, 'telemetry.duckdb'), Buffer.alloc(3 << 20, 'd'));
  writeFileSync(join(dataDir, 'telemetry.duckdb.wal'), 'later');
  writeFileSync(join(dataDir, 'api-token'), 'secret');
  writeFileSync(join(dataDir, 'retention.json'), '{}');
  steps = [];
  clock = manualClock();
  held = { check: async () => void steps.push('checked') };
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function newBackups(): CloudBackups {
  return new CloudBackups({
    dataDir,
    clock,
    log: silentLog,
    async copyOperations(folder) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'data.mdb'), 'as of one moment');
      steps.push('operations copied');
    },
    store: {
      async holdForBackup(): Promise<HeldFiles> {
        steps.push('store held');
        const path = join(dataDir, 'telemetry.duckdb');
        const handle = await open(path, 'r');
        return {
          files: [{ path, file: await openedFile('', handle) }],
          without: [`${path}.wal`],
          check: () => held.check(),
          async release() {
            steps.push('released');
            await handle.close();
          },
        };
      },
    },
  });
}

const released = () => vi.waitFor(() => expect(steps).toContain('released'));

it('copies the database of operations before it holds the store, and leaves nothing behind', async () => {
  const { bytes, stream } = await newBackups().begin({ credentials: false });
  const archive = await buffer(stream);
  expect(archive.length).toBe(bytes);
  await released();
  expect(steps).toEqual(['operations copied', 'store held', 'checked', 'released']);
  const file = join(dataDir, 'backup.tar');
  writeFileSync(file, archive);
  const { role, files, leftOut } = await readArchive(file, { signal: new AbortController().signal });
  expect(role).toBe('cloud');
  expect(files.map(({ path }) => path)).toEqual([
    'operations/data.mdb',
    'telemetry.duckdb',
    'retention.json',
  ]);
  expect(files[0]!.bytes).toBe('as of one moment'.length);
  expect(leftOut.map(({ path }) => path)).toEqual(['api-token']);
  expect(readdirSync(dataDir).some((name) => name.endsWith('.tmp'))).toBe(false);
});

it('is made one at a time, and again afterwards', async () => {
  const backups = newBackups();
  const first = await backups.begin({ credentials: false });
  await expect(backups.begin({ credentials: false })).rejects.toMatchObject({
    code: 'BACKUP_BUSY',
    retry: true,
  });
  await buffer(first.stream);
  await released();
  const second = await backups.begin({ credentials: true });
  expect((await buffer(second.stream)).length).toBe(second.bytes);
});

it.each([
  ['before it has taken anything', 0],
  ['in the middle', 2],
])('a reader who goes away %s lets go of the store', async (_, chunks) => {
  const { stream } = await newBackups().begin({ credentials: false });
  const reader = stream[Symbol.asyncIterator]();
  for (let i = 0; i < chunks; i++) await reader.next();
  stream.destroy();
  await released();
  expect(steps.filter((step) => step === 'released')).toHaveLength(1);
});

it('a reader who takes nothing for a minute is given up', async () => {
  const { stream } = await newBackups().begin({ credentials: false });
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve));
  stream.read(0); // begins to fill the buffer, and is not read
  await vi.waitFor(async () => {
    await clock.advance(61_000);
    expect(stream.destroyed).toBe(true);
  });
  expect((await failed).message).toContain('nothing was taken for 60 s');
  await released();
});

it('the stop of the cloud ends it', async () => {
  const backups = newBackups();
  const { stream } = await backups.begin({ credentials: false });
  const read = buffer(stream);
  await backups.stop();
  await expect(read).rejects.toThrow('the cloud stops');
  await released();
});

it('is not completed if the store has not held still', async () => {
  held.check = () => Promise.reject(new Error('checkpointed'));
  const { bytes, stream } = await newBackups().begin({ credentials: false });
  let read = 0;
  stream.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  const error = await new Promise<Error>((resolve) => stream.once('error', resolve));
  expect(error.message).toBe('checkpointed');
  expect(read).toBeLessThan(bytes);
  await released();
});

it('what cannot be opened is an error, and the next one can be made', async () => {
  const backups = newBackups();
  rmSync(join(dataDir, 'telemetry.duckdb'));
  await expect(backups.begin({ credentials: false })).rejects.toThrow('ENOENT');
  expect(existsSync(join(dataDir, 'operations-backup.tmp'))).toBe(false);
  writeFileSync(join(dataDir, 'telemetry.duckdb'), 'd');
  await buffer((await backups.begin({ credentials: false })).stream);
});
