import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';

let dir: string;
let store: DeadLetters;
let logged: string[];
let nowMs = 1_700_000_000_000;
const limits = { countMax: 1_000, bytesMax: 10 << 20 };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letters-'));
  logged = [];
  await open();
});
afterEach(async () => {
  await store.stop().catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
});

async function open(over: Partial<typeof limits> = {}): Promise<void> {
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  store = await openDeadLetters({
    dir,
    ...limits,
    ...over,
    clock: { ...systemClock, nowMs: () => nowMs },
    log,
  });
}

async function reopen(over: Partial<typeof limits> = {}): Promise<void> {
  await store.stop();
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
const listed = () => store.list({ limit: 1_000 }).map(({ id, payload }) => `${id}:${payload}`);

describe('dead letters', () => {
  test('are kept with all that is known of them, across a restart', async () => {
    await store.add([letter('one')]);
    await reopen();
    const expected = { id: 1, ...letter('one') };
    expect(store.show(1)).toEqual(expected);
    expect(store.show(2)).toBeNull();
    expect(store.list({ limit: 10 })).toEqual([expected]);
  });

  test('are listed newest first, page by page', async () => {
    await store.add(letters(1, 7));
    const first = store.list({ limit: 3 });
    expect(first.map(({ id }) => id)).toEqual([7, 6, 5]);
    expect(store.list({ limit: 3, beforeId: 5 }).map(({ id }) => id)).toEqual([4, 3, 2]);
    expect(store.list({ limit: 3, beforeId: 2 }).map(({ id }) => id)).toEqual([1]);
    expect(store.list({ limit: 3, beforeId: 1 })).toEqual([]);
    expect(store.list({ limit: 0 })).toEqual([]);
  });

  test('are counted, also by code, also after a restart', async () => {
    await store.add([letter('a', 'A'), letter('b', 'B'), letter('bb', 'B')]);
    const counts = store.counts();
    expect(counts).toMatchObject({ count: 3, dropped: 0, byCode: { A: 1, B: 2 } });
    await reopen();
    expect(store.counts()).toEqual(counts);
  });

  test('are dropped by id or all, and their ids are not used again', async () => {
    await store.add(letters(1, 5));
    expect(await store.drop([2, 4, 4, 99])).toBe(2);
    expect(listed()).toEqual(['5:l5', '3:l3', '1:l1']);
    expect(await store.drop('all')).toBe(3);
    expect(store.counts()).toEqual({ count: 0, bytes: 0, dropped: 0, byCode: {} });
    await reopen();
    await store.add([letter('next')]);
    expect(listed()).toEqual(['6:next']);
  });

  test('added at once keep their order', async () => {
    await Promise.all([store.add(letters(1, 2)), store.add(letters(3, 4)), store.add([])]);
    expect(listed()).toEqual(['4:l4', '3:l3', '2:l2', '1:l1']);
  });

  test('of a long payload the beginning is kept and the length noted', async () => {
    await store.add([letter('x', 'C', Buffer.alloc(100_000, 'x'))]);
    const kept = store.show(1)!;
    expect(kept.payload.length).toBe(65_536);
    expect(kept.reason).toContain('100000 bytes');
  });

  test('the sender may use its buffer again', async () => {
    const shared = Buffer.from('mine');
    const added = store.add([letter('x', 'C', shared)]);
    shared.fill('!');
    await added;
    expect(store.show(1)!.payload.toString()).toBe('mine');
  });
});

test('letters that cannot be written are refused together, and leave nothing behind', async () => {
  await store.add([letter('before')]);
  const counts = store.counts();
  const unwritable = { ...letter('bad'), atMs: (2n ** 70n) as unknown as number };
  const refused = await Promise.allSettled([
    store.add([letter('good')]),
    store.add([letter('x'), unwritable]),
  ]);
  for (const result of refused) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'DEADLETTERS_WRITE', retry: true } });
  }
  expect(store.counts()).toEqual(counts);
  await store.add([letter('after')]);
  expect(listed()).toEqual(['2:after', '1:before']);
  await reopen();
  expect(listed()).toEqual(['2:after', '1:before']);
});

test('more than 32 MiB waiting at once are refused, the rest is kept', async () => {
  await reopen({ bytesMax: 100 << 20 });
  const big = Array.from({ length: 100 }, () => letter('x', 'C', Buffer.alloc(65_536)));
  const settled = await Promise.allSettled(Array.from({ length: 6 }, () => store.add(big)));
  expect(settled.filter(({ status }) => status === 'fulfilled').length).toBe(5);
  expect(settled[5]).toMatchObject({ reason: { code: 'DEADLETTERS_BUSY', retry: true } });
  expect(store.counts().count).toBe(500);
});

