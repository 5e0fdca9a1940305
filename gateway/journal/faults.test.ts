import { beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Operation, systemError } from './memory-disk.testing.ts';
import { blockOf, contents, JournalBench } from './support.testing.ts';

let bench: JournalBench;
beforeEach(async () => {
  bench = new JournalBench();
  await bench.open();
  await bench.readings.append(blockOf('before'));
});

/** Fails an operation on segments while `codes` has codes left. */
function fail(failing: Operation, codes: string[], partlyBytes = 0): void {
  bench.disk.onOperation = (operation, path, { partly }) => {
    if (operation !== failing || !path.endsWith('.seg')) return;
    const code = codes.shift();
    if (code === undefined) return;
    partly(partlyBytes);
    throw systemError(code);
  };
}

const append = (text: string) => bench.readings.append(blockOf(text, 2_000));

async function expectSound(expected: string[]): Promise<void> {
  const texts = async () => (await contents(bench.readings)).map((entry) => entry.split(':')[1]);
  expect(await texts()).toEqual(expected);
  await bench.reopen();
  expect(await texts()).toEqual(expected);
  bench.disk.crash(seededRandom(3));
  await bench.open();
  expect(await texts()).toEqual(expected);
  expect(bench.losses).toEqual([]);
}

describe('a write that fails', () => {
  test.each(['EIO', 'EROFS'])(
    'with %s rejects its append only, and the next one is written',
    async (code) => {
      fail('write', [code]);
      await expect(append('failed')).rejects.toMatchObject({ code: 'JOURNAL_WRITE', retry: true });
      await append('after');
      await expectSound(['before', 'after']);
    },
  );

  test('rejects the whole group of that write, and no other', async () => {
    fail('write', ['EIO']);
    const group = [append('one'), append('two')];
    const settled = await Promise.allSettled(group);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await append('after');
    await expectSound(['before', 'after']);
  });

  test('rejects the appends queued behind it too, so that none overtakes it', async () => {
    fail('write', ['EIO']);
    const first = append('first');
    await Promise.resolve();
    await Promise.resolve();
    // While the first is being written, this one is in the next group.
    const behind = append('behind');
    const settled = await Promise.allSettled([first, behind]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await append('after');
    await expectSound(['before', 'after']);
  });

  test('leaves nothing behind', async () => {
    fail('write', ['EIO'], 700);
    await expect(append('torn')).rejects.toMatchObject({ code: 'JOURNAL_WRITE' });
    await append('after');
    expect(bench.segments().length).toBe(1);
    await expectSound(['before', 'after']);
  });

  test('and cannot be cut off makes the next block start a new segment', async () => {
    bench.disk.onOperation = (operation, _, { partly }) => {
      if (operation === 'write') partly(2_000);
      if (operation === 'write' || operation === 'truncate') throw systemError('EIO');
    };
    await expect(append('torn')).rejects.toMatchObject({ code: 'JOURNAL_WRITE' });
    bench.disk.onOperation = () => undefined;
    await append('after');
    expect(bench.segments().length).toBe(2);
    await expectSound(['before', 'after']);
  });

  test('in a new segment removes that segment', async () => {
    await bench.reopen();
    bench.limits = { ...bench.limits };
    for (let i = 0; i < 7; i++) await bench.readings.append(blockOf(`b${i}`, 10_000));
    const before = bench.segments();
    fail('syncDir', ['EIO']);
    fail('create', ['EIO']);
    await bench.readings.append(blockOf('fits', 1_000));
    await expect(bench.readings.append(blockOf('big', 60_000))).rejects.toMatchObject({
      code: 'JOURNAL_WRITE',
    });
    expect(bench.segments()).toEqual(before);
    expect(await bench.readings.append(blockOf('big', 60_000))).toBe(10);
  });
});

describe('a sync that fails', () => {
  test('is never trusted: retried blocks go into a new segment with new seqs', async () => {
    fail('datasync', ['EIO']);
    await expect(append('doubtful')).rejects.toMatchObject({ code: 'JOURNAL_WRITE', retry: true });
    expect(await append('doubtful')).toBe(3);
    expect(bench.segments().length).toBe(2);
    await expectSound(['before', 'doubtful']);
  });

  test('and whose segment cannot be truncated: its blocks do not reappear', async () => {
    bench.disk.onOperation = (operation, path) => {
      if (path.endsWith('.seg') && ['datasync', 'truncate'].includes(operation)) throw systemError('EIO');
    };
    await expect(append('doubtful')).rejects.toMatchObject({ code: 'JOURNAL_WRITE' });
    bench.disk.onOperation = () => undefined;
    await append('after');
    await expectSound(['before', 'after']);
  });
});

describe('a full disk', () => {
  test('on which nothing may be dropped rejects blocks, and accepts them again when there is room', async () => {
    bench.disk.capacityBytes = bench.disk.usedBytes + 500;
    await expect(append('too much')).rejects.toMatchObject({ code: 'JOURNAL_FULL', retry: true });
    await expect(append('too much')).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
    bench.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await append('after');
    await expectSound(['before', 'after']);
  });

  test('makes room by dropping the oldest segment, which is counted, and takes the block', async () => {
    for (let i = 0; i < 13; i++) await bench.readings.append(blockOf(`b${i}`, 10_000));
    bench.disk.capacityBytes = bench.disk.usedBytes + 500;
    expect(await append('newest')).toBe(15);
    const { dropped } = bench.readings.stats();
    expect(dropped.blocks).toBeGreaterThan(5);
    expect(bench.losses).toEqual([{ lane: 'readings', cause: 'backlog-full', ...dropped }]);
    expect((await contents(bench.readings)).at(-1)).toBe('15:newest');
  });

  test('that others have filled costs nothing that is unread, over a restart too', async () => {
    for (let i = 0; i < 6; i++) await bench.readings.append(blockOf(`b${i}`, 10_000));
    await bench.set.stop();
    bench.disk.capacityBytes = bench.disk.usedBytes + 500;
    bench.disk.othersBytes = 2 * bench.disk.usedBytes;
    await bench.open();
    await expect(append('too much')).rejects.toMatchObject({ code: 'JOURNAL_FULL', retry: true });
    await expect(append('too much')).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
    expect(bench.losses).toEqual([]);
    bench.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await append('after');
    expect(await contents(bench.readings)).toHaveLength(8);
  });

  test('found only by the sync is treated alike', async () => {
    for (let i = 0; i < 13; i++) await bench.readings.append(blockOf(`b${i}`, 10_000));
    bench.disk.capacityBytes = 1.5 * bench.disk.usedBytes;
    fail('datasync', ['ENOSPC']);
    await append('newest');
    expect(bench.losses).toMatchObject([{ cause: 'backlog-full' }]);
    expect((await contents(bench.readings)).at(-1)).toMatch(/:newest$/);
  });

  test('at the start does not keep the journal from opening and delivering', async () => {
    await bench.set.stop();
    bench.disk.capacityBytes = bench.disk.usedBytes;
    await bench.open();
    expect(await contents(bench.readings)).toEqual(['1:before']);
    await expect(append('x')).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
  });
});

describe('too much at once', () => {
  test('appends beyond 64 MiB waiting for a slow disk are refused, the others accepted', async () => {
    bench.limits = { bytesMax: 256 << 20, whenFull: 'refuse' };
    await bench.reopen();
    const block = blockOf('big', 4 << 20);
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => bench.readings.append(block)));
    const refused = settled.filter((result) => result.status === 'rejected');
    expect(refused.length).toBe(5);
    expect(refused[0]!.reason).toMatchObject({ code: 'JOURNAL_BUSY', retry: true });
  });
});
