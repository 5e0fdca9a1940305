import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setAside } from '../../../shared/files/set-aside.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { openRecords } from '../../journal/records/open-records.ts';
import type { Records } from '../../ports/records.ts';
import { openDeadLetters } from '../dead-letters.ts';
import { importLmdbLetters } from './lmdb-import.ts';
import { tryReading } from './try-reading.ts';

let dir: string;
let logged: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-letters-'));
  logged = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program with this code, in the place of the one that reads the letters. */
function entryThat(code: string): string {
  const entry = path('reader.js');
  writeFileSync(entry, code);
  return entry;
}

const path = (name = 'letters.lmdb') => join(dir, name);
const kept = {
  atMs: 1_700_000_000_000,
  topic: 't',
  client: 'c',
  stage: 'decode',
  code: 'DECODE_JSON',
  reason: 'why',
};

/** Creates the file of version 0.1.0: two of five letters were dropped by hand, seven had been evicted. */
async function leaveOldLetters(payload = (id: number) => Buffer.from(`old ${id}`)): Promise<void> {
  const env = openLmdb({ path: path(), noSubdir: true, overlappingSync: false, maxDbs: 2 });
  const letters = env.openDB<object, number>({ name: 'letters' });
  for (const id of [3, 4, 9]) letters.putSync(id, { ...kept, payload: payload(id) });
  env.openDB<object, string>({ name: 'ledger' }).putSync('ledger', { nextId: 11, dropped: 7 });
  await env.close();
}

function open(change: (records: Records) => Records = (records) => records) {
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  return openDeadLetters({
    dir,
    countMax: 100,
    bytesMax: 1 << 20,
    ageDaysMax: 90,
    clock: systemClock,
    openRecords: async (at) => change(await openRecords({ dir: at, clock: systemClock, log })),
    log,
  });
}

async function expectAll(): Promise<void> {
  const deadLetters = await open();
  expect(await deadLetters.list({ limit: 10 })).toEqual(
    [9, 4, 3].map((id) => ({ id, ...kept, payload: Buffer.from(`old ${id}`) })),
  );
  expect(deadLetters.counts()).toMatchObject({ count: 3, dropped: 7, byCode: { DECODE_JSON: 3 } });
  await deadLetters.add([{ ...kept, payload: Buffer.from('new') }]);
  expect((await deadLetters.list({ limit: 1 }))[0]).toMatchObject({ id: 11 });
  await deadLetters.stop();
  expect(readdirSync(dir).filter((name) => name.startsWith('letters.lmdb'))).toEqual([
    'letters.lmdb.imported',
  ]);
}

