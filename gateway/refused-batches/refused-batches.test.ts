import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBatch } from '../../shared/contract/batch.ts';
import type { JournalLoss } from '../../shared/contract/events.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { openRecords } from '../journal/records/open-records.ts';
import type { Records } from '../ports/records.ts';
import type { UplinkPositions } from '../ports/refused-batches.ts';
import { BatchRefused } from '../ports/uplink.ts';
import { RefusedAdmin } from './refused-admin.ts';
import { openRefusedBatches, type RefusedBatches } from './refused-batches.ts';

const journal = '0123456789abcdef';
const clock = manualClock();
let dir: string;
let writeError: Error | null;
let losses: JournalLoss[];
const opened: RefusedBatches[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'refused-'));
  writeError = null;
  losses = [];
});
afterEach(async () => {
  for (const batches of opened.splice(0)) await batches.stop();
  await rm(dir, { recursive: true });
});

/** The records of the journal; a test may have writes fail. */
async function openFailing(folder: string): Promise<Records> {
  const records = await openRecords({ dir: folder, clock: systemClock, log: silentLog });
  const write: Records['write'] = (changes, sync) =>
    writeError ? Promise.reject(writeError) : records.write(changes, sync);
  return {
    keys: () => records.keys(),
    entries: () => records.entries(),
    get: (key) => records.get(key),
    write,
    stop: () => records.stop(),
  };
}

/** Opens the folder, after closing it if it was open. */
async function open(limits = { countMax: 100, bytesMax: 1 << 20 }): Promise<RefusedBatches> {
  for (const before of opened.splice(0)) await before.stop();
  const batches = await openRefusedBatches({
    dir,
    ...limits,
    openRecords: openFailing,
    onLoss: (loss) => losses.push(loss),
    clock,
    log: silentLog,
  });
  opened.push(batches);
  return batches;
}

function frameOf(seq: number): Buffer {
  const raw = Buffer.from(`pump,gateway=gw,machine=m,site=s a=${seq} ${seq}\n`);
  const blocks = [{ seq, lines: 1, bytes: raw.length }];
  const header = {
    gateway: 'gw',
    journal,
    lane: 'readings',
    codec: 'gzip',
    rawBytes: raw.length,
    blocks,
  } as const;
  return encodeBatch({ header: { ...header, blocks: [...blocks] }, body: gzipSync(raw) });
}

function add(batches: RefusedBatches, seq: number, bytes?: number): Promise<void> {
  const about = { lane: 'readings', code: 'BATCH_VERSION', reason: 'update', journal, lines: 1 } as const;
  const frame = bytes === undefined ? frameOf(seq) : Buffer.alloc(bytes);
  return batches.add({ ...about, firstSeq: seq, lastSeq: seq }, frame);
}

describe('refused batches', () => {
  it('are there after a restart, with their frames and counts', async () => {
    const first = await open();
    for (const seq of [1, 2, 3]) await add(first, seq);
    expect(await first.remove([2, 2, 9])).toBe(1);
    const again = await open();
    expect(again.list({ limit: 10 }).map(({ id, firstSeq }) => [id, firstSeq])).toEqual([
      [3, 3],
      [1, 1],
    ]);
    expect(again.list({ limit: 1, beforeId: 3 }).map(({ id }) => id)).toEqual([1]);
    expect((await again.get(3))?.frame).toEqual(frameOf(3));
    const bytes = frameOf(1).length + frameOf(3).length;
    expect(again.counts()).toEqual({ count: 2, bytes, setAside: 3, dropped: 0 });
    expect(again.coveredUpTo({ journal, lane: 'readings', seq: 3 })).toBe(3);
    expect(again.coveredUpTo({ journal, lane: 'events', seq: 3 })).toBeNull();
    expect(again.coveredUpTo({ journal: 'f'.repeat(16), lane: 'readings', seq: 3 })).toBeNull();
    await again.remove([3]);
    await add(again, 4);
    expect(again.list({ limit: 1 })[0]?.id).toBe(4);
  });

  it.each([
    ['number', { countMax: 2, bytesMax: 1 << 20 }, 10],
    ['bytes', { countMax: 100, bytesMax: 250 }, 100],
  ])('are bounded in %s: the oldest go, counted and told as a loss', async (_, limits, bytes) => {
    const batches = await open(limits);
    for (const seq of [1, 2, 3]) await add(batches, seq, bytes);
    expect(batches.ids()).toEqual([2, 3]);
    expect(batches.counts()).toMatchObject({ count: 2, bytes: 2 * bytes, dropped: 1 });
    expect(losses).toEqual([{ lane: 'readings', cause: 'refused-full', blocks: 1, lines: 1, bytes }]);
    const counts = batches.counts();
    expect((await open(limits)).counts()).toEqual(counts);
  });

  it('that cannot be written are not there, and an error says so', async () => {
    const batches = await open();
    writeError = new Error('ENOSPC');
    await expect(add(batches, 1)).rejects.toMatchObject({ code: 'REFUSED_WRITE', retry: true });
    expect(batches.counts()).toMatchObject({ count: 0, setAside: 0 });
    writeError = null;
    await add(batches, 1);
    expect(batches.ids()).toEqual([1]);
  });
});

