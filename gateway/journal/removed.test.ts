/** A journal whose newest segment is deleted or replaced while it is open. */
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalLoss } from '../../shared/contract/events.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { type JournalSet, openJournals } from './journal-set.ts';
import { openRecords } from './records/open-records.ts';
import { blockOf, contents } from './support.testing.ts';

let folder = '';
let set: JournalSet;
const losses: JournalLoss[] = [];
const clock = manualClock();
const gone = {
  code: 'JOURNAL_REMOVED',
  retry: true,
  message: expect.stringMatching(/was deleted or replaced/),
};

async function open(): Promise<void> {
  set = await openJournals({
    dir: join(folder, 'journal'),
    lanes: ['events', 'readings'],
    limits: { bytesMax: 1 << 20, whenFull: 'drop-oldest' },
    clock,
    log: silentLog,
    onLoss: (loss) => losses.push(loss),
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-removed-'));
  losses.length = 0;
  await open();
  for (const text of ['one', 'two']) await append(text);
});
afterEach(async () => {
  await set.stop();
  rmSync(folder, { recursive: true });
});

const readings = () => set.lane('readings');
const append = (text: string, bytes = 100) => readings().append(blockOf(text, bytes));
const laneDir = () => join(folder, 'journal', 'readings');
const newest = () => {
  const segments = readdirSync(laneDir()).filter((name) => name.endsWith('.seg'));
  return join(laneDir(), segments.sort().at(-1)!);
};

/** Ways in which somebody takes the newest segment away, each with a way to put it back. */
const ways: Record<string, () => () => void> = {
  'the segment is moved away'() {
    const path = newest();
    renameSync(path, `${folder}/away`);
    return () => renameSync(`${folder}/away`, path);
  },
  'the segment is replaced by a copy'() {
    const path = newest();
    cpSync(path, `${folder}/copy`);
    renameSync(path, `${folder}/away`);
    renameSync(`${folder}/copy`, path);
    return () => renameSync(`${folder}/away`, path);
  },
  'the folder of the lane is moved away'() {
    renameSync(laneDir(), `${folder}/away`);
    return () => renameSync(`${folder}/away`, laneDir());
  },
  'the folder of the journal is replaced by a copy'() {
    const dir = join(folder, 'journal');
    cpSync(dir, `${folder}/copy`, { recursive: true, verbatimSymlinks: true });
    renameSync(dir, `${folder}/away`);
    renameSync(`${folder}/copy`, dir);
    return () => {
      rmSync(dir, { recursive: true });
      renameSync(`${folder}/away`, dir);
    };
  },
};

describe.each(Object.entries(ways))('while %s', (_, take) => {
  it('nothing is appended, what was appended is read, and it continues when it is put back', async () => {
    const putBack = take();
    await expect(append('refused')).rejects.toMatchObject(gone);
    // A block that needs a new segment is refused as well.
    await expect(append('large', 60_000)).rejects.toMatchObject(gone);
    expect(readings().stats().removed).toMatch(/was deleted or replaced/);
    expect(await contents(readings())).toEqual(['1:one', '2:two']);
    putBack();
    await append('three');
    expect(readings().stats().removed).toBeNull();
    await set.stop();
    await open();
    expect(await contents(readings())).toEqual(['1:one', '2:two', '3:three']);
    expect(losses).toEqual([]);
  });

  it('this is known without an append', async () => {
    const putBack = take();
    await vi.waitFor(() => expect(readings().stats().removed).toMatch(/was deleted/));
    putBack();
    await vi.waitFor(() => expect(readings().stats().removed).toBeNull());
  });
});

it('a deleted segment is read as long as the journal is open, and after a restart it is reported as lost', async () => {
  rmSync(newest());
  expect(await contents(readings())).toEqual(['1:one', '2:two']);
  await expect(append('refused')).rejects.toMatchObject(gone);
  await set.stop();
  await open();
  expect(losses).toMatchObject([{ lane: 'readings', cause: 'damaged-block', blocks: 2 }]);
  expect(await append('three')).toBeGreaterThan(2);
  expect((await contents(readings())).map((text) => text.split(':')[1])).toEqual(['three']);
});

it('no new file is begun where the last one, which is closed, was deleted', async () => {
  const dir = join(folder, 'records');
  const first = await openRecords({ dir, clock, log: silentLog });
  await first.write([{ key: 'a', value: Buffer.from('1') }], true);
  await first.stop();
  const records = await openRecords({ dir, clock, log: silentLog });
  for (const name of readdirSync(dir)) if (name.endsWith('.seg')) rmSync(join(dir, name));
  await expect(records.write([{ key: 'b', value: Buffer.from('2') }], true)).rejects.toMatchObject(gone);
  await records.stop();
});

it('records are not confirmed while their file is missing', async () => {
  const dir = join(folder, 'records');
  const records = await openRecords({ dir, clock, log: silentLog });
  await records.write([{ key: 'a', value: Buffer.from('1') }], true);
  const name = readdirSync(dir).find((file) => file.endsWith('.seg'))!;
  renameSync(join(dir, name), join(folder, name));
  await expect(records.write([{ key: 'b', value: Buffer.from('2') }], true)).rejects.toMatchObject(gone);
  renameSync(join(folder, name), join(dir, name));
  await records.write([{ key: 'c', value: Buffer.from('3') }], true);
  await records.stop();
  const again = await openRecords({ dir, clock, log: silentLog });
  expect([...again.keys()].sort()).toEqual(['a', 'c']);
  await again.stop();
});