describe('letters in the lmdb file of an earlier version', () => {
  it('are imported once, and the file is set aside', async () => {
    await leaveOldLetters();
    await expectAll();
    expect(logged).toEqual([]);
    const deadLetters = await open();
    expect(await deadLetters.drop('all')).toBe(4);
    await deadLetters.stop();
    const again = await open();
    expect(again.counts().count).toBe(0);
    await again.stop();
  });

  it.each([0, 1])(
    'are imported after the disk has failed at write %i of the first start',
    async (failing) => {
      await leaveOldLetters();
      let writes = 0;
      const failingAt = (records: Records): Records => ({
        ...records,
        entries: () => records.entries(),
        keys: () => records.keys(),
        get: (key) => records.get(key),
        stop: () => records.stop(),
        async write(changes, sync) {
          if (writes++ >= failing)
            throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
          // A part is written, and then the disk fails.
          await records.write(changes.slice(0, 1), sync);
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        },
      });
      for (let start = 0; start < 4; start++)
        await expect(open(failingAt)).rejects.toMatchObject({ code: 'DEADLETTERS_OPEN' });
      await expectAll();
    },
  );

  it.each(['letters.lmdb.importing-1', 'letters.lmdb.importing-2'])(
    'are imported after a start of an earlier build that left them as %s',
    async (name) => {
      await leaveOldLetters();
      renameSync(path(), path(name));
      await expectAll();
    },
  );

  it('stay where they are while they are read, and are imported however often that was killed', async () => {
    await leaveOldLetters();
    const records = await openRecords({ dir, clock: systemClock, log: silentLog });
    const read = async () => {
      expect(existsSync(path())).toBe(true);
      return tryReading(path(), { entry: entryThat("process.kill(process.pid, 'SIGKILL')") });
    };
    for (let start = 0; start < 4; start++)
      await expect(importLmdbLetters(dir, records, silentLog, { read, setAside })).rejects.toThrow('SIGKILL');
    await records.stop();
    await expectAll();
  });

  it('are set aside if reading them ends the process that reads them', async () => {
    await leaveOldLetters();
    const records = await openRecords({ dir, clock: systemClock, log: silentLog });
    const read = () => tryReading(path(), { entry: entryThat('process.abort()') });
    await importLmdbLetters(dir, records, silentLog, { read, setAside });
    await records.stop();
    expect(existsSync(path('letters.lmdb.damaged'))).toBe(true);
    expect(existsSync(path())).toBe(false);
  });

  it('stay where they are if the process that reads them cannot be started', async () => {
    await leaveOldLetters();
    await expect(tryReading(path(), { entry: join(dir, 'nowhere.js') })).rejects.toThrow('nowhere.js');
    await expectAll();
  });

  it('are imported beside letters that are already there, after a downgrade and another upgrade', async () => {
    await leaveOldLetters();
    await expectAll();
    await leaveOldLetters((id) => Buffer.from(`second life ${id}`));
    const deadLetters = await open();
    const letters = await deadLetters.list({ limit: 10 });
    expect(letters.map(({ payload }) => payload.toString())).toEqual([
      'second life 9',
      'second life 4',
      'second life 3',
      'new',
      'old 9',
      'old 4',
      'old 3',
    ]);
    expect(new Set(letters.map(({ id }) => id)).size).toBe(7);
    expect(deadLetters.counts()).toMatchObject({ count: 7, dropped: 14 });
    await deadLetters.stop();
    const kept = readdirSync(dir).filter((name) => name.startsWith('letters.lmdb'));
    expect(kept.sort()).toEqual(['letters.lmdb.imported', 'letters.lmdb.imported-2']);
  });

  it('are imported although the process was killed three times while they were copied', async () => {
    await leaveOldLetters();
    // After a kill the first records are written and the file has its own name, in each attempt.
    const killed = (records: Records): Records => ({
      ...records,
      entries: () => records.entries(),
      keys: () => records.keys(),
      get: (key) => records.get(key),
      stop: () => records.stop(),
      async write(changes, sync) {
        expect(existsSync(path())).toBe(true);
        await records.write(changes.slice(0, 1), sync);
        throw new Error('killed');
      },
    });
    for (let start = 0; start < 3; start++) await expect(open(killed)).rejects.toThrow('killed');
    await expectAll();
  });

  it.each<[string, () => void]>([
    ['garbage', () => writeFileSync(path(), Buffer.alloc(65_536, 0x5a))],
    ['a file cut short', () => truncateSync(path(), 9_000)],
    ['zeroed pages', () => writeFileSync(path(), readFileSync(path()).fill(0, 8_192))],
    ['an empty file', () => truncateSync(path(), 0)],
  ])('%s: set aside, with an error', async (_, damage) => {
    await leaveOldLetters((id) => Buffer.alloc(9_000, id));
    damage();
    await expectNone();
  });

  async function expectNone(): Promise<void> {
    const deadLetters = await open();
    expect(deadLetters.counts().count).toBe(0);
    await deadLetters.add([{ ...kept, payload: Buffer.from('new') }]);
    await deadLetters.stop();
    expect(existsSync(path('letters.lmdb.damaged'))).toBe(true);
    expect(readdirSync(dir).filter((name) => name.startsWith('letters.lmdb'))).toHaveLength(1);
    expect(logged.join()).toContain('set aside');
  }
});
