import { beforeEach, describe, expect, test } from 'vitest';
import { encodeSegmentHeader } from './segments/format.ts';
import { blockOf, contents, filled, filledBlockBytes, JournalBench } from './support.testing.ts';

const perSegment = 6;

let bench: JournalBench;
beforeEach(async () => {
  bench = new JournalBench();
  await bench.open();
});

describe('the tail of the last segment', () => {
  async function afterDamage(edit: (bytes: Buffer) => Buffer): Promise<void> {
    await bench.fill(3);
    await bench.set.stop();
    bench.disk.change(bench.segments()[0]!, edit);
    await bench.open();
  }

  const tornTail = (bytes: number) => [{ lane: 'readings', cause: 'torn-tail', blocks: 0, lines: 0, bytes }];
  /** Known because the journal was stopped in order. */
  const oneBlock = { lane: 'readings', cause: 'damaged-block', blocks: 1, lines: 0, bytes: 0 };

  test('torn within a block: the block is removed, its seq is not reused', async () => {
    await afterDamage((bytes) => bytes.subarray(0, bytes.length - 5_000));
    expect(await contents(bench.readings)).toEqual(filled(1, 2));
    expect(bench.losses).toEqual([...tornTail(48 + filledBlockBytes + 8 - 5_000), oneBlock]);
    const next = await bench.readings.append(blockOf('next'));
    expect(next).toBeGreaterThan(3);
    expect(await contents(bench.readings)).toEqual([...filled(1, 2), `${next}:next`]);
  });

  test('torn within a header', async () => {
    await afterDamage((bytes) => bytes.subarray(0, bytes.length - filledBlockBytes - 8 - 20));
    expect(await contents(bench.readings)).toEqual(filled(1, 2));
    expect(bench.losses).toEqual([...tornTail(28), oneBlock]);
  });

  test('filled with zeros after a power cut', async () => {
    await afterDamage((bytes) => Buffer.concat([bytes, Buffer.alloc(8_192)]));
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
    expect(bench.losses).toEqual(tornTail(8_192));
  });

  test('garbage', async () => {
    await afterDamage((bytes) => Buffer.concat([bytes, Buffer.alloc(3_000, 'HJB1')]));
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
    expect(bench.losses).toEqual(tornTail(3_000));
  });

  test('after a kill, the loss of what had been acknowledged cannot be told from an unfinished write', async () => {
    await bench.fill(3);
    bench.disk.kill();
    bench.disk.change(bench.segments()[0]!, (bytes) => bytes.subarray(0, bytes.length - 5_000));
    await bench.open();
    expect(bench.losses).toEqual(tornTail(48 + filledBlockBytes + 8 - 5_000));
  });

  test('that the cloud has confirmed is not a loss', async () => {
    const cursor = bench.readings.cursor('uplink');
    await bench.fill(3);
    cursor.advance(3);
    await bench.set.stop();
    bench.disk.change(bench.segments()[0]!, (bytes) => bytes.subarray(0, bytes.length - 5_000));
    await bench.open();
    expect(bench.losses).toEqual(tornTail(48 + filledBlockBytes + 8 - 5_000));
  });

  test('is cut off once: a second start finds nothing to report', async () => {
    await afterDamage((bytes) => bytes.subarray(0, bytes.length - 1));
    expect(bench.losses.length).toBe(2);
    await bench.reopen();
    expect(bench.losses.length).toBe(2);
  });
});

