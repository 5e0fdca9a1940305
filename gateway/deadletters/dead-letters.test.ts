import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { type ManualClock, manualClock } from '../../shared/runtime/manual-clock.ts';
import { openRecords } from '../journal/records/open-records.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';

let dir: string;
let deadLetters: DeadLetters;
let logged: string[];
let clock: ManualClock;
const limits = { countMax: 1_000, bytesMax: 10 << 20, ageDaysMax: 90 };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letters-'));
  logged = [];
  clock = manualClock();
  await open();
});
afterEach(async () => {
  await deadLetters.stop().catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
});

async function open(over: Partial<typeof limits> = {}): Promise<void> {
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  deadLetters = await openDeadLetters({
    dir,
    ...limits,
    ...over,
    openRecords: (at) => openRecords({ dir: at, clock: systemClock, log }),
    clock,
    log,
  });
}

async function reopen(over: Partial<typeof limits> = {}): Promise<void> {
  await deadLetters.stop();
  await open(over);
}

function letter(text: string, code = 'DECODE_FAILED', payload = Buffer.from(text)) {
  return {
    atMs: 1_700_000_000_000,
    topic: 'telemetry/lab/pump',
    payload,
    client: 'sensor-1',
    stage: 'decode',
    code,
    reason: `cannot read ${text}`,
  };
}

const letters = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => letter(`l${from + i}`));
const listed = async () =>
  (await deadLetters.list({ limit: 1_000 })).map(({ id, payload }) => `${id}:${payload}`);

describe('dead letters', () => {
  test('are kept completely, across a restart', async () => {
    await deadLetters.add([letter('one')]);
    await reopen();
    const expected = { id: 1, ...letter('one') };
    expect(await deadLetters.show(1)).toEqual(expected);
    expect(await deadLetters.show(2)).toBeNull();
    expect(await deadLetters.list({ limit: 10 })).toEqual([expected]);
  });

  test('are listed newest first, page by page', async () => {
    await deadLetters.add(letters(1, 7));
    const ids = async (query: { limit: number; beforeId?: number }) =>
      (await deadLetters.list(query)).map(({ id }) => id);
    expect(await ids({ limit: 3 })).toEqual([7, 6, 5]);
    expect(await ids({ limit: 3, beforeId: 5 })).toEqual([4, 3, 2]);
    expect(await ids({ limit: 3, beforeId: 2 })).toEqual([1]);
    expect(await deadLetters.list({ limit: 3, beforeId: 1 })).toEqual([]);
    expect(await deadLetters.list({ limit: 0 })).toEqual([]);
  });

  test('are counted, also by code, also after a restart', async () => {
    await deadLetters.add([letter('a', 'A'), letter('b', 'B'), letter('bb', 'B')]);
    const counts = deadLetters.counts();
    expect(counts).toMatchObject({ count: 3, dropped: 0, byCode: { A: 1, B: 2 } });
    await reopen();
    expect(deadLetters.counts()).toEqual(counts);
  });

  test('are dropped by id or all, and their ids are not reused', async () => {
    await deadLetters.add(letters(1, 5));
    expect(await deadLetters.drop([2, 4, 4, 99])).toBe(2);
    expect(await listed()).toEqual(['5:l5', '3:l3', '1:l1']);
    expect(await deadLetters.drop('all')).toBe(3);
    expect(deadLetters.counts()).toMatchObject({ count: 0, bytes: 0, dropped: 0, byCode: {} });
    await reopen();
    await deadLetters.add([letter('next')]);
    expect(await listed()).toEqual(['6:next']);
  });

  test('added at once keep their order', async () => {
    await Promise.all([deadLetters.add(letters(1, 2)), deadLetters.add(letters(3, 4)), deadLetters.add([])]);
    expect(await listed()).toEqual(['4:l4', '3:l3', '2:l2', '1:l1']);
  });

  test('keep a long payload whole, and who sent it', async () => {
    const payload = Buffer.alloc(3 << 20, 'x');
    await deadLetters.add([{ ...letter('x', 'C', payload), user: 'line-1' }]);
    await reopen();
    const kept = (await deadLetters.show(1))!;
    expect(kept.payload.equals(payload)).toBe(true);
    expect(kept).toMatchObject({ user: 'line-1', client: 'sensor-1', reason: 'cannot read x' });
  });

  test('that are large make shorter pages, and one page after the other has all of them', async () => {
    await deadLetters.add(Array.from({ length: 6 }, () => letter('x', 'C', Buffer.alloc(1_500_000))));
    await deadLetters.add([letter('small')]);
    const pages: number[][] = [];
    for (let beforeId = 8; pages.flat().length < 7; beforeId = pages.at(-1)!.at(-1)!)
      pages.push((await deadLetters.list({ limit: 1_000, beforeId })).map(({ id }) => id));
    expect(pages).toEqual([[7, 6, 5, 4, 3, 2], [1]]);
  });

  test('leave the sender free to reuse its buffer', async () => {
    const shared = Buffer.from('mine');
    const added = deadLetters.add([letter('x', 'C', shared)]);
    shared.fill('!');
    await added;
    expect((await deadLetters.show(1))!.payload.toString()).toBe('mine');
  });
});

