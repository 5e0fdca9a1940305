import { beforeEach, describe, expect, test } from 'vitest';
import { encodeBlock } from './format.ts';
import { systemError } from './memory-disk.testing.ts';
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

  test('and is no loss to a consumer that is past it', async () => {
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

  test('where the disk gives EIO for some pages, only their blocks are lost', async () => {
    await bench.fill(perSegment);
    const path = bench.segments()[0]!;
    const bad = { from: blockAt(2) + 4_096, to: blockAt(2) + 4_097 };
    bench.disk.onOperation = (operation, name, { from, to }) => {
      const isHit = operation === 'read' && name === path && from < bad.to && to > bad.from;
      if (isHit) throw systemError('EIO');
    };
    expect(await contents(bench.readings)).toEqual(filled(1, 6, [3]));
    expect(bench.losses).toEqual(lost(1));
  });

  test('a read error at open cuts nothing off: opening fails, and once it has passed everything is there', async () => {
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

  test('at the durable end gives a reader nothing, and nothing to spin on', async () => {
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

  test('text that looks like a block inside a damaged block is not taken for one', async () => {
    const fake = Buffer.concat(encodeBlock({ ...blockOf('forged'), seq: 2 }, 1, 0));
    await bench.readings.append(blockOf('b1'));
    const body = Buffer.concat([Buffer.from('xx'), fake, fake]);
    await bench.readings.append({ ...blockOf('x'), body, rawBytes: body.length });
    await bench.readings.append(blockOf('b3'));
    bench.disk.change(bench.segments()[0]!, flip(56 + 48 + 'b1local b1'.length));
    expect(await contents(bench.readings)).toEqual(['1:b1', '3:b3']);
  });
});
