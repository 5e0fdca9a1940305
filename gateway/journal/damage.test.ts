import { beforeEach, describe, expect, test } from 'vitest';
import { systemError } from './memory-disk.testing.ts';
import { blockOf, contents, JournalBench } from './support.testing.ts';

/** Sixteen bytes short of what a block of 10,000 takes, so six blocks fill a segment of a 1 MiB journal. */
const blockSize = 10_000;
const perSegment = 6;

let bench: JournalBench;
beforeEach(async () => {
  bench = new JournalBench();
  await bench.open();
});

async function fill(count: number, from = 1): Promise<void> {
  for (let i = from; i < from + count; i++) await bench.readings.append(blockOf(`b${i}`, blockSize));
}

function named(from: number, to: number, without: number[] = []): string[] {
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return all.filter((seq) => !without.includes(seq)).map((seq) => `${seq}:b${seq}`);
}

describe('the tail of the last segment', () => {
  async function afterDamage(edit: (bytes: Buffer) => Buffer): Promise<void> {
    await fill(3);
    await bench.set.stop();
    bench.disk.change(bench.segments()[0]!, edit);
    await bench.open();
  }

  const tornTail = (bytes: number) => [{ lane: 'readings', cause: 'torn-tail', blocks: 0, lines: 0, bytes }];

  test('torn within a block: the block goes, its seq is not used again', async () => {
    await afterDamage((bytes) => bytes.subarray(0, bytes.length - 5_000));
    expect(await contents(bench.readings)).toEqual(named(1, 2));
    expect(bench.losses).toEqual(tornTail(48 + blockSize + 8 - 5_000));
    const next = await bench.readings.append(blockOf('next'));
    expect(next).toBeGreaterThan(3);
    expect(await contents(bench.readings)).toEqual([...named(1, 2), `${next}:next`]);
  });

  test('torn within a header', async () => {
    await afterDamage((bytes) => bytes.subarray(0, bytes.length - blockSize - 8 - 20));
    expect(await contents(bench.readings)).toEqual(named(1, 2));
    expect(bench.losses).toEqual(tornTail(28));
  });

  test('filled with zeros after a power cut', async () => {
    await afterDamage((bytes) => Buffer.concat([bytes, Buffer.alloc(8_192)]));
    expect(await contents(bench.readings)).toEqual(named(1, 3));
    expect(bench.losses).toEqual(tornTail(8_192));
  });

  test('garbage', async () => {
    await afterDamage((bytes) => Buffer.concat([bytes, Buffer.alloc(3_000, 'HJB1')]));
    expect(await contents(bench.readings)).toEqual(named(1, 3));
    expect(bench.losses).toEqual(tornTail(3_000));
  });

  test('is cut off once: a second start finds nothing to report', async () => {
    await afterDamage((bytes) => bytes.subarray(0, bytes.length - 1));
    expect(bench.losses.length).toBe(1);
    await bench.reopen();
    expect(bench.losses.length).toBe(1);
  });
});