test('after stop nothing is taken', async () => {
  const last = store.add([letter('last')]);
  await store.stop();
  await last;
  await expect(store.add([letter('late')])).rejects.toMatchObject({ code: 'DEADLETTERS_STOPPED' });
  await open();
  expect(listed()).toEqual(['1:last']);
});

describe('when full', () => {
  test('of letters, the oldest go and are counted', async () => {
    await reopen({ countMax: 3 });
    await store.add(letters(1, 2));
    await store.add(letters(3, 5));
    expect(listed()).toEqual(['5:l5', '4:l4', '3:l3']);
    await reopen({ countMax: 3 });
    expect(store.counts()).toMatchObject({ count: 3, dropped: 2 });
    await store.add(letters(6, 10));
    expect(listed()).toEqual(['10:l10', '9:l9', '8:l8']);
    expect(store.counts().dropped).toBe(7);
  });

  test('of bytes, too', async () => {
    await reopen({ bytesMax: 100_000 });
    for (let i = 0; i < 10; i++) await store.add([letter('x', 'C', Buffer.alloc(20_000))]);
    expect(store.counts().count).toBe(4);
    expect(store.counts().bytes).toBeLessThanOrEqual(100_000);
    expect(store.counts().dropped).toBe(6);
  });

  test('a smaller limit after a restart holds with the next letter', async () => {
    await store.add(letters(1, 50));
    await reopen({ countMax: 10 });
    await store.add([letter('l51')]);
    expect(store.counts()).toMatchObject({ count: 10, dropped: 41 });
  });
});

describe('a damaged file', () => {
  const path = () => join(dir, 'letters.lmdb');
  const aside = () => readdirSync(dir).filter((name) => name.includes('.damaged-'));

  async function damage(edit: () => void): Promise<void> {
    await store.add(letters(1, 200).map((one) => ({ ...one, payload: Buffer.alloc(500, 'p') })));
    await store.stop();
    edit();
    await open();
  }

  async function expectFreshStart(): Promise<void> {
    expect(aside().length).toBe(1);
    expect(logged.join()).toContain('damaged');
    expect(store.counts().count).toBe(0);
    await store.add([letter('new')]);
    await reopen();
    expect(listed()).toEqual(['1:new']);
    expect(aside().length).toBe(1);
  }

  test('of garbage is set aside, with an error', async () => {
    await damage(() => writeFileSync(path(), Buffer.alloc(65_536, 0x5a)));
    await expectFreshStart();
  });

  test('cut short is set aside', async () => {
    await damage(() => truncateSync(path(), 40_000));
    await expectFreshStart();
  });

  test('cut within its first pages is set aside', async () => {
    await damage(() => truncateSync(path(), 5_000));
    await expectFreshStart();
  });

  test('with zeroed pages is set aside', async () => {
    await damage(() => writeFileSync(path(), readFileSync(path()).fill(0, 8_192)));
    await expectFreshStart();
  });

  test('emptied begins anew', async () => {
    await damage(() => truncateSync(path(), 0));
    expect(store.counts().count).toBe(0);
    await store.add([letter('new')]);
    expect(listed()).toEqual(['1:new']);
  });

  test('that ended two starts is set aside by the third', async () => {
    await damage(() => writeFileSync(join(dir, 'opening'), '..'));
    await expectFreshStart();
    expect(existsSync(join(dir, 'opening'))).toBe(false);
  });

  test('and one interrupted start is no reason to', async () => {
    await damage(() => writeFileSync(join(dir, 'opening'), '.'));
    expect(aside()).toEqual([]);
    expect(store.counts().count).toBe(200);
  });

  test('more than two are not kept', async () => {
    for (let i = 0; i < 4; i++) {
      await damage(() => writeFileSync(path(), Buffer.alloc(65_536, i)));
      nowMs += 1_000;
    }
    expect(aside().length).toBe(2);
  });
});

test('a folder that cannot be used is a clear error', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const options = { ...limits, clock: systemClock, log: pino({ level: 'silent' }) };
  await expect(openDeadLetters({ dir: file, ...options })).rejects.toMatchObject({
    code: 'DEADLETTERS_OPEN',
  });
});
