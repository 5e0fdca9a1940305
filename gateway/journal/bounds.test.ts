import { beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../shared/runtime/random.ts';
import { systemError } from './memory-disk.testing.ts';
import { blockOf, contents, JournalBench } from './support.testing.ts';

let bench: JournalBench;
beforeEach(() => {
  bench = new JournalBench();
});

async function fill(lane: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await bench.set.lane(lane).append(blockOf(`b${i}`, 10_000));
}

const bytesOfAllLanes = () =>
  ['events', 'estimates', 'readings'].reduce((sum, lane) => sum + bench.set.lane(lane).stats().bytes, 0);

describe('drop-oldest', () => {
  beforeEach(async () => {
    bench.limits = { bytesMax: 1 << 20, whenFull: 'drop-oldest' };
    await bench.open();
  });

  test('stays within the limit, drops the oldest blocks and reports the unread ones', async () => {
    await fill('readings', 300);
    expect(bytesOfAllLanes()).toBeLessThanOrEqual(1 << 20);
    expect(bench.disk.usedBytes).toBeLessThan((1 << 20) + 4_096);
    const { firstSeq, lastSeq, dropped } = bench.readings.stats();
    expect(lastSeq).toBe(300);
    expect(dropped.blocks).toBe(firstSeq - 1);
    expect(dropped.lines).toBe(dropped.blocks);
    const reported = bench.losses.reduce((sum, loss) => sum + loss.blocks, 0);
    expect(reported).toBe(dropped.blocks);
    expect(bench.losses.every((loss) => loss.cause === 'backlog-full')).toBe(true);
    expect((await contents(bench.readings))[0]).toMatch(new RegExp(`^${firstSeq}:`));
  });

  test('remembers the dropped blocks across a restart', async () => {
    await fill('readings', 150);
    const { dropped } = bench.readings.stats();
    expect(dropped.blocks).toBeGreaterThan(0);
    await bench.reopen();
    expect(bench.readings.stats().dropped).toEqual(dropped);
  });

  test('blocks that every consumer has read are dropped without a loss', async () => {
    const cursor = bench.readings.cursor('uplink');
    const other = bench.readings.cursor('windows');
    for (let i = 0; i < 30; i++) {
      await fill('readings', 10);
      cursor.advance(bench.readings.stats().lastSeq);
      other.advance(bench.readings.stats().lastSeq);
    }
    expect(bench.readings.stats().firstSeq).toBeGreaterThan(100);
    expect(bench.losses).toEqual([]);
    expect(bytesOfAllLanes()).toBeGreaterThan(900_000);
  });

  test('of a partly read segment only the unread blocks are a loss', async () => {
    bench.readings.cursor('uplink').advance(0);
    await fill('readings', 90);
    bench.readings.cursor('uplink').advance(4);
    await fill('readings', 20);
    expect(bench.losses[0]).toMatchObject({ blocks: 2, lines: 2 });
    expect(bench.readings.cursor('uplink').seq).toBe(bench.readings.stats().firstSeq - 1);
  });

  test('the same holds for segments of an earlier run, which are counted by reading them', async () => {
    await fill('readings', 90);
    bench.readings.cursor('uplink').advance(4);
    await bench.reopen();
    bench.readings.cursor('uplink');
    await fill('readings', 30);
    expect(bench.losses.slice(0, 2)).toMatchObject([
      { blocks: 2, lines: 2 },
      { blocks: 6, lines: 6 },
    ]);
  });

  test('read blocks of any lane are dropped before unread ones', async () => {
    await fill('events', 40);
    bench.set.lane('events').cursor('uplink').advance(40);
    await fill('readings', 90);
    expect(bench.losses).toEqual([]);
    expect(bench.set.lane('events').stats().firstSeq).toBeGreaterThan(20);
  });

  test('unread readings are dropped first, then estimates, events last', async () => {
    await fill('estimates', 30);
    await fill('readings', 60);
    await fill('events', 60);
    expect(bench.set.lane('readings').stats().dropped.blocks).toBeGreaterThan(40);
    expect(bench.set.lane('estimates').stats().dropped.blocks).toBe(0);
    await fill('events', 20);
    expect(bench.set.lane('estimates').stats().dropped.blocks).toBeGreaterThan(0);
    expect(bench.set.lane('events').stats().dropped.blocks).toBe(0);
    await fill('events', 60);
    expect(bench.set.lane('events').stats().dropped.blocks).toBeGreaterThan(0);
    expect(bytesOfAllLanes()).toBeLessThanOrEqual(1 << 20);
  });

  test('a smaller limit after a restart is enforced with the next block', async () => {
    await fill('readings', 90);
    bench.limits = { bytesMax: 256 << 10, whenFull: 'drop-oldest' };
    await bench.reopen();
    await fill('readings', 1);
    expect(bytesOfAllLanes()).toBeLessThanOrEqual(256 << 10);
  });

  test.each(['events', 'estimates', 'readings'])(
    'a limit below the newest segment of %s stops no lane from writing',
    async (large) => {
      bench.limits = { bytesMax: 64 << 20, whenFull: 'drop-oldest' };
      await bench.reopen();
      await fill(large, 200);
      bench.set.lane(large).cursor('uplink').advance(200);
      bench.limits = { bytesMax: 1 << 20, whenFull: 'drop-oldest' };
      await bench.reopen();
      bench.set.lane(large).cursor('uplink');
      for (const lane of ['readings', 'estimates', 'events']) await fill(lane, 2);
      expect(bench.losses).toEqual([]);
      expect(bytesOfAllLanes()).toBeLessThanOrEqual(1 << 20);
    },
  );
});

describe('room that a power cut could take back', () => {
  const limit = 1 << 20;
  const onDisk = () => bench.disk.usedBytes - 4_096;
  beforeEach(async () => {
    bench.limits = { bytesMax: limit, whenFull: 'drop-oldest' };
    await bench.open();
  });

  test.each([1, 2, 3, 4, 5, 6])('is not used before a removal is durable (%i)', async (seed) => {
    await fill('readings', 98);
    // Events take the room of readings: only the folder of the events is synced with their segments.
    await fill('events', 20 + seed);
    bench.disk.crash(seededRandom(seed));
    await bench.open();
    expect(onDisk()).toBeLessThanOrEqual(limit);
    expect(bytesOfAllLanes()).toBeLessThanOrEqual(limit);
  });

  test('stays taken while the folder cannot be synced, and nothing more is dropped for it', async () => {
    await fill('readings', 98);
    bench.disk.onOperation = (operation, path) => {
      if (operation === 'syncDir' && path.endsWith('/readings')) throw systemError('EIO');
    };
    const written = await Promise.allSettled(Array.from({ length: 8 }, () => fill('events', 1)));
    expect(written.some(({ status }) => status === 'rejected')).toBe(true);
    for (let i = 0; i < 5; i++) await fill('events', 1).catch(() => undefined);
    expect(bench.losses).toHaveLength(1);
    expect(bench.said.filter((text) => text.includes('could not be synced'))).toHaveLength(1);
    bench.disk.onOperation = () => undefined;
    await fill('events', 8);
    expect(bytesOfAllLanes()).toBeLessThanOrEqual(limit);
  });

  test('is also taken by a new segment that could be neither written nor removed', async () => {
    await fill('readings', 80);
    bench.disk.onOperation = (operation, path) => {
      const fails = operation === 'syncDir' || operation === 'remove';
      if (fails && path.includes('/estimates')) throw systemError('EIO');
    };
    await expect(bench.set.lane('estimates').append(blockOf('e', 60_000))).rejects.toThrow();
    for (let i = 0; i < 40; i++) {
      await fill('readings', 1);
      expect(onDisk()).toBeLessThanOrEqual(limit);
    }
    bench.disk.onOperation = () => undefined;
    await bench.set.lane('estimates').append(blockOf('e', 60_000));
    expect(onDisk()).toBeLessThanOrEqual(limit);
  });
});

describe('refuse', () => {
  beforeEach(async () => {
    bench.limits = { bytesMax: 1 << 20, whenFull: 'refuse' };
    await bench.open();
  });

  test('rejects while unread blocks fill the limit, and continues when they are read', async () => {
    const cursor = bench.readings.cursor('uplink');
    await expect(fill('readings', 200)).rejects.toMatchObject({ code: 'JOURNAL_FULL', retry: true });
    const { lastSeq } = bench.readings.stats();
    expect(lastSeq).toBeGreaterThan(95);
    expect(bench.losses).toEqual([]);
    cursor.advance(20);
    await fill('readings', 15);
    expect(bench.readings.stats().lastSeq).toBe(lastSeq + 15);
    expect(bench.losses).toEqual([]);
    expect((await contents(bench.readings, cursor.seq)).length).toBe(lastSeq - 5);
  });

  test('accepts those of several blocks that fit', async () => {
    const settled = await Promise.allSettled(
      Array.from({ length: 150 }, (_, i) => bench.readings.append(blockOf(`b${i}`, 10_000))),
    );
    const taken = settled.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBeGreaterThan(95);
    expect(bench.readings.stats().lastSeq).toBe(taken);
  });
});

describe('cursors', () => {
  beforeEach(async () => {
    await bench.open();
    await fill('readings', 5);
  });

  test('are saved at stop, separately for each consumer', async () => {
    bench.readings.cursor('uplink').advance(3);
    bench.readings.cursor('windows').advance(5);
    await bench.reopen();
    expect(bench.readings.cursor('uplink').seq).toBe(3);
    expect(bench.readings.cursor('windows').seq).toBe(5);
    expect(bench.readings.cursor('new').seq).toBe(0);
  });

  test('are saved about once a second while they move', async () => {
    const saves = () => bench.set.lane('events').stats().syncs;
    const before = saves();
    for (let seq = 1; seq <= 5; seq++) bench.readings.cursor('uplink').advance(seq);
    expect(saves()).toBe(before);
    bench.clock.advanceNow(1_000);
    await expect.poll(saves).toBe(before + 2);
    bench.disk.kill();
    await bench.open();
    expect(bench.readings.cursor('uplink').seq).toBe(5);
  });

  test('never move back, nor beyond the newest block', () => {
    const cursor = bench.readings.cursor('uplink');
    cursor.advance(4);
    cursor.advance(2);
    expect(cursor.seq).toBe(4);
    cursor.advance(99);
    expect(cursor.seq).toBe(5);
  });
});

test('a limit below the minimum is refused', async () => {
  bench.limits = { bytesMax: 1_000, whenFull: 'refuse' };
  await expect(bench.open()).rejects.toMatchObject({ code: 'JOURNAL_LIMITS' });
});