test('that cannot be written are refused together, and leave nothing behind', async () => {
  await deadLetters.add([letter('before')]);
  const counts = deadLetters.counts();
  const unwritable = { ...letter('bad'), atMs: (2n ** 70n) as unknown as number };
  const refused = await Promise.allSettled([
    deadLetters.add([letter('good')]),
    deadLetters.add([letter('x'), unwritable]),
  ]);
  for (const result of refused) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'DEADLETTERS_WRITE', retry: true } });
  }
  expect(deadLetters.counts()).toEqual(counts);
  await deadLetters.add([letter('after')]);
  expect(await listed()).toEqual(['2:after', '1:before']);
  await reopen();
  expect(await listed()).toEqual(['2:after', '1:before']);
});

test('are refused beyond 32 MiB of waiting ones; the others are kept', async () => {
  await reopen({ bytesMax: 100 << 20 });
  const big = Array.from({ length: 100 }, () => letter('x', 'C', Buffer.alloc(65_536)));
  const settled = await Promise.allSettled(Array.from({ length: 6 }, () => deadLetters.add(big)));
  expect(settled.filter(({ status }) => status === 'fulfilled').length).toBe(5);
  expect(settled[5]).toMatchObject({ reason: { code: 'DEADLETTERS_BUSY', retry: true } });
  expect(deadLetters.counts().count).toBe(500);
});

test('are not accepted after stop', async () => {
  const last = deadLetters.add([letter('last')]);
  await deadLetters.stop();
  await last;
  await expect(deadLetters.add([letter('late')])).rejects.toMatchObject({ code: 'DEADLETTERS_STOPPED' });
  await open();
  expect(await listed()).toEqual(['1:last']);
});

describe('when full', () => {
  test('of letters: the oldest are dropped and counted', async () => {
    await reopen({ countMax: 3 });
    await deadLetters.add(letters(1, 2));
    await deadLetters.add(letters(3, 5));
    expect(await listed()).toEqual(['5:l5', '4:l4', '3:l3']);
    await reopen({ countMax: 3 });
    expect(deadLetters.counts()).toMatchObject({ count: 3, dropped: 2 });
    await deadLetters.add(letters(6, 10));
    expect(await listed()).toEqual(['10:l10', '9:l9', '8:l8']);
    expect(deadLetters.counts().dropped).toBe(7);
  });

  test('of bytes, too', async () => {
    await reopen({ bytesMax: 100_000 });
    for (let i = 0; i < 10; i++) await deadLetters.add([letter('x', 'C', Buffer.alloc(20_000))]);
    expect(deadLetters.counts().count).toBe(4);
    expect(deadLetters.counts().bytes).toBeLessThanOrEqual(100_000);
    expect(deadLetters.counts().dropped).toBe(6);
  });

  test('that is smaller after a restart is enforced with the next letter', async () => {
    await deadLetters.add(letters(1, 50));
    await reopen({ countMax: 10 });
    await deadLetters.add([letter('l51')]);
    expect(deadLetters.counts()).toMatchObject({ count: 10, dropped: 41 });
  });
});

test('in a damaged file, the letters elsewhere in it are kept', async () => {
  for (const one of letters(1, 20)) await deadLetters.add([{ ...one, payload: Buffer.alloc(500, 'p') }]);
  await deadLetters.stop();
  const [name] = readdirSync(dir).filter((each) => each.endsWith('.seg'));
  const bytes = readFileSync(join(dir, name!));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(dir, name!), bytes);
  await open();
  expect(deadLetters.counts().count).toBe(19);
  expect(logged.join()).toContain('could not be read');
  await deadLetters.add([letter('new')]);
  expect((await deadLetters.list({ limit: 1 }))[0]).toMatchObject({ id: 21 });
});

test('an unusable folder is a clear error', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const log = pino({ level: 'silent' });
  const options = {
    ...limits,
    openRecords: (at: string) => openRecords({ dir: at, clock: systemClock, log }),
    clock,
    log,
  };
  await expect(openDeadLetters({ dir: file, ...options })).rejects.toMatchObject({
    code: 'DEADLETTERS_OPEN',
  });
});