describe('whole files', () => {
  test('an empty segment is deleted', async () => {
    await fill(2);
    await bench.set.stop();
    bench.disk.put('/journal/readings/0000000000000003.seg', Buffer.alloc(0));
    await bench.open();
    expect(bench.segments().length).toBe(1);
    expect(await bench.readings.append(blockOf('b3'))).toBe(3);
    expect(await contents(bench.readings)).toEqual(named(1, 3));
    expect(bench.losses).toEqual([]);
  });

  test('a last segment of garbage is deleted, reported, and its seqs are not used again', async () => {
    await fill(2);
    await bench.set.stop();
    bench.disk.put('/journal/readings/0000000000000003.seg', Buffer.alloc(5_000, 0xa5));
    await bench.open();
    expect(bench.losses).toEqual([
      { lane: 'readings', cause: 'torn-tail', blocks: 0, lines: 0, bytes: 5_000 - 56 },
    ]);
    expect(await bench.readings.append(blockOf('next'))).toBeGreaterThan(100);
    expect((await contents(bench.readings)).slice(0, 2)).toEqual(named(1, 2));
  });

  test('a last segment with a header only, as after a crash in its first write', async () => {
    await fill(perSegment + 1);
    await bench.set.stop();
    bench.disk.change(bench.segments()[1]!, (bytes) => bytes.subarray(0, 56));
    await bench.open();
    expect(bench.losses).toEqual([]);
    expect(await bench.readings.append(blockOf('b7'))).toBe(7);
    expect(await contents(bench.readings)).toEqual(named(1, 7));
  });

  test('a missing middle segment is skipped and reported to the first reader that comes past it', async () => {
    await fill(perSegment * 3);
    await bench.set.stop();
    bench.disk.delete(bench.segments()[1]!);
    await bench.open();
    expect(bench.losses).toEqual([]);
    const kept = [...named(1, 6), ...named(13, 18)];
    expect(await contents(bench.readings)).toEqual(kept);
    expect(bench.losses).toEqual([
      { lane: 'readings', cause: 'damaged-block', blocks: 6, lines: 0, bytes: 0 },
    ]);
    expect(await contents(bench.readings)).toEqual(kept);
    expect(bench.losses.length).toBe(1);
  });

  test('a middle segment of garbage costs its own blocks only', async () => {
    await fill(perSegment * 3);
    bench.disk.change(bench.segments()[1]!, (bytes) => bytes.fill(0x5a));
    await bench.reopen();
    expect(await contents(bench.readings)).toEqual([...named(1, 6), ...named(13, 18)]);
    expect(bench.losses).toMatchObject([{ cause: 'damaged-block', blocks: 6 }]);
  });

  test('a damaged segment header costs no block', async () => {
    await fill(perSegment * 3);
    bench.disk.change(bench.segments()[1]!, (bytes) => bytes.fill(0, 0, 56));
    await bench.reopen();
    expect(await contents(bench.readings)).toEqual(named(1, 18));
    expect(bench.losses).toEqual([]);
  });

  test('a newest segment that is missing is reported, and its seqs are not used again', async () => {
    await fill(perSegment * 2 + 3);
    await bench.set.stop();
    bench.disk.delete(bench.segments()[2]!);
    await bench.open();
    expect(bench.losses).toEqual([
      { lane: 'readings', cause: 'damaged-block', blocks: 1, lines: 0, bytes: 0 },
    ]);
    const next = await bench.readings.append(blockOf('next'));
    expect(next).toBeGreaterThan(perSegment * 2 + 3);
    expect(await contents(bench.readings)).toEqual([...named(1, 12), `${next}:next`]);
  });

  test('left-over temporary files are deleted', async () => {
    await fill(1);
    await bench.set.stop();
    bench.disk.put('/journal/meta.json.tmp', Buffer.from('{"id'));
    bench.disk.put('/journal/readings/x.tmp', Buffer.from('x'));
    await bench.open();
    expect(bench.disk.paths().filter((path) => path.endsWith('.tmp'))).toEqual([]);
    expect(await contents(bench.readings)).toEqual(named(1, 1));
  });

  test('a segment of a newer format is not touched: the journal does not open', async () => {
    await fill(1);
    await bench.set.stop();
    const { encodeSegmentHeader } = await import('./format.ts');
    const newer = encodeSegmentHeader({
      version: 2,
      journalId: bench.set.id,
      firstSeq: 2,
      previousFirstSeq: 1,
      previousLastSeq: 1,
      createdMs: 1,
    });
    bench.disk.put('/journal/readings/0000000000000002.seg', newer);
    await expect(bench.open()).rejects.toMatchObject({ code: 'JOURNAL_VERSION' });
    await expect(bench.open()).rejects.toMatchObject({ code: 'JOURNAL_VERSION' });
    expect(bench.segments().length).toBe(2);
  });
});

