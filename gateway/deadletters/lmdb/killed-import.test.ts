import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setAside } from '../../../shared/files/set-aside.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { openRecords } from '../../journal/records/open-records.ts';
import type { Records } from '../../ports/records.ts';
import { openDeadLetters } from '../dead-letters.ts';
import { importLmdbLetters } from './lmdb-import.ts';

const oldCount = 1_100;
const letter = {
  atMs: 1_700_000_000_000,
  topic: 't',
  client: 'c',
  stage: 'decode',
  code: 'DECODE_JSON',
  reason: 'r',
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-letters-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = () =>
  openDeadLetters({
    dir,
    countMax: 10_000,
    bytesMax: 1 << 24,
    ageDaysMax: 36_500,
    clock: systemClock,
    openRecords: (at) => openRecords({ dir: at, clock: systemClock, log: silentLog }),
    log: silentLog,
  });

/** Letters 1 and 2 are there already; the old file has 1,100, and lost seven before. */
async function leaveBoth(): Promise<void> {
  const deadLetters = await open();
  await deadLetters.add([1, 2].map((id) => ({ ...letter, payload: Buffer.from(`new ${id}`) })));
  await deadLetters.stop();
  const env = openLmdb({
    path: join(dir, 'letters.lmdb'),
    noSubdir: true,
    overlappingSync: false,
    maxDbs: 2,
  });
  const letters = env.openDB<object, number>({ name: 'letters' });
  await env.transaction(() => {
    for (let id = 1; id <= oldCount; id++) letters.put(id, { ...letter, payload: Buffer.from(`old ${id}`) });
  });
  env.openDB<object, string>({ name: 'ledger' }).putSync('ledger', { nextId: oldCount + 1, dropped: 7 });
  await env.close();
}

/** Progress of the process when it is killed. A write may be on disk in part. */
type Step =
  | 'before the write'
  | 'a part of the write'
  | 'after the write'
  | 'before the rename'
  | 'after the rename';

/** One start that is killed at step `last`, counted from 0; returns the steps that it went through. */
async function startKilledAt(last: number): Promise<Step[]> {
  const passed: Step[] = [];
  const pass = (step: Step) => {
    passed.push(step);
    if (passed.length > last) throw new Error('killed');
  };
  const opened = await openRecords({ dir, clock: systemClock, log: silentLog });
  const records: Records = {
    keys: () => opened.keys(),
    entries: () => opened.entries(),
    get: (key) => opened.get(key),
    stop: () => opened.stop(),
    async write(changes, sync) {
      pass('before the write');
      for (const change of changes.slice(0, -1)) await opened.write([change], false);
      pass('a part of the write');
      await opened.write(changes.slice(-1), sync);
      pass('after the write');
    },
  };
  const steps = {
    read: async () => null,
    setAside(from: string, to: string) {
      pass('before the rename');
      const aside = setAside(from, to);
      pass('after the rename');
      return aside;
    },
  };
  await importLmdbLetters(dir, records, silentLog, steps).catch((error: Error) => {
    if (error.message !== 'killed') throw error;
  });
  await opened.stop();
  return passed;
}

async function expectEachOnce(): Promise<void> {
  const deadLetters = await open();
  expect(deadLetters.ids()).toEqual(Array.from({ length: oldCount + 2 }, (_, index) => index + 1));
  expect(deadLetters.counts()).toMatchObject({ count: oldCount + 2, dropped: 7 });
  expect((await deadLetters.show(2))?.payload.toString()).toBe('new 2');
  expect((await deadLetters.show(oldCount + 2))?.payload.toString()).toBe(`old ${oldCount}`);
  await deadLetters.add([{ ...letter, payload: Buffer.from('next') }]);
  expect(deadLetters.ids().at(-1)).toBe(oldCount + 3);
  await deadLetters.stop();
  expect(readdirSync(dir).filter((name) => name.startsWith('letters.lmdb'))).toEqual([
    'letters.lmdb.imported',
  ]);
}

// The note, two writes of 500 letters, the last one: three steps each; and two of the rename.
const stepCount = 14;

describe('the import of old letters', () => {
  it(`has ${stepCount} steps`, async () => {
    await leaveBoth();
    expect(await startKilledAt(Number.POSITIVE_INFINITY)).toHaveLength(stepCount);
    await expectEachOnce();
  });

  it.each(Array.from({ length: stepCount }, (_, step) => step))(
    'imports each letter once although starts were killed at step %i and then at each before it',
    { tags: ['long'] },
    async (step) => {
      await leaveBoth();
      for (let last = step; last >= 0; last -= 3) await startKilledAt(last);
      await startKilledAt(step);
      await expectEachOnce();
    },
  );

  it('imports each letter once although the rename failed three times', async () => {
    await leaveBoth();
    const passed = await startKilledAt(stepCount - 2);
    expect(passed.at(-1)).toBe('before the rename');
    for (let start = 0; start < 2; start++) expect(await startKilledAt(0)).toEqual(['before the rename']);
    await expectEachOnce();
  });

  it('imports each letter once although a power cut has undone the rename', async () => {
    await leaveBoth();
    await (await open()).stop();
    renameSync(join(dir, 'letters.lmdb.imported'), join(dir, 'letters.lmdb'));
    await expectEachOnce();
  });
});
