/** Removal of letters that are too many or too old, and the report of it. */
import pino from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeRecord } from '../../shared/files/json/json-record.ts';
import { type ManualClock, manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { MemoryDisk, systemError } from '../journal/memory-disk.testing.ts';
import { openRecords } from '../journal/records/open-records.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';

const dayMs = 86_400_000;
const dir = '/letters';

let disk: MemoryDisk;
let clock: ManualClock;
let letters: DeadLetters;
let logged: { msg: string; [field: string]: unknown }[];

beforeEach(async () => {
  disk = new MemoryDisk();
  clock = manualClock();
  logged = [];
  await open();
});

const recordsOf = () => {
  const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(JSON.parse(line)) });
  return {
    log,
    open: (at: string) => openRecords({ dir: at, fs: disk.mount(), clock, random: seededRandom(1), log }),
  };
};

async function open(over: { countMax?: number; bytesMax?: number } = {}): Promise<void> {
  const { log, open: openIn } = recordsOf();
  const limits = { countMax: 100, bytesMax: 1 << 20, ageDaysMax: 90, ...over };
  letters = await openDeadLetters({ dir, ...limits, openRecords: openIn, clock, log });
}

async function reopen(over: { countMax?: number; bytesMax?: number } = {}): Promise<void> {
  await letters.stop();
  await open(over);
}

/** A start after which the running time of the process begins at 0 again. */
async function restart(downMs = 0): Promise<void> {
  await letters.stop();
  clock = manualClock(clock.nowMs() + downMs);
  await open();
}

interface From {
  user?: string;
  client?: string;
  topic?: string;
  bytes?: number;
}

const letter = ({ bytes = 100, ...from }: From) => ({
  atMs: clock.nowMs(),
  topic: 't',
  client: 'c',
  stage: 'decode',
  code: 'DECODE_JSON',
  reason: 'no JSON',
  payload: Buffer.alloc(bytes, '.'),
  ...from,
});
const many = (count: number, from: (i: number) => From) =>
  letters.add(Array.from({ length: count }, (_, i) => letter(from(i))));

async function all() {
  const found = [];
  for (let page = await letters.list({ limit: 1_000 }); page.length > 0; ) {
    found.push(...page);
    page = await letters.list({ limit: 1_000, beforeId: page.at(-1)!.id });
  }
  return found;
}
const countOf = async (is: (found: Awaited<ReturnType<typeof all>>[number]) => boolean) =>
  (await all()).filter(is).length;

describe('a flood drops only letters of its own source', () => {
  test.each<{ flood: string; from: (i: number) => From }>([
    { flood: 'another user', from: () => ({ user: 'noisy', topic: 'noise' }) },
    {
      flood: 'another user with a client id and a topic for each message',
      from: (i) => ({ user: 'noisy', client: `c${i}`, topic: `t${i}` }),
    },
    { flood: 'another client', from: () => ({ user: 'calm', client: 'noisy', topic: 'noise' }) },
    { flood: 'another topic of the same client', from: () => ({ user: 'calm', topic: 'noise' }) },
    { flood: 'large messages', from: () => ({ user: 'calm', topic: 'noise', bytes: 200_000 }) },
  ])('of $flood', async ({ from }) => {
    await many(20, (i) => ({ user: 'calm', topic: `important/${i}` }));
    for (let round = 0; round < 10; round++) await many(101, (i) => from(101 * round + i));
    await reopen();
    await many(10, from);
    expect(await countOf(({ topic }) => topic.startsWith('important/'))).toBe(20);
    const { count, bytes, dropped, droppedBy } = letters.counts();
    expect(count).toBeLessThanOrEqual(100);
    expect(bytes).toBeLessThanOrEqual(1 << 20);
    expect(count + dropped).toBe(20 + 1_010 + 10);
    expect(droppedBy.count + droppedBy.bytes).toBe(dropped);
  });

  test('and what it keeps are its newest', async () => {
    await many(150, (i) => ({ bytes: i + 1 }));
    const sizes = (await all()).map(({ payload }) => payload.length);
    expect(sizes).toEqual(Array.from({ length: 100 }, (_, i) => 150 - i));
  });
});

test('a letter that alone is larger than the space is counted and named, and drops no others', async () => {
  await reopen({ bytesMax: 10_000 });
  await many(5, () => ({}));
  await letters.add([letter({ bytes: 10_001, user: 'u', topic: 'huge' }), letter({ topic: 'beside' })]);
  expect(letters.counts()).toMatchObject({ count: 6, dropped: 1, droppedBy: { size: 1 } });
  expect(await countOf(({ topic }) => topic === 'beside')).toBe(1);
  expect(logged).toMatchObject([{ reason: 'size', dropped: 1, example: { user: 'u', topic: 'huge' } }]);
});