describe('a block in the middle', () => {
  const blockAt = (n: number) => 56 + n * (48 + blockSize + 8);
  const flip = (at: number) => (bytes: Buffer) => {
    bytes[at]! ^= 0x10;
    return bytes;
  };
  const lost = (lines: number) => [
    { lane: 'readings', cause: 'damaged-block', blocks: 1, lines, bytes: 48 + blockSize + 8 },
  ];

  test.each([
    ['its body', 48 + 5_000, 1],
    ['its local part', 48 + blockSize + 3, 1],
    ['its length', 32, 0],
    ['its seq', 8, 0],
    ['its magic', 0, 0],
  ])('with a bit flip in %s is skipped, the rest is delivered', async (_, offset, lines) => {
    await fill(perSegment);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(2) + offset));
    expect(await contents(bench.readings)).toEqual(named(1, 6, [3]));
    expect(await contents(bench.readings, 3)).toEqual(named(4, 6));
    expect(bench.losses).toEqual(lost(lines));
  });

  test('and is no loss to a consumer that is past it', async () => {
    await fill(perSegment);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(2) + 100));
    expect(await contents(bench.readings, 4)).toEqual(named(5, 6));
    expect(bench.losses).toEqual([]);
  });

  test('and survives a restart as damage, not as a torn tail', async () => {
    await fill(perSegment);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(2) + 100));
    await bench.reopen();
    expect(bench.losses).toEqual([]);
    expect(await contents(bench.readings)).toEqual(named(1, 6, [3]));
    expect(bench.losses).toEqual(lost(1));
  });

  test('where the disk gives EIO for some pages, only their blocks are lost', async () => {
    await fill(perSegment);
    const path = bench.segments()[0]!;
    const bad = { from: blockAt(2) + 4_096, to: blockAt(2) + 4_097 };
    bench.disk.onOperation = (operation, name, { from, to }) => {
      const isHit = operation === 'read' && name === path && from < bad.to && to > bad.from;
      if (isHit) throw systemError('EIO');
    };
    expect(await contents(bench.readings)).toEqual(named(1, 6, [3]));
    expect(bench.losses).toEqual(lost(1));
  });

  test('at the durable end gives a reader nothing, and nothing to spin on', async () => {
    await fill(2);
    bench.disk.change(bench.segments()[0]!, flip(blockAt(1) + 100));
    expect(await contents(bench.readings)).toEqual(named(1, 1));
    let woken = false;
    const waited = bench.readings.waitFor(1, new AbortController().signal).then(() => {
      woken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(false);
    await fill(1, 3);
    await waited;
    expect(await contents(bench.readings, 1)).toEqual(named(3, 3));
  });

  test('text that looks like a block inside a damaged block is not taken for one', async () => {
    const { encodeBlock } = await import('./format.ts');
    const fake = Buffer.concat(encodeBlock({ ...blockOf('forged'), seq: 2 }, 1, 0));
    await bench.readings.append(blockOf('b1'));
    const body = Buffer.concat([Buffer.from('xx'), fake, fake]);
    await bench.readings.append({ ...blockOf('x'), body, rawBytes: body.length });
    await bench.readings.append(blockOf('b3'));
    bench.disk.change(bench.segments()[0]!, flip(56 + 48 + 'b1local b1'.length));
    expect(await contents(bench.readings)).toEqual(['1:b1', '3:b3']);
  });
});

describe('state files', () => {
  test('a damaged meta file: the id comes from the segments', async () => {
    await fill(2);
    const { id } = bench.set;
    await bench.set.stop();
    bench.disk.change('/journal/meta.json', (bytes) => bytes.fill('x', 3, 9));
    await bench.open();
    expect(bench.set.id).toBe(id);
    expect(await contents(bench.readings)).toEqual(named(1, 2));
  });

  test('a missing meta file: the same', async () => {
    await fill(2);
    const { id } = bench.set;
    await bench.set.stop();
    bench.disk.delete('/journal/meta.json');
    await bench.open();
    expect(bench.set.id).toBe(id);
  });

  test('an empty folder is a new journal with a new id', async () => {
    const { id } = bench.set;
    const other = new JournalBench();
    other.clock.advance(1);
    await other.open();
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    await bench.set.stop();
    for (const path of bench.disk.paths()) bench.disk.delete(path);
    await bench.open();
    expect(bench.set.id).not.toBe(id);
  });

  test.each([
    ['damaged', (bytes: Buffer) => bytes.fill('9', 24, 26)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 10)],
    ['empty', () => Buffer.alloc(0)],
  ])('a cursor file that is %s: consumers begin at the oldest block', async (_, edit) => {
    await fill(3);
    bench.readings.cursor('uplink').advance(2);
    await bench.set.stop();
    bench.disk.change('/journal/cursors.json', edit);
    await bench.open();
    expect(bench.readings.cursor('uplink').seq).toBe(0);
  });
});
