import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { type Log, silentLog } from '../../../shared/runtime/log.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import type { RecordChange } from '../../ports/records.ts';
import { MemoryDisk, systemError } from '../memory-disk.testing.ts';
import { openRecords } from './open-records.ts';
import type { RecordLog } from './record-log.ts';

let disk: MemoryDisk;
let said: string[];
let records: RecordLog;
beforeEach(async () => {
  disk = new MemoryDisk();
  said = [];
  records = await open();
});

const hear = () =>
  Object.assign(Object.create(silentLog) as Log, {
    error: (_: object, text: string) => void said.push(text),
  });
const segmentBytesMax = 20_000;
const open = (random: Random = seededRandom(1)) =>
  openRecords({
    dir: '/records',
    segmentBytesMax,
    fs: disk.mount(),
    clock: systemClock,
    random,
    log: hear(),
  });

async function reopen(): Promise<void> {
  await records.stop();
  records = await open();
}

const put = (key: string, text: string): RecordChange => ({ key, value: Buffer.from(text) });
const remove = (key: string): RecordChange => ({ key, value: null });

async function contents(of = records): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const key of [...of.keys()].sort()) found[key] = String(await of.get(key));
  return found;
}

const segments = () => disk.paths().filter((path) => path.endsWith('.seg'));

describe('records', () => {
  it('are found again after a restart, with the latest value', async () => {
    await records.write([put('a', '1'), put('b', 'ü'), put('c', '')], true);
    await records.write([put('a', '2'), remove('b'), remove('never')], false);
    const expected = { a: '2', c: '' };
    expect(await contents()).toEqual(expected);
    await reopen();
    expect(await contents()).toEqual(expected);
    expect(await records.get('b')).toBeNull();
  });

  it('are changed in the order of the requests; requests made together share a sync', async () => {
    let syncs = 0;
    disk.onOperation = (operation) => {
      if (operation === 'datasync') syncs++;
    };
    const all = Array.from({ length: 100 }, (_, i) =>
      records.write([put('a', `${i}`), i % 2 === 0 ? put('b', `${i}`) : remove('b')], i === 50),
    );
    await Promise.all(all);
    expect(syncs).toBe(1);
    expect(await contents()).toEqual({ a: '99' });
    await reopen();
    expect(await contents()).toEqual({ a: '99' });
  });

  it('are listed once each, with their current values', async () => {
    await records.write([put('a', '1'), put('b', '1')], true);
    await records.write([put('a', '2'), put('c', '1'), remove('b')], false);
    const found: string[] = [];
    for await (const [key, value] of records.entries()) found.push(`${key}=${value}`);
    expect(found.sort()).toEqual(['a=2', 'c=1']);
  });

  it('may be longer than a block of a lane', async () => {
    const text = 'x'.repeat(16 << 20);
    await records.write([put('long', text), put('short', 'y')], true);
    await reopen();
    expect((await records.get('long'))!.equals(Buffer.from(text))).toBe(true);
    await expect(records.write([put('too long', 'x'.repeat(25 << 20))], true)).rejects.toThrow('too large');
    expect(await contents()).toMatchObject({ short: 'y' });
  });

  it('are locked by one process', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  });

  it('are written before stop, and not after it', async () => {
    const last = records.write([put('a', '1')], false);
    await records.stop();
    await last;
    await expect(records.write([put('a', '2')], true)).rejects.toThrow('closed');
    records = await open();
    expect(await contents()).toEqual({ a: '1' });
  });

  it('need no more than about twice their length on disk, whatever was changed', async () => {
    const random = seededRandom(3);
    const expected: Record<string, string> = {};
    for (let i = 0; i < 3_000; i++) {
      const key = `key ${Math.floor(random.next() * 200)}`;
      expected[key] = `${i} `.repeat(1 + Math.floor(random.next() * 40));
      await records.write([put(key, expected[key])], i % 3 === 0);
    }
    const live = Object.values(expected).reduce((sum, { length }) => sum + length, 0);
    expect(disk.usedBytes).toBeLessThan(2 * live + 6 * segmentBytesMax);
    expect(records.writtenBytes).toBeLessThan(3_000 * 120 * 3);
    for (let i = 0; i < 30; i++) {
      await reopen();
      await records.write([put('start', `${i}`)], false);
    }
    expect(segments().length).toBeLessThan(12);
    expect(await contents()).toEqual({ ...expected, start: '29' });
  });
});

