import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Log, silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { recordBytesMax } from '../../../ports/records.ts';
import { Mirror } from './mirror.ts';
import { FailingDisk, openTestSessions } from './opened.testing.ts';

let dataDir = '';
let disk: FailingDisk;
let mirror: Mirror;
const clock = manualClock();
const memory = new Map<string, Buffer>();
const said: object[] = [];
const log = Object.assign(Object.create(silentLog) as Log, {
  error: (about: object) => void said.push(about),
});
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-mirror-'));
  disk = new FailingDisk();
  memory.clear();
  said.length = 0;
  const { records, loaded } = await openTestSessions(dataDir, { disk });
  mirror = new Mirror(records, clock, log);
  mirror.begin([{ load: () => true, records: () => memory }], loaded);
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Changes the state like the broker: memory first, then the disk. */
function set(key: string, value: string | null, sync = false): Promise<void> {
  if (value === null) memory.delete(key);
  else memory.set(key, Buffer.from(value));
  return mirror.write([{ key, value: value === null ? null : Buffer.from(value) }], sync);
}

async function onDisk(): Promise<string[]> {
  await mirror.stop();
  const { records, loaded } = await openTestSessions(dataDir);
  await records.stop();
  return loaded.map(([key, value]) => `${key}=${value}`);
}

it('after a failed write the next one writes everything in memory', async () => {
  await set('same', '1');
  await set('old', '1', true);
  await set('gone', '1');
  disk.isFailing = true;
  await expect(set('old', '2')).rejects.toMatchObject({ code: 'BROKER_STORE_FAILED', retry: true });
  await mirror.writeLater([{ key: 'gone', value: null }]);
  memory.delete('gone');
  expect(mirror.writeFailures).toBe(1);
  disk.isFailing = false;
  clock.advanceNow(100);
  await set('new', '1');
  expect(await onDisk()).toEqual(['new=1', 'old=2', 'same=1']);
});

it('writes during a complete rewrite wait for it, and fail with it', async () => {
  disk.isFailing = true;
  await expect(set('a', '1')).rejects.toThrow();
  clock.advanceNow(100);
  const failing = await Promise.allSettled([set('b', '1'), set('c', '1')]);
  expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  disk.isFailing = false;
  // Right after a failed attempt there is no other, because each one writes everything.
  await expect(set('d', '1')).rejects.toThrow('a moment ago');
  clock.advanceNow(100);
  await Promise.all([set('e', '1'), set('f', '1'), set('a', null)]);
  expect(await onDisk()).toEqual(['b=1', 'c=1', 'd=1', 'e=1', 'f=1']);
});

it('retries by itself if nothing else is written', async () => {
  disk.isFailing = true;
  await Promise.all([
    set('a', '1').catch(() => {}),
    mirror.writeLater([{ key: 'a', value: Buffer.from('1') }]),
  ]);
  clock.advanceNow(1_000);
  await new Promise((resolve) => setImmediate(resolve));
  disk.isFailing = false;
  clock.advanceNow(1_000);
  await mirror.write([]);
  expect(await onDisk()).toEqual(['a=1']);
});

it('a record that has become too large keeps its older copy on disk and no others off it; the log names it once', async () => {
  await set('c!a%2Fb', 'small');
  const write = set('c!a%2Fb', 'x'.repeat(recordBytesMax));
  await expect(write).rejects.toMatchObject({ code: 'BROKER_STORE_FAILED' });
  await set('r!t', '1');
  await expect(mirror.write([{ key: 'c!a%2Fb', value: memory.get('c!a%2Fb')! }])).rejects.toThrow(
    'too large',
  );
  await set('r!t', '2');
  expect(said).toEqual([expect.objectContaining({ client: 'a/b', bytesMax: recordBytesMax })]);
  expect(await onDisk()).toEqual(['c!a%2Fb=small', 'r!t=2']);
});