describe('sending again', () => {
  const done: string[] = [];
  const positions: UplinkPositions = {
    hasPassed: () => true,
    async save() {
      done.push('save');
    },
  };

  it('leaves a batch that the uplink could still send, and saves its position before any is removed', async () => {
    const batches = await open();
    for (const seq of [1, 2]) await add(batches, seq);
    done.length = 0;
    const resender = {
      async resend() {
        done.push('resend');
      },
    };
    const passedOnly = { ...positions, hasPassed: ({ lastSeq }: { lastSeq: number }) => lastSeq === 1 };
    const admin = new RefusedAdmin(batches, { resender, positions: passedOnly, clock });
    expect(await admin.redrive('all')).toMatchObject({ redriven: 1, left: 1 });
    expect(done).toEqual(['save', 'resend']);
    expect(batches.ids()).toEqual([2]);
  });

  it('sends and removes nothing while the position cannot be saved', async () => {
    const batches = await open();
    await add(batches, 1);
    const failing = { ...positions, save: () => Promise.reject(new Error('EIO: disk')) };
    const admin = new RefusedAdmin(batches, {
      resender: { resend: async () => {} },
      positions: failing,
      clock,
    });
    await expect(admin.redrive('all')).rejects.toMatchObject({ code: 'REFUSED_WRITE', retry: true });
    await expect(admin.drop('all')).rejects.toMatchObject({ code: 'REFUSED_WRITE' });
    expect(batches.ids()).toEqual([1]);
  });

  const notConnected = () => new HarbingerError('UPLINK_BROKEN', 'uplink', 'not connected', { retry: true });

  it('removes what the cloud takes and keeps what it refuses, with the reasons', async () => {
    const batches = await open();
    for (const seq of [1, 2, 3]) await add(batches, seq);
    const sent: Buffer[] = [];
    const resender = {
      async resend(_: string, frame: Buffer) {
        sent.push(frame);
        if (sent.length === 2) throw new BatchRefused('BATCH_VERSION', 'update the cloud');
      },
    };
    const admin = new RefusedAdmin(batches, { resender, positions, clock });
    expect(await admin.redrive('all')).toEqual({
      redriven: 2,
      kept: 1,
      left: 0,
      reasons: [expect.stringContaining('BATCH_VERSION')],
    });
    expect(sent).toEqual([1, 2, 3].map(frameOf));
    expect(batches.ids()).toEqual([2]);
    expect(admin.redriven).toBe(2);
  });

  it('stops at a connection that is gone, and keeps everything', async () => {
    const batches = await open();
    await add(batches, 1);
    const admin = new RefusedAdmin(batches, {
      resender: { resend: () => Promise.reject(notConnected()) },
      positions,
      clock,
    });
    await expect(admin.redrive([1])).rejects.toMatchObject({ code: 'UPLINK_BROKEN', retry: true });
    expect(batches.ids()).toEqual([1]);
    await expect(
      new RefusedAdmin(batches, { resender: null, positions, clock }).redrive('all'),
    ).rejects.toMatchObject({
      code: 'REFUSED_NO_UPLINK',
    });
  });

  it('ends before whoever asked stops waiting, one at a time', async () => {
    const batches = await open();
    for (const seq of [1, 2]) await add(batches, seq);
    let markAsked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      markAsked = resolve;
    });
    const resender = {
      resend: (_lane: string, _frame: Buffer, signal: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('late')));
          markAsked();
        }),
    };
    const admin = new RefusedAdmin(batches, { resender, positions, clock });
    const asked = admin.redrive('all');
    await expect(admin.redrive('all')).rejects.toMatchObject({ code: 'REFUSED_BUSY', retry: true });
    await isAsked;
    await clock.advance(60_000);
    expect(await asked).toEqual({ redriven: 0, kept: 0, left: 2, reasons: [] });
  });

  it('shows lines, and forgets what somebody drops', async () => {
    const batches = await open();
    for (const seq of [1, 2]) await add(batches, seq);
    const admin = new RefusedAdmin(batches, { resender: null, positions, clock });
    expect(await admin.show(2)).toMatchObject({
      entry: { id: 2 },
      text: 'pump,gateway=gw,machine=m,site=s a=2 2\n',
    });
    expect(await admin.show(9)).toBeNull();
    expect(await admin.drop([1])).toEqual({ dropped: 1 });
    expect((await admin.list({ limit: 5 })).map(({ id }) => id)).toEqual([2]);
  });
});
