import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../../shared/runtime/manual-clock.ts';
import { openRecords } from '../../../../journal/records/open-records.ts';
import type { Records } from '../../../../ports/records.ts';
import type { PublishPacket } from '../../packet.ts';
import { Interest } from '../interest.ts';
import { openSessions } from '../open-sessions.ts';
import { BrokerPersistence } from '../persistence.ts';
import { changeLevel, levelRecord } from './level-folder.testing.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-second-import-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const folder = () => join(dataDir, 'broker');
const roomy = {
  retainedMessagesMax: 100,
  retainedBytesMax: 1e6,
  sessionsMax: 100,
  sessionExpiryHours: 168,
  queueMessagesMax: 100,
  queueBytesMax: 1e6,
  willBytesMax: 1e7,
};

const sessionOf = (clientId: string, lastSeenMs: number, topic: string, user = 'user') => ({
  [`c!${clientId}`]: levelRecord({ clientId, user, lastSeenMs, subscriptions: [{ topic, qos: 1 }] }),
});
const queuedKey = (clientId: string, seq: number) => `o!${clientId}!${String(seq).padStart(16, '0')}`;
const queued = (clientId: string, seq: number, name: string, more: object = {}) => {
  const [brokerId, brokerCounter] = [name[0], Number(name.slice(1))];
  const packet = { cmd: 'publish', topic: 't', qos: 2, retain: false, brokerId, brokerCounter, ...more };
  return { [queuedKey(clientId, seq)]: levelRecord({ clientId, packet }, name) };
};
const release = (clientId: string, seq: number, messageId: number) => ({
  [queuedKey(clientId, seq)]: levelRecord({ clientId, packet: { cmd: 'pubrel', messageId } }),
});
const incoming = (clientId: string, messageId: number) => ({
  [`i!${clientId}!${messageId}`]: levelRecord({ clientId, messageId }),
});

type Wrap = (records: Records) => Records;

/** The current version, started on the folder; `nowMs` is its clock. */
async function upgraded(nowMs: number, wrap: Wrap = (records) => records) {
  const clock = manualClock(nowMs);
  const opened = await openSessions(dataDir, {
    openRecords: async (dir) => wrap(await openRecords({ dir, clock, log: silentLog })),
    nowMs,
    log: silentLog,
  });
  const takeovers = { isShared: () => false };
  const deps = { interest: new Interest([]), clock, log: silentLog, takeovers };
  const persistence = new BrokerPersistence(opened, deps, roomy);
  await persistence.setup({ id: `process ${nowMs}`, counter: 0 });
  return persistence;
}

const message = (topic: string, payload: string): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(payload),
  qos: 1,
  retain: false,
});

async function queueOf(persistence: BrokerPersistence, id: string): Promise<string[]> {
  const packets = await persistence.outgoingStream({ id }).toArray();
  return packets.map(({ cmd, messageId, payload }) =>
    cmd === 'pubrel' ? `release ${messageId}` : `${payload}${messageId ? ` as ${messageId}` : ''}`,
  );
}

/** Delivers the first message of the client's queue. */
async function deliver(persistence: BrokerPersistence, id: string): Promise<void> {
  const [packet] = await persistence.outgoingStream({ id }).toArray();
  await persistence.outgoingUpdate({ id }, { ...packet, messageId: 900 });
  await persistence.outgoingClearMessageId({ id }, { messageId: 900 });
}

async function retained(persistence: BrokerPersistence): Promise<string[]> {
  const packets = await persistence.createRetainedStream('#').toArray();
  return packets.map(({ topic, payload }) => `${topic}=${payload}`).sort();
}

async function topics(persistence: BrokerPersistence, id: string): Promise<string[]> {
  return (await persistence.subscriptionsByClient({ id })).map(({ topic }) => topic);
}

