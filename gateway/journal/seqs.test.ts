/** Tests which seqs come next: none is ever used twice, because the cloud treats a known seq as a duplicate. */
import { beforeEach, describe, expect, test } from 'vitest';
import { seqLeap } from '../../shared/contract/batch.ts';
import type { Block } from '../ports/journal.ts';
import { blockOf, contents, filled, JournalBench } from './support.testing.ts';

let bench: JournalBench;
beforeEach(async () => {
  bench = new JournalBench();
  await bench.open();
});

function taken(path: string): Buffer {
  let bytes = Buffer.alloc(0);
  bench.disk.change(path, (now) => {
    bytes = Buffer.from(now);
    return now;
  });
  return bytes;
}

/** Simulates a disk that holds three blocks although five were synced and acknowledged. */
async function openWithTwoTakenBack(edit: (segment: Buffer) => Buffer): Promise<void> {
  await bench.fill(3);
  const segment = bench.segments()[0]!;
  const kept = taken(segment);
  const meta = taken('/journal/meta.json');
  await bench.fill(2, 4);
  await bench.set.stop();
  bench.disk.put(segment, edit(kept));
  bench.disk.put('/journal/meta.json', meta);
  bench.disk.delete('/journal/cursors.json');
  await bench.open();
}

describe('a disk that loses what it reported as synced', () => {
  test('from a block boundary on, where it leaves no trace', async () => {
    await openWithTwoTakenBack((segment) => segment);
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
    expect(await bench.readings.append(blockOf('next'))).toBeGreaterThan(5);
  });

  test('from within a block on, where the number of lost blocks is unknown', async () => {
    await openWithTwoTakenBack((segment) => Buffer.concat([segment, Buffer.from('HJ')]));
    expect(await contents(bench.readings)).toEqual(filled(1, 3));
    expect(await bench.readings.append(blockOf('next'))).toBeGreaterThan(5);
  });
});

test('after an orderly stop seqs continue in the same segment', async () => {
  await bench.fill(2);
  await bench.reopen();
  await bench.fill(1, 3);
  await bench.reopen();
  await bench.fill(1, 4);
  expect(bench.segments().length).toBe(1);
  expect(await contents(bench.readings)).toEqual(filled(1, 4));
});

test('a restored copy of the folder reuses seqs, under another run', async () => {
  await bench.fill(3);
  await bench.set.stop();
  const copy = new Map(bench.disk.paths().map((path) => [path, taken(path)]));
  await bench.open();
  await bench.fill(2, 4);
  const first = await bench.readings.read(0, 1 << 20);
  await bench.set.stop();
  for (const path of bench.disk.paths()) bench.disk.delete(path);
  for (const [path, bytes] of copy) bench.disk.put(path, bytes);
  await bench.open();
  await bench.fill(2, 14);
  const second = await bench.readings.read(0, 1 << 20);
  const positionOf = ({ seq, run }: Block) => `${run}/${seq}`;
  expect(second.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect(second.slice(0, 3).map(positionOf)).toEqual(first.slice(0, 3).map(positionOf));
  expect(first.map(positionOf)).not.toContain(positionOf(second[3]!));
  expect(first.map(positionOf)).not.toContain(positionOf(second[4]!));
});

test('a leap is not a backlog, and readers continue across it', async () => {
  await openWithTwoTakenBack((segment) => segment);
  const next = await bench.readings.append(blockOf('next'));
  expect(next).toBeGreaterThan(seqLeap);
  expect(bench.set.blocksAfter('readings', 0)).toBe(4);
  expect(bench.set.blocksAfter('readings', 2)).toBe(2);
  expect(bench.set.blocksAfter('readings', next)).toBe(0);
  await bench.reopen();
  expect(await contents(bench.readings, 2)).toEqual(['3:b3', `${next}:next`]);
  expect(bench.losses).toEqual([]);
  expect(await bench.readings.append(blockOf('after'))).toBe(next + 1);
});
