import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setAside } from '../../../shared/files/set-aside.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { isDiskFull } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type Disk, makeDisk } from '../../../test/chaos/site/disk.ts';
import { openRecords } from '../../journal/records/open-records.ts';
import { importLmdbLetters } from './lmdb-import.ts';
import { tryReading } from './try-reading.ts';

let folder: string;
let disk: Disk | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-letters-'));
});
afterEach(() => {
  disk?.close();
  disk = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function leaveOldLetters(dir: string): Promise<string> {
  const path = join(dir, 'letters.lmdb');
  const env = openLmdb({ path, noSubdir: true, overlappingSync: false, maxDbs: 2 });
  const letters = env.openDB<object, number>({ name: 'letters' });
  const kept = {
    atMs: 1_700_000_000_000,
    topic: 't',
    client: 'c',
    stage: 'decode',
    code: 'DECODE_JSON',
    reason: 'r',
  };
  for (const id of [3, 4, 9]) letters.putSync(id, { ...kept, payload: Buffer.from(`old ${id}`) });
  env.openDB<object, string>({ name: 'ledger' }).putSync('ledger', { nextId: 11, dropped: 7 });
  await env.close();
  rmSync(`${path}-lock`, { force: true });
  return path;
}

/** One start of the import. Returns its error, or null. */
async function start(dir: string, records: string, freeBytes?: () => number): Promise<unknown> {
  const opened = await openRecords({ dir: records, clock: systemClock, log: silentLog });
  const read = (path: string) =>
    tryReading(path, freeBytes ? { freeBytesOf: () => Promise.resolve(freeBytes()) } : {});
  try {
    await importLmdbLetters(dir, opened, silentLog, { read, setAside });
    expect([...opened.keys()].filter((key) => key.startsWith('letter/'))).toHaveLength(3);
    return null;
  } catch (error) {
    return error;
  } finally {
    await opened.stop();
  }
}

const abortingEntry = () => {
  const entry = join(folder, 'aborting.js');
  writeFileSync(entry, "process.kill(process.pid, 'SIGBUS')");
  return entry;
};

describe('old letters on a full disk', () => {
  it('stay where they are, unchanged, and are imported when there is space', async (test) => {
    disk = makeDisk(folder, 'small', 8);
    if (disk.cannotFill !== null) return test.skip(disk.cannotFill);
    // The records are on another disk, so that nothing but the old file meets the full one.
    const records = join(folder, 'records');
    mkdirSync(records);
    const path = await leaveOldLetters(disk.path);
    const content = readFileSync(path);
    disk.fill();
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(isDiskFull(await start(disk.path, records))).toBe(true);
      // The number of free bytes may be wrong, as under a quota.
      expect(isDiskFull(await start(disk.path, records, () => 1 << 30))).toBe(true);
    }
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(readdirSync(disk.path).filter((name) => /damaged|imported/.test(name))).toEqual([]);
    disk.free();
    expect(await start(disk.path, records)).toBeNull();
    expect(existsSync(`${path}.imported`)).toBe(true);
  });

  it('are not read while less than 1 MiB is free', async () => {
    const path = await leaveOldLetters(folder);
    const error = await start(folder, folder, () => (1 << 20) - 1);
    expect(isDiskFull(error)).toBe(true);
    expect(String(error)).toContain('imported when there is space');
    expect(existsSync(`${path}-lock`)).toBe(false);
    expect(await start(folder, folder, () => 1 << 20)).toBeNull();
  });

  it('are not damaged if the disk was full when a signal ended the process that read them', async () => {
    const path = await leaveOldLetters(folder);
    const entry = abortingEntry();
    const answers = [1 << 30, 0];
    const ended = tryReading(path, { entry, freeBytesOf: () => Promise.resolve(answers.shift()!) });
    await expect(ended).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(answers).toEqual([]);
    expect(await tryReading(path, { entry })).toContain('SIGBUS');
  });
});
