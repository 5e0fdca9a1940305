import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemError } from './memory-disk.testing.ts';
import { encodeBlock } from './segments/format.ts';
import { blockOf, contents, filled, filledBlockBytes, JournalBench } from './support.testing.ts';

const perSegment = 6;

let bench: JournalBench;
beforeEach(async () => {
  bench = new JournalBench();
  await bench.open();
});

describe('a block in the middle', () => {
  const blockAt = (n: number) => 56 + n * (48 + filledBlockBytes + 8);
  const flip = (at: number) => (bytes: Buffer) => {
    bytes[at]! ^= 0x10;
    return bytes;
  };
  const lost = (lines: number) => [
    { lane: 'readings', cause: 'damaged-block', blocks: 1, lines, bytes: 48 + filledBlockBytes + 8 },
  ];

  test.each([
    ['its body', 48 + 5_000, 1],
    ['its local part', 48 + filledBlockBytes + 3, 1],
    ['its length', 32, 0],
    ['its seq', 8, 0],
    ['its magic', 0, 0],
  ])('with a bit flip in %s is skipped, the rest is delivered', async (_, offset, lines) => {
    await bench.fill(perSegment);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(2) + offset));
    expect(await contents(bench.readings)).toEqual(filled(1, 6, [3]));
    expect(await contents(bench.readings, 3)).toEqual(filled(4, 6));
    expect(bench.losses).toEqual(lost(lines));
  });

  test('and is not a loss to a consumer that has already read it', async () => {
    await bench.fill(perSegment);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(2) + 100));
    expect(await contents(bench.readings, 4)).toEqual(filled(5, 6));
    expect(bench.losses).toEqual([]);
  });

  test('and survives a restart as damage, not as a torn tail', async () => {
    await bench.fill(perSegment);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(2) + 100));
    await bench.reopen();
    expect(bench.losses).toEqual([]);
    expect(await contents(bench.readings)).toEqual(filled(1, 6, [3]));
    expect(bench.losses).toEqual(lost(1));
  });

  const unreadable = (from: number, isHit = () => true) => {
    const path = bench.segments()[0]!;
    bench.disk.onOperation = (operation, name, access) => {
      if (operation !== 'read' || name !== path || !isHit()) return;
      if (access.from <= from && access.to > from) throw systemError('EIO');
    };
  };
  const readFails = () =>
    expect(contents(bench.readings)).rejects.toThrow(
      expect.objectContaining({ code: 'JOURNAL_READ', retry: true }),
    );

  test('that the disk cannot read: reading fails at first, and finally only its blocks are lost', async () => {
    await bench.fill(perSegment);
    unreadable(blockAt(2) + 4_096);
    await readFails();
    bench.clock.advanceNow(29_000);
    await readFails();
    expect(bench.losses).toEqual([]);
    bench.clock.advanceNow(2_000);
    expect(await contents(bench.readings)).toEqual(filled(1, 6, [3]));
    expect(bench.losses).toEqual(lost(1));
  });

  test('that the disk temporarily cannot read is not lost, and the next error has its own patience', async () => {
    await bench.fill(perSegment);
    for (let times = 0; times < 3; times++) {
      unreadable(blockAt(2));
      await readFails();
      bench.clock.advanceNow(29_000);
      bench.disk.onOperation = () => {};
      expect(await contents(bench.readings)).toEqual(filled(1, 6));
      bench.clock.advanceNow(29_000);
    }
    expect(bench.losses).toEqual([]);
  });

  test('is not given up while the whole disk fails', async () => {
    await bench.fill(perSegment);
    bench.disk.onOperation = () => {
      throw systemError('EIO');
    };
    await readFails();
    bench.clock.advanceNow(3_600_000);
    await readFails();
    bench.disk.onOperation = () => {};
    expect(await contents(bench.readings)).toEqual(filled(1, 6));
    expect(bench.losses).toEqual([]);
  });

  test('nor is a whole segment that temporarily cannot be opened', async () => {
    await bench.fill(perSegment + 2);
    bench.disk.onOperation = (operation) => {
      if (operation === 'open') throw systemError('EIO');
    };
    await readFails();
    bench.disk.onOperation = () => {};
    expect(await contents(bench.readings)).toEqual(filled(1, perSegment + 2));
    expect(bench.losses).toEqual([]);
  });

  test('at start the tail is awaited until the disk can read it', async () => {
    await bench.fill(perSegment);
    let isBad = true;
    unreadable(blockAt(2) + 4_096, () => isBad);
    const seqs: number[] = [];
    const tail = (async () => {
      for await (const { seq } of bench.set.tail('readings', 1 << 20)) seqs.push(seq);
    })();
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      bench.clock.advanceNow(250);
    }
    expect(seqs.length).toBeLessThan(6);
    isBad = false;
    await vi.waitFor(() => {
      bench.clock.advanceNow(250);
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
    }, 30_000);
    await tail;
  });

  test('a read error at open cuts nothing off: opening fails, and after the error has passed all blocks are there', async () => {
    await bench.fill(3);
    const path = bench.segments()[0]!;
    await bench.set.stop();
    bench.disk.onOperation = (operation, name, { to }) => {
      if (operation === 'read' && name === path && to > blockAt(1)) throw systemError('EIO');
    };
    await expect(bench.open()).rejects.toThrow(expect.objectContaining({ code: 'JOURNAL_READ' }));
    bench.disk.onOperation = () => {};
    await bench.open();
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
    expect(bench.losses).toEqual([]);
  });

  test('at the durable end returns nothing to a reader, without a busy loop', async () => {
    await bench.fill(2);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(1) + 100));
    expect(await contents(bench.readings)).toEqual(filled(1, 1));
    let woken = false;
    const waited = bench.readings.waitFor(1, new AbortController().signal).then(() => {
      woken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(false);
    await bench.fill(1, 3);
    await waited;
    expect(await contents(bench.readings, 1)).toEqual(filled(3, 3));
  });

  test('text that resembles a block inside a damaged block is not mistaken for one', async () => {
    const fake = Buffer.concat(encodeBlock({ ...blockOf('forged'), seq: 2 }, 1, 0));
    await bench.readings.append(blockOf('b1'));
    const body = Buffer.concat([Buffer.from('xx'), fake, fake]);
    await bench.readings.append({ ...blockOf('x'), body, rawBytes: body.length });
    await bench.readings.append(blockOf('b3'));
    bench.disk.change(bench.segments()[0]!, flip(56 + 48 + 'b1local b1'.length));
    expect(await contents(bench.readings)).toEqual(['1:b1', '3:b3']);
  });
});
