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

async function store(run: number, ofDisk = disk): Promise<void> {
  const journal = nameOf(run, ofDisk);
  await test.now.watermarks.advance({ gateway, journal, lane, lastSeq: lastSeqOf(run), machines: [] });
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
