/** Watermarks of a gateway that was started very often, and resends everything. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestOperations } from './operations.testing.ts';
import { journalsPerGatewayMax } from './watermark-table.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const disk = 'aaaaaaaaaa';
const otherDisk = 'bbbbbbbbbb';
const gateway = 'north';
const lane = 'readings';
/** Each start leaps in its sequence numbers; its name is random within that of its journal. */
const nameOf = (run: number, ofDisk = disk) =>
  ofDisk + ((run * 7_919) % 0x1000000).toString(16).padStart(6, '0');
const lastSeqOf = (run: number) => run * 1_000 + 7;

const advance = (journal: string, firstSeq: number, lastSeq: number) =>
  test.now.watermarks.advance({ gateway, journal, lane, firstSeq, lastSeq, machines: [] });
async function store(run: number, ofDisk = disk): Promise<void> {
  const journal = nameOf(run, ofDisk);
  await advance(journal, lastSeqOf(run) - 6, lastSeqOf(run));
}
const isKnown = (run: number, ofDisk = disk) =>
  test.now.watermarks.get(gateway, nameOf(run, ofDisk), lane) === lastSeqOf(run);
const runs = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const storeAll = (count: number, ofDisk = disk) => Promise.all(runs(count).map((run) => store(run, ofDisk)));

/** Resends the blocks of all runs in order, as a gateway does that has lost its cursors; returns the runs stored again. */
async function resendAll(count: number): Promise<number[]> {
  const again: number[] = [];
  for (const run of runs(count)) {
    if (isKnown(run)) continue;
    again.push(run);
    await store(run);
  }
  return again;
}

describe('a gateway that resends the blocks of all its starts', () => {
  it.each([65, journalsPerGatewayMax])('has none of them stored again: %i starts', async (count) => {
    await storeAll(count);
    expect(await resendAll(count)).toEqual([]);
    await test.reopen();
    expect(await resendAll(count)).toEqual([]);
  });

  it('has only those stored again whose watermarks were forgotten, and no others because of them', async () => {
    const count = journalsPerGatewayMax + 40;
    await storeAll(count);
    expect(await resendAll(count)).toEqual(runs(40));
    // The last of these has a place, as long as no other run needs it.
    expect(await resendAll(count)).toEqual(runs(39).concat(40));
    await store(count + 1);
    expect(runs(count + 1).filter((run) => !isKnown(run))).toEqual(runs(40));
  });
});

it('whatever the clock says, the watermarks of a disk that was replaced go first, its oldest run first', async () => {
  await storeAll(100, otherDisk);
  test.clock.setWall(test.clock.nowMs() - 400 * 86_400_000);
  await storeAll(journalsPerGatewayMax);
  expect(runs(100).filter((run) => isKnown(run, otherDisk))).toEqual([]);
  expect(runs(journalsPerGatewayMax).every((run) => isKnown(run))).toBe(true);
});

describe('blocks that were missing when later ones were stored', () => {
  const journal = nameOf(1);
  const stored = (...seqs: number[]) =>
    seqs.filter((seq) => test.now.watermarks.isStored(gateway, journal, lane, seq));

  it('do not count as stored, those before the first one included, after a restart too', async () => {
    await advance(journal, 11, 20);
    await advance(journal, 31, 40);
    await advance(journal, 41, 50);
    for (const reopen of [false, true]) {
      if (reopen) await test.reopen();
      expect(stored(1, 10, 11, 20, 21, 30, 31, 45, 50, 51)).toEqual([11, 20, 31, 45, 50]);
      expect(test.now.watermarks.isStored(gateway, nameOf(2), lane, 11)).toBe(false);
    }
  });

  it('never count as stored, however many gaps there are; then stored ones do not either', async () => {
    const gaps = Array.from({ length: 500 }, (_, i) => 10 * i + 10);
    for (const [i, seq] of gaps.entries()) await advance(journal, seq - 8, i === 499 ? seq + 5 : seq - 1);
    expect(stored(...gaps)).toEqual([gaps[499]]);
    const newest = gaps.slice(-20).map((seq) => seq - 5);
    expect(stored(...newest)).toEqual(newest);
  });
});