describe('whole files', () => {
  test('an empty segment is deleted', async () => {
    await bench.fill(2);
    await bench.set.stop();
    bench.disk.put('/journal/readings/0000000000000003.seg', Buffer.alloc(0));
    await bench.open();
    expect(bench.segments().length).toBe(1);
    expect(await bench.readings.append(blockOf('b3'))).toBe(3);
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
    expect(bench.losses).toEqual([]);
  });

  test('a last segment of garbage is deleted and reported, and its seqs are not reused', async () => {
    await bench.fill(2);
    await bench.set.stop();
    bench.disk.put('/journal/readings/0000000000000003.seg', Buffer.alloc(5_000, 0xa5));
    await bench.open();
    expect(bench.losses).toEqual([
      { lane: 'readings', cause: 'torn-tail', blocks: 0, lines: 0, bytes: 5_000 - 56 },
    ]);
    expect(await bench.readings.append(blockOf('next'))).toBeGreaterThan(100);
    expect((await contents(bench.readings)).slice(0, 2)).toEqual(filled(1, 2));
  });

  test('a last segment that was written but is garbage now is a loss', async () => {
    await bench.fill(perSegment + 3);
    bench.disk.change(bench.segments()[1]!, (bytes) => bytes.fill(0xa5));
    await bench.reopen();
    expect(bench.losses).toMatchObject([{ cause: 'torn-tail' }, { cause: 'damaged-block', blocks: 3 }]);
    expect(await bench.readings.append(blockOf('next'))).toBeGreaterThan(perSegment + 3);
    await bench.reopen();
    expect(bench.losses.length).toBe(2);
  });

  test('a last segment consists of a header only, as after a crash during its first write', async () => {
    await bench.fill(2);
    await bench.set.stop();
    const header = { journalId: bench.set.id, firstSeq: 3, previousFirstSeq: 1, previousLastSeq: 2 };
    const bytes = encodeSegmentHeader({ ...header, version: 1, createdMs: 1 });
    bench.disk.put('/journal/readings/0000000000000003.seg', bytes);
    await bench.open();
    expect(bench.losses).toEqual([]);
    expect(await bench.readings.append(blockOf('b3'))).toBe(3);
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
  });

  test('a missing middle segment is skipped and reported when it is first read', async () => {
    await bench.fill(perSegment * 3);
    await bench.set.stop();
    bench.disk.delete(bench.segments()[1]!);
    await bench.open();
    expect(bench.losses).toEqual([]);
    const kept = [...filled(1, 6), ...filled(13, 18)];
    expect(await contents(bench.readings)).toEqual(kept);
    expect(bench.losses).toEqual([
      { lane: 'readings', cause: 'damaged-block', blocks: 6, lines: 0, bytes: 0 },
    ]);
    expect(await contents(bench.readings)).toEqual(kept);
    expect(bench.losses.length).toBe(1);
  });

  test('a middle segment of garbage costs its own blocks only', async () => {
    await bench.fill(perSegment * 3);
    bench.disk.change(bench.segments()[1]!, (bytes) => bytes.fill(0x5a));
    await bench.reopen();
    expect(await contents(bench.readings)).toEqual([...filled(1, 6), ...filled(13, 18)]);
    expect(bench.losses).toMatchObject([{ cause: 'damaged-block', blocks: 6 }]);
  });

  test('a damaged segment header costs no block', async () => {
    await bench.fill(perSegment * 3);
    bench.disk.change(bench.segments()[1]!, (bytes) => bytes.fill(0, 0, 56));
    await bench.reopen();
    expect(await contents(bench.readings)).toEqual(filled(1, 18));
    expect(bench.losses).toEqual([]);
  });

  test.each<[string, (path: string) => void]>([
    ['missing', (path) => bench.disk.delete(path)],
    ['empty', (path) => bench.disk.change(path, () => Buffer.alloc(0))],
  ])('a newest segment that is %s is reported, and its seqs are not reused', async (_, damage) => {
    await bench.fill(perSegment * 2 + 3);
    await bench.set.stop();
    damage(bench.segments()[2]!);
    await bench.open();
    expect(bench.losses).toEqual([
      { lane: 'readings', cause: 'damaged-block', blocks: 3, lines: 0, bytes: 0 },
    ]);
    expect(bench.said.join()).toContain('acknowledged blocks at the end of the journal are lost');
    expect(bench.said.join()).not.toContain('had not been acknowledged');
    const next = await bench.readings.append(blockOf('next'));
    expect(next).toBeGreaterThan(perSegment * 2 + 3);
    expect(await contents(bench.readings)).toEqual([...filled(1, 12), `${next}:next`]);
  });

  test('a newest segment that is empty after a kill is reported as far as it is known', async () => {
    await bench.fill(perSegment + 3);
    bench.disk.kill();
    bench.disk.change(bench.segments()[1]!, () => Buffer.alloc(0));
    await bench.open();
    expect(bench.losses).toMatchObject([{ cause: 'damaged-block', blocks: 1 }]);
    // The next segment begins after a leap, which is not counted as lost when that one is missing too.
    await bench.fill(2, 100);
    bench.disk.kill();
    bench.disk.change(bench.segments()[1]!, () => Buffer.alloc(0));
    await bench.open();
    expect(bench.losses.slice(1)).toMatchObject([{ cause: 'damaged-block', blocks: 1 }]);
  });

  test('left-over temporary files are deleted', async () => {
    await bench.fill(1);
    await bench.set.stop();
    bench.disk.put('/journal/meta.json.tmp', Buffer.from('{"id'));
    bench.disk.put('/journal/readings/x.tmp', Buffer.from('x'));
    await bench.open();
    expect(bench.disk.paths().filter((path) => path.endsWith('.tmp'))).toEqual([]);
    expect(await contents(bench.readings)).toEqual(filled(1, 1));
  });

  test('a segment of a newer format is left unchanged: the journal does not open', async () => {
    await bench.fill(1);
    await bench.set.stop();
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

describe('state files', () => {
  test('after damage to the meta file the id is taken from the segments', async () => {
    await bench.fill(2);
    const { id } = bench.set;
    await bench.set.stop();
    bench.disk.change('/journal/meta.json', (bytes) => bytes.fill('x', 3, 9));
    await bench.open();
    expect(bench.set.id).toBe(id);
    expect(await contents(bench.readings)).toEqual(filled(1, 2));
  });

  test('without a meta file, too', async () => {
    await bench.fill(2);
    const { id } = bench.set;
    await bench.set.stop();
    bench.disk.delete('/journal/meta.json');
    await bench.open();
    expect(bench.set.id).toBe(id);
  });

  test('an empty folder is a new journal with a new id', async () => {
    const { id } = bench.set;
    const other = new JournalBench();
    other.clock.advanceNow(1);
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
  ])('with a cursor file that is %s, consumers start at the oldest block', async (_, edit) => {
    await bench.fill(3);
    bench.readings.cursor('uplink').advance(2);
    await bench.set.stop();
    bench.disk.change('/journal/cursors.json', edit);
    await bench.open();
    expect(bench.readings.cursor('uplink').seq).toBe(0);
  });
});