describe('a failing disk', () => {
  it.each(['write', 'datasync', 'truncate', 'create', 'syncDir'] as const)(
    '%s: the request is refused, confirmed records stay, and the next request is accepted',
    async (failing) => {
      await records.write([put('a', '1'), put('gone', '1')], true);
      let failures = 0;
      disk.onOperation = (operation, _path, access) => {
        if (operation !== failing && !(failing === 'truncate' && operation === 'write')) return;
        failures++;
        if (operation === 'write') access.partly((access.to - access.from) >> 1);
        throw systemError('EIO');
      };
      if (failing === 'create' || failing === 'syncDir') {
        disk.onOperation = ((fail) => fail)(disk.onOperation);
        await records.stop();
        const failingNow = disk.onOperation;
        disk.onOperation = () => undefined;
        records = await open();
        disk.onOperation = failingNow;
      }
      await expect(records.write([put('a', '2'), remove('gone')], true)).rejects.toMatchObject({
        code: 'EIO',
      });
      expect(failures).toBeGreaterThan(0);
      expect(await contents()).toEqual({ a: '1', gone: '1' });
      disk.onOperation = () => undefined;
      await records.write([put('b', '1')], true);
      await reopen();
      expect(await contents()).toEqual({ a: '1', b: '1', gone: '1' });
      expect(said).toEqual([]);
    },
  );

  it('full: nothing is accepted, all can be read, and writing continues when there is room', async () => {
    await records.write([put('a', '1')], true);
    disk.capacityBytes = disk.usedBytes + 100;
    for (let i = 0; i < 3; i++)
      await expect(records.write([put('b', 'x'.repeat(1_000))], true)).rejects.toMatchObject({
        code: 'ENOSPC',
      });
    expect(await contents()).toEqual({ a: '1' });
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    await records.write([put('b', '2')], true);
    await reopen();
    expect(await contents()).toEqual({ a: '1', b: '2' });
  });

  it('full: old segments that are mostly garbage are removed, and what is live in them stays', async () => {
    await records.write([put('live', '1'), put('unsynced', '1')], true);
    for (let i = 0; i < 12; i++) await records.write([put('big', `${i}`.padEnd(8_000))], i < 10);
    await records.write([put('unsynced', '2')], false);
    disk.capacityBytes = disk.usedBytes + 200; // as in the last block of a file
    await records.write([put('new', 'x'.repeat(5_000))], true);
    expect(await contents()).toMatchObject({ live: '1', unsynced: '2', new: 'x'.repeat(5_000) });
    disk.crash(seededRandom(5));
    records = await open();
    expect(await contents()).toMatchObject({ live: '1', unsynced: '2', new: 'x'.repeat(5_000) });
  });

  it('full: removing ends where nothing more can be freed, and the request is refused', async () => {
    for (let i = 0; i < 12; i++) await records.write([put(`big ${i}`, `${i}`.padEnd(8_000))], true);
    disk.capacityBytes = disk.usedBytes + 200;
    await expect(records.write([put('new', 'x'.repeat(5_000))], true)).rejects.toMatchObject({
      code: 'ENOSPC',
    });
    expect([...records.keys()]).toHaveLength(12);
  });

  it('removing old segments: it is retried, and no old value reappears', async () => {
    const fill = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) await records.write([put('big', `${i}`.padEnd(8_000))], true);
    };
    await records.write([put('deleted', '1')], true);
    await fill(3);
    await records.write([remove('deleted')], true);
    disk.onOperation = (operation) => {
      if (operation === 'remove' || operation === 'syncDir') throw systemError('EIO');
    };
    await fill(2);
    disk.onOperation = (operation) => {
      if (operation === 'remove') throw systemError('EIO');
    };
    await fill(30);
    disk.onOperation = () => undefined;
    await fill(2); // the second waits for the end of the first one's turn
    expect(segments().length).toBeLessThan(8);
    await reopen();
    expect([...records.keys()]).toEqual(['big']);
  });

  it('permanently at one position: a record there is finally given up and logged; the others stay', async () => {
    await records.write([put('lost', 'here'), put('kept', '1')], true);
    const [first] = segments() as [string];
    const at = 56 + 48;
    disk.onOperation = (operation, path, access) => {
      if (operation === 'read' && path === first && access.from <= at && access.to < 400)
        throw systemError('EIO');
    };
    for (let i = 0; i < 130; i++) await records.write([put('big', `${i}`.padEnd(8_000))], true);
    expect(said).toEqual(['a record could not be read; it is lost']);
    expect(segments().length).toBeLessThan(8);
    expect(await contents()).toMatchObject({ kept: '1' });
    expect(await records.get('lost')).toBeNull();
  });
});

describe('damage', () => {
  it('loses only the damaged records, and is logged', async () => {
    for (let i = 0; i < 10; i++) await records.write([put(`key ${i}`, `${i}`.repeat(1_000))], true);
    await records.stop();
    const [path] = segments() as [string];
    disk.change(path, (bytes) => {
      bytes[bytes.length >> 1]! ^= 1;
      return bytes;
    });
    records = await open();
    expect([...records.keys()].length).toBe(9);
    expect(said).toEqual(['a part of the records could not be read and is lost']);
    await records.write([put('new', '1')], true);
    await reopen();
    expect([...records.keys()]).toContain('new');
  });

  it('of a record that is read later is an error', async () => {
    await records.write([put('a', 'value')], true);
    const [path] = segments() as [string];
    disk.change(path, (bytes) => {
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    });
    await expect(records.get('a')).rejects.toThrow('damaged');
  });

  it('of the only header sets the file aside, and is logged', async () => {
    await records.write([put('a', 'value')], true);
    await records.stop();
    const [path] = segments() as [string];
    disk.change(path, (bytes) => bytes.fill(0, 0, 60));
    records = await open();
    expect([...records.keys()]).toEqual([]);
    expect(said).toEqual(['records could not be read; their file is set aside']);
    expect(disk.paths()).toContain(`${path}.damaged`);
    await records.write([put('b', 'value')], true);
    await reopen();
    expect(await contents()).toEqual({ b: 'value' });
  });

  it('sets a file aside without overwriting what was set aside before', async () => {
    await records.write([put('a', 'value')], true);
    await records.stop();
    const [path] = segments() as [string];
    disk.put(`${path}.damaged`, Buffer.from('earlier'));
    disk.put(`${path}.damaged-2`, Buffer.from('earlier'));
    disk.change(path, (bytes) => bytes.fill(0, 0, 60));
    records = await open();
    expect(disk.paths().filter((name) => name.includes('.damaged'))).toEqual([
      `${path}.damaged`,
      `${path}.damaged-2`,
      `${path}.damaged-3`,
    ]);
    expect(disk.sizeOf(`${path}.damaged`)).toBe('earlier'.length);
  });
});