test('what is lost is logged at once, then once a minute, and what is left when it stops', async () => {
  await many(101, (i) => ({ user: 'u', client: 'c', topic: i === 0 ? 'first' : 'noise' }));
  const line = (count: number) => ({ level: 40, reason: 'count', dropped: count });
  expect(logged).toMatchObject([{ ...line(1), example: { user: 'u', client: 'c', topic: 'noise' } }]);
  for (let i = 0; i < 50; i++) await many(2, () => ({ topic: 'noise' }));
  expect(logged.length).toBe(1);
  await clock.advance(60_000);
  expect(logged.slice(1)).toMatchObject([line(100)]);
  await many(3, () => ({ topic: 'noise' }));
  await letters.stop();
  expect(logged.slice(2)).toMatchObject([line(3)]);
  expect(logged.every(({ msg }) => msg.includes('deadLetters.countMax'))).toBe(true);
  await open();
  expect(letters.counts()).toMatchObject({ dropped: 104, droppedBy: { count: 104 } });
});

describe('a write that fails', () => {
  test.each(['write', 'datasync'] as const)(
    'at its %s leaves every letter, and the next one goes on',
    async (failing) => {
      await many(100, (i) => ({ user: `u${i % 4}` }));
      const before = await all();
      const counts = letters.counts();
      disk.onOperation = (operation, path) => {
        if (operation === failing && path.endsWith('.seg')) throw systemError('EIO');
      };
      for (let attempt = 0; attempt < 5; attempt++) {
        await expect(many(30, () => ({ user: 'u0' }))).rejects.toMatchObject({
          code: 'DEADLETTERS_WRITE',
          retry: true,
        });
        expect(letters.counts()).toEqual(counts);
        expect(await all()).toEqual(before);
      }
      disk.onOperation = () => undefined;
      await many(30, () => ({ user: 'u0' }));
      expect(letters.counts()).toMatchObject({ count: 100, dropped: 30 });
      for (const user of ['u1', 'u2', 'u3']) expect(await countOf((one) => one.user === user)).toBe(25);
      const after = await all();
      await reopen();
      expect(await all()).toEqual(after);
      expect(letters.counts()).toMatchObject({ count: 100, dropped: 30 });
    },
  );
});

describe('by age', () => {
  const days = (count: number) => clock.advanceNow(count * dayMs);

  test('letters go after ageDaysMax, counted by that reason', async () => {
    await many(3, () => ({ topic: 'old' }));
    days(60);
    await many(2, () => ({ topic: 'new' }));
    expect(await letters.dropOld()).toBe(0);
    days(31);
    expect(await letters.dropOld()).toBe(3);
    expect(letters.counts()).toMatchObject({ count: 2, dropped: 3, droppedBy: { age: 3 } });
    await restart();
    expect(letters.counts()).toMatchObject({ count: 2, dropped: 3, droppedBy: { age: 3 } });
  });

  test('a clock that jumps by 91 days for 28 seconds drops none, before or after it is right again', async () => {
    await many(5, () => ({}));
    days(2);
    clock.setWall(clock.nowMs() + 91 * dayMs);
    for (let second = 0; second < 28; second++) {
      await clock.advance(1_000);
      expect(await letters.dropOld()).toBe(0);
    }
    await restart(); // with the wrong time still
    expect(await letters.dropOld()).toBe(0);
    clock.setWall(clock.nowMs() - 91 * dayMs);
    days(2);
    expect(await letters.dropOld()).toBe(0);
    expect(letters.counts().count).toBe(5);
    days(87);
    expect(await letters.dropOld()).toBe(5);
  });

  test('letters kept while the clock was behind are not dropped for that', async () => {
    days(2);
    clock.setWall(clock.nowMs() - 400 * dayMs);
    await many(5, () => ({}));
    clock.setWall(clock.nowMs() + 400 * dayMs);
    days(2);
    expect(await letters.dropOld()).toBe(0);
  });

  test('the first day of a new folder drops none, however the clock stands', async () => {
    await many(1, () => ({}));
    await restart(500 * dayMs);
    expect(await letters.dropOld()).toBe(0);
  });
});

test('letters of earlier versions have their source and their age from what was kept', async () => {
  await letters.stop();
  const records = await recordsOf().open(dir);
  const old = (id: number, topic: string) => {
    const { payload, ...head } = letter({ topic });
    return { key: `letter/${id}/200/DECODE_JSON`, value: encodeRecord(head, payload) };
  };
  const changes = Array.from({ length: 60 }, (_, i) => old(i + 1, i < 50 ? 'noise' : `important/${i}`));
  await records.write([...changes, { key: 'ledger', value: encodeRecord({ nextId: 70, dropped: 4 }) }], true);
  await records.stop();
  await open({ countMax: 30 });
  await many(1, () => ({ topic: 'noise' }));
  expect(letters.counts()).toMatchObject({ count: 30, dropped: 4 + 31 });
  expect(await countOf(({ topic }) => topic.startsWith('important/'))).toBe(10);
  await reopen();
  expect(letters.counts().count).toBe(30);
  clock.advanceNow(95 * dayMs);
  expect(await letters.dropOld()).toBe(30);
});