/** The older version's first life: a client with three queued messages, and retained messages. */
const firstLife = () =>
  changeLevel(folder(), {
    ...sessionOf('c', 1_000, 'first'),
    ...queued('c', 1, 'A1'),
    ...queued('c', 2, 'A2'),
    ...queued('c', 3, 'A3'),
    'r!both': levelRecord({ qos: 1 }, 'first'),
    'r!old': levelRecord({ qos: 1 }, 'first'),
  });

/** The current version imports that, delivers A1, queues N1 and changes a retained message at time 2000. */
async function between(): Promise<void> {
  const persistence = await upgraded(2_000);
  expect(await queueOf(persistence, 'c')).toEqual(['A1', 'A2', 'A3']);
  persistence.sessions.open('c', 'user');
  await persistence.addSubscriptions({ id: 'c' }, [{ topic: 'between', qos: 1 }]);
  await deliver(persistence, 'c');
  await persistence.queueForSessions(message('between', 'N1'), 'sender');
  await persistence.retain(message('both', 'between'), true);
  await persistence.destroy();
}

const giveBack = () => renameSync(join(dataDir, 'broker.imported'), folder());

/** The older version's second life on its own data: it delivers A2 and queues B1 at time 3000. */
const secondLife = () =>
  changeLevel(folder(), {
    ...sessionOf('c', 3_000, 'second'),
    [queuedKey('c', 2)]: null,
    ...queued('c', 4, 'B1'),
    'r!both': levelRecord({ qos: 1 }, 'second'),
    'r!second': levelRecord({ qos: 1 }, 'second'),
  });

