import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { nodeJournalFs } from './fs.ts';
import { openJournals } from './journal-set.ts';
import { newestTime } from './segments/newest-time.ts';
import { blockOf, contents, JournalBench, textOf } from './support.testing.ts';

describe('the journal on a real disk', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const open = () =>
    openJournals({
      dir,
      lanes: ['events', 'readings'],
      limits: { bytesMax: 32 << 20, whenFull: 'drop-oldest' },
      clock: systemClock,
      log: silentLog,
      onLoss: (loss) => expect.fail(`unexpected loss ${JSON.stringify(loss)}`),
    });

  test('the names of created folders are synced, from the journal’s up to the first existing one', async () => {
    const synced: string[] = [];
    const fs = { ...nodeJournalFs, syncDir: async (path: string) => void synced.push(path) };
    await fs.makeDir(join(dir, 'a', 'b', 'journal'));
    expect(synced).toEqual([join(dir, 'a', 'b'), join(dir, 'a'), dir]);
    await fs.makeDir(join(dir, 'a', 'b', 'journal'));
    expect(synced.length).toBe(3);
    await fs.makeDir(join(dir, 'a', 'b', 'journal', 'readings'));
    expect(synced.at(-1)).toBe(join(dir, 'a', 'b', 'journal'));
  });

  test('returns the newest time it knows, for a clock that is not set', async () => {
    expect(newestTime(dir)).toBe(0);
    const set = await open();
    const beganMs = systemClock.nowMs();
    await set.lane('readings').append(blockOf('b'));
    await set.stop();
    expect(newestTime(dir)).toBeGreaterThanOrEqual(beganMs - 1_000);
    // Written by a system whose clock was not set; the gateway's own time is in the segment's header.
    await utimes(join(dir, 'readings', '0000000000000001.seg'), 0, 0);
    expect(newestTime(dir)).toBeGreaterThanOrEqual(beganMs);
  });

  test('returns all blocks after a restart, and continues their seqs', async () => {
    let set = await open();
    const raw = Buffer.from('pump,machine=a value=1 1\n'.repeat(100));
    const block = {
      codec: 'gzip',
      lines: 100,
      rawBytes: raw.length,
      body: gzipSync(raw),
      local: Buffer.from('ids'),
    };
    expect(await set.lane('readings').append({ ...block, codec: 'gzip' })).toBe(1);
    expect(await set.lane('events').append(blockOf('event'))).toBe(1);
    const { id } = set;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    await set.stop();

    set = await open();
    expect(set.id).toBe(id);
    expect(await set.lane('readings').read(0, 1_000)).toMatchObject([{ ...block, seq: 1 }]);
    expect(await set.lane('readings').append(blockOf('next'))).toBe(2);
    expect(await contents(set.lane('events'))).toEqual(['1:event']);
    await set.stop();
  });

  test('a block without a local part is valid', async () => {
    const set = await open();
    await set.lane('readings').append({ ...blockOf('bare'), local: randomBytes(0) });
    expect((await set.lane('readings').read(0, 1_000)).map(textOf)).toEqual(['bare']);
    await set.stop();
  });

  test('many appends at once share their syncs and keep their order', async () => {
    const set = await open();
    const journal = set.lane('readings');
    const seqs = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => journal.append(blockOf(`b${i}`, 5_000))),
    );
    expect(seqs).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(journal.stats().syncs).toBeLessThan(30);
    expect(await contents(journal)).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i + 1}:b${i}`));
    await set.stop();
  });

  test('a second gateway on the same folder is refused until the first has stopped', async () => {
    const set = await open();
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_LOCKED', stage: 'journal' });
    await set.stop();
    await (await open()).stop();
  });
});

describe('reading', () => {
  let bench: JournalBench;
  beforeEach(async () => {
    bench = new JournalBench();
    await bench.open();
  });

  test('returns about as many bytes as asked for, and at least one block', async () => {
    for (let i = 1; i <= 5; i++) await bench.readings.append(blockOf(`b${i}`, 1_000));
    expect((await bench.readings.read(0, 1)).map(textOf)).toEqual(['b1']);
    expect((await bench.readings.read(1, 2_500)).map(textOf)).toEqual(['b2', 'b3']);
    expect((await bench.readings.read(3, 9_999)).map(textOf)).toEqual(['b4', 'b5']);
    expect(await bench.readings.read(5, 9_999)).toEqual([]);
  });

  test('continues across segments', async () => {
    for (let i = 1; i <= 40; i++) await bench.readings.append(blockOf(`b${i}`, 10_000));
    expect(bench.segments().length).toBeGreaterThan(4);
    expect((await bench.readings.read(3, 1 << 20)).map((block) => block.seq)).toEqual(
      Array.from({ length: 37 }, (_, i) => i + 4),
    );
  });

  test('a block is not readable before it is synced', async () => {
    let release = () => {};
    const reached = new Promise<void>((resolve) => {
      bench.disk.onOperation = async (operation) => {
        if (operation !== 'datasync') return;
        resolve();
        await new Promise<void>((go) => {
          release = go;
        });
      };
    });
    const appended = bench.readings.append(blockOf('slow'));
    await reached;
    expect(await bench.readings.read(0, 1_000)).toEqual([]);
    bench.disk.onOperation = () => undefined;
    release();
    await appended;
    expect(await contents(bench.readings)).toEqual(['1:slow']);
  });

  test('waitFor resolves with the next durable block, with the signal, and with stop', async () => {
    const never = new AbortController();
    const waited = bench.readings.waitFor(0, never.signal);
    await bench.readings.append(blockOf('one'));
    await waited;
    await bench.readings.waitFor(0, never.signal);

    const given = new AbortController();
    const aborted = bench.readings.waitFor(1, given.signal);
    given.abort();
    await aborted;

    const stopped = bench.readings.waitFor(1, never.signal);
    await bench.set.stop();
    await stopped;
    await expect(bench.readings.append(blockOf('late'))).rejects.toMatchObject({
      code: 'JOURNAL_STOPPED',
      retry: true,
    });
  });

  test('tail returns about the last bytes, oldest first, in whole blocks', async () => {
    for (let i = 1; i <= 30; i++) await bench.readings.append(blockOf(`b${i}`, 10_000));
    const texts: string[] = [];
    for await (const block of bench.set.tail('readings', 125_000)) texts.push(textOf(block));
    expect(texts).toEqual(Array.from({ length: 12 }, (_, i) => `b${i + 19}`));
    const all: string[] = [];
    for await (const block of bench.set.tail('readings', 1 << 30)) all.push(textOf(block));
    expect(all.length).toBe(30);
  });

  test('a block beyond the limits is refused and affects no other', async () => {
    const refused = bench.readings.append(blockOf('x', 300_000));
    const taken = bench.readings.append(blockOf('y'));
    await expect(refused).rejects.toMatchObject({ code: 'JOURNAL_BLOCK_SIZE', retry: false });
    expect(await taken).toBe(1);
  });

  test('stats report the current content and the bytes written', async () => {
    const before = bench.readings.stats();
    expect(before).toMatchObject({ firstSeq: 1, lastSeq: 0, bytes: 0, oldestMs: null });
    await bench.readings.append(blockOf('b', 1_000));
    const { bytes, writtenBytes, syncs, ...after } = bench.readings.stats();
    expect(after).toEqual({
      lane: 'readings',
      firstSeq: 1,
      lastSeq: 1,
      bytesMax: 1 << 20,
      dropped: { blocks: 0, lines: 0, bytes: 0 },
      oldestMs: bench.clock.nowMs(),
      removed: null,
    });
    expect(bytes).toBe(56 + 48 + 1_000 + 'local b'.length);
    expect(writtenBytes).toBe(bytes);
    expect(syncs).toBe(1);
  });
});