describe('sessions of an older version that ran again after an upgrade', () => {
  it('on its own data: each message that nobody has delivered is queued once; the newer session counts', async () => {
    await firstLife();
    await between();
    giveBack();
    await secondLife();
    const persistence = await upgraded(4_000);
    expect(await queueOf(persistence, 'c')).toEqual(['A3', 'N1', 'B1']);
    expect(await topics(persistence, 'c')).toEqual(['second']);
    expect(await retained(persistence)).toEqual(['both=between', 'old=first', 'second=second']);
    await persistence.destroy();
    const again = await upgraded(5_000);
    expect(await queueOf(again, 'c')).toEqual(['A3', 'N1', 'B1']);
    await again.destroy();
  });

  it('on an empty folder: what is queued in either is queued once, and newer sessions stay', async () => {
    await firstLife();
    await between();
    await changeLevel(folder(), {
      ...sessionOf('c', 1_500, 'second'),
      ...queued('c', 1, 'B1'),
      ...queued('c', 2, 'B2'),
      ...sessionOf('d', 1_500, 'only old'),
      ...queued('d', 3, 'B3'),
      'r!both': levelRecord({ qos: 1 }, 'second'),
    });
    const persistence = await upgraded(4_000);
    expect(await queueOf(persistence, 'c')).toEqual(['A2', 'A3', 'N1', 'B1', 'B2']);
    expect(await topics(persistence, 'c')).toEqual(['first', 'between']);
    expect(await queueOf(persistence, 'd')).toEqual(['B3']);
    expect(await retained(persistence)).toEqual(['both=between', 'old=first']);
    await persistence.queueForSessions(message('between', 'N2'), 'sender');
    expect((await queueOf(persistence, 'c')).at(-1)).toBe('N2');
    await persistence.destroy();
    expect(readdirSync(dataDir).sort()).toEqual(['broker.imported', 'broker.imported-2', 'sessions']);
  });

  it('a rewrite of all records keeps what is known of earlier imports', async () => {
    await firstLife();
    let isFailing = false;
    const wrap: Wrap = (records) => ({
      ...wrapped(records),
      write: (changes, sync) => (isFailing ? Promise.reject(new Error('EIO')) : records.write(changes, sync)),
    });
    const persistence = await upgraded(2_000, wrap);
    await deliver(persistence, 'c');
    isFailing = true;
    await expect(persistence.retain(message('x', '1'), true)).rejects.toThrow('EIO');
    isFailing = false;
    await persistence.retain(message('x', '2'), true);
    await persistence.destroy();
    giveBack();
    const again = await upgraded(4_000);
    expect(await queueOf(again, 'c')).toEqual(['A2', 'A3']);
    await again.destroy();
  });

  it('QoS 2: ids of the newer session count, and an id in use in both is used once', async () => {
    await changeLevel(folder(), {
      ...sessionOf('new', 1_000, 't'),
      ...release('new', 1, 7),
      ...queued('new', 2, 'A1', { messageId: 8 }),
      ...incoming('new', 5),
      ...sessionOf('old', 9_000, 't'),
      ...release('old', 3, 7),
      ...queued('old', 4, 'A2', { messageId: 8 }),
      ...incoming('old', 5),
    });
    const first = await upgraded(2_000);
    expect(await queueOf(first, 'new')).toEqual(['release 7', 'A1 as 8']);
    await first.destroy();
    await changeLevel(folder(), {
      ...sessionOf('new', 3_000, 't'),
      ...queued('new', 1, 'B1', { messageId: 7 }),
      ...queued('new', 2, 'B2', { messageId: 8 }),
      ...release('new', 3, 9),
      ...incoming('new', 6),
      ...sessionOf('old', 3_000, 't'),
      ...queued('old', 1, 'B3', { messageId: 7 }),
      ...release('old', 2, 8),
      ...incoming('old', 6),
    });
    const persistence = await upgraded(4_000);
    expect(await queueOf(persistence, 'new')).toEqual(['A1', 'B1 as 7', 'B2 as 8', 'release 9']);
    expect(await queueOf(persistence, 'old')).toEqual(['release 7', 'A2 as 8', 'B3']);
    const known = (id: string) => [5, 6].filter((one) => persistence.incoming.isReceived({ id }, one));
    expect([known('new'), known('old')]).toEqual([[6], [5]]);
    await persistence.destroy();
  });

  it('a session that now belongs to another user does not get the messages of the earlier one', async () => {
    await changeLevel(folder(), {
      ...sessionOf('c', 1_000, 't', 'alice'),
      ...queued('c', 1, 'A1'),
      ...sessionOf('d', 9_000, 't', 'bob'),
      ...queued('d', 2, 'A2'),
    });
    await (await upgraded(2_000)).destroy();
    await changeLevel(folder(), {
      ...sessionOf('c', 3_000, 't', 'bob'),
      ...queued('c', 1, 'B1'),
      ...sessionOf('d', 3_000, 't', 'alice'),
      ...queued('d', 2, 'B2'),
    });
    const persistence = await upgraded(4_000);
    expect(await queueOf(persistence, 'c')).toEqual(['B1']);
    expect(await queueOf(persistence, 'd')).toEqual(['A2']);
    expect(persistence.sessions.ownerOf('c')).toBe('bob');
    await persistence.destroy();
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'an import that ends after %i changes is done again with the same result',
    async (kept) => {
      await firstLife();
      await between();
      giveBack();
      await secondLife();
      let left = kept;
      const ending: Wrap = (records) => ({
        ...wrapped(records),
        async write(changes, sync) {
          const written = changes.slice(0, left);
          left -= written.length;
          await records.write(written, sync);
          if (written.length < changes.length) throw new Error('ended');
        },
      });
      await expect(upgraded(4_000, ending)).rejects.toThrow('ended');
      const persistence = await upgraded(5_000);
      expect(await queueOf(persistence, 'c')).toEqual(['A3', 'N1', 'B1']);
      expect(await retained(persistence)).toEqual(['both=between', 'old=first', 'second=second']);
      await persistence.destroy();
    },
  );
});

function wrapped(records: Records): Records {
  return {
    keys: () => records.keys(),
    entries: () => records.entries(),
    get: (key) => records.get(key),
    write: (changes, sync) => records.write(changes, sync),
    stop: () => records.stop(),
  };
}
