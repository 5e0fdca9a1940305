import { deepEqual, equal, notEqual, ok } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseFilter } from '../../../../shared/mqtt/topic-filter.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import type { PersistenceLimits } from '../config.ts';
import type { PublishPacket, QueuedPacket } from '../packet.ts';
import { Interest } from './interest.ts';
import type { SubscriptionRecord } from './kept-subscriptions.ts';
import { FailingDisk, openTestSessions } from './opened.testing.ts';
import { BrokerPersistence } from './persistence.ts';
import type { ClientRef } from './sessions.ts';

const roomy: PersistenceLimits = {
  retainedMessagesMax: 10_000,
  retainedBytesMax: 1e8,
  sessionsMax: 1_000,
  sessionExpiryHours: 168,
  queueMessagesMax: 1_000,
  queueBytesMax: 1e8,
  willBytesMax: 1e7,
};

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-persistence-'));
  folders.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function open(folder: string, limits: Partial<PersistenceLimits> = {}, disk = new FailingDisk()) {
  const interest = new Interest([parseFilter('telemetry/#')!]);
  const opened = await openTestSessions(folder, { disk });
  const takeovers = { isShared: () => false };
  const deps = { interest, clock: systemClock, log: silentLog, takeovers };
  const persistence = new Conforming(opened, deps, { ...roomy, ...limits });
  await persistence.setup({ id: 'broker-42', counter: 0 });
  return { persistence, interest, records: opened.records };
}

/** Opens sessions itself, which admission does in the broker, and which the conformance suite does not expect. */
class Conforming extends BrokerPersistence {
  override async addSubscriptions(client: ClientRef, subscriptions: SubscriptionRecord[]) {
    this.sessions.open(client.id, 'user');
    await super.addSubscriptions(client, [...subscriptions]);
  }
  override streamWill(brokers: Record<string, unknown> = {}) {
    return Readable.from(this.wills.all().filter((will) => !brokers[will.brokerId ?? '']));
  }
  override async outgoingEnqueue(subscription: { clientId: string }, packet: QueuedPacket) {
    this.sessions.open(subscription.clientId, 'user');
    await super.outgoingEnqueue(subscription, packet);
  }
  override async outgoingEnqueueCombi(subscriptions: { clientId: string }[], packet: QueuedPacket) {
    for (const subscription of subscriptions) await this.outgoingEnqueue(subscription, packet);
  }
}

describe("aedes-persistence's conformance suite", () => {
  /** Tests that are not run, because the behaviour differs on purpose. */
  const left: Record<string, string> = {
    'add outgoing packet as a string and stream': 'payloads are bytes here, as they are on the wire',
    'add incoming packet, get it, and clear with messageId':
      'the payload of a received QoS 2 message is not kept: it is stored elsewhere by then',
  };
  const suite = createRequire(import.meta.url)('aedes-persistence/abstract.js') as (options: object) => void;
  suite({
    testAsync: true,
    test: (name: string, body: (context: object) => Promise<void>) => {
      if (!left[name])
        it(name, () => body({ plan() {}, diagnostic() {}, assert: { equal, deepEqual, notEqual, ok } }));
    },
    persistence: async () => (await open(newFolder())).persistence,
  });
});

const message = (topic: string, payload: string | Buffer, counter = 1): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(payload),
  qos: 1,
  retain: false,
  brokerId: 'broker-42',
  brokerCounter: counter,
});

describe('persistence', () => {
  it('restores sessions, queues, retained messages, wills and QoS 2 ids after a restart', async () => {
    const folder = newFolder();
    const first = await open(folder);
    const client = { id: 'a/b ü' };
    await first.persistence.addSubscriptions(client, [
      { topic: 'telemetry/+/x', qos: 1 },
      { topic: 'other', qos: 0 },
    ]);
    for (let i = 1; i <= 12; i++)
      await first.persistence.outgoingEnqueue({ clientId: client.id }, message('t', `m${i}`, i));
    await first.persistence.outgoingUpdate(client, { ...message('t', '', 3), messageId: 77 });
    expect(
      (await first.persistence.outgoingClearMessageId(client, { messageId: 77 }))?.payload?.toString(),
    ).toBe('m3');
    await first.persistence.retain(message('r', 'kept'), true);
    await first.persistence.incomingStorePacket(client, { ...message('t', 'x'), messageId: 5 });
    await first.persistence.putWill(client, message('w', 'gone'));
    await first.persistence.destroy();

    const { persistence, interest } = await open(folder);
    expect(await persistence.subscriptionsByClient(client)).toEqual([
      { topic: 'telemetry/+/x', qos: 1 },
      { topic: 'other', qos: 0 },
    ]);
    expect(interest.wants('telemetry/m/x')).toBe(true);
    expect(interest.wants('telemetry/m/y')).toBe(false);
    const queued = await persistence.outgoingStream(client).toArray();
    expect(queued.map(({ payload }) => String(payload))).toEqual([
      'm1',
      'm2',
      'm4',
      'm5',
      'm6',
      'm7',
      'm8',
      'm9',
      'm10',
      'm11',
      'm12',
    ]);
    expect(
      (await persistence.createRetainedStream('#').toArray()).map(({ payload }) => String(payload)),
    ).toEqual(['kept']);
    const resent = { ...message('t', 'x'), qos: 2, messageId: 5, dup: true } as const;
    expect(persistence.incoming.arrive(client, resent)).toMatchObject({ isCopy: true });
    const other = { ...resent, payload: Buffer.from('another') };
    expect(persistence.incoming.arrive(client, other)).toMatchObject({ isCopy: false });
    expect(String((await persistence.getWill(client))?.payload)).toBe('gone');
    expect(persistence.sessions.open(client.id, 'somebody else')).toBe('other-user');
    await persistence.destroy();
  });

  it('restores every release of a QoS 2 message that was sent', async () => {
    const folder = newFolder();
    const first = await open(folder);
    const client = { id: 'c' };
    for (const counter of [1, 2]) {
      const packet = { ...message('t', `m${counter}`, counter), qos: 2 as const };
      await first.persistence.outgoingEnqueue({ clientId: 'c' }, packet);
      await first.persistence.outgoingUpdate(client, { ...packet, messageId: 70 + counter });
      await first.persistence.outgoingUpdate(client, { cmd: 'pubrel', messageId: 70 + counter });
    }
    await first.persistence.destroy();
    const { persistence } = await open(folder);
    const queued = await persistence.outgoingStream(client).toArray();
    expect(queued.map(({ cmd, messageId }) => [cmd, messageId])).toEqual([
      ['pubrel', 71],
      ['pubrel', 72],
    ]);
    for (const messageId of [71, 72]) await persistence.outgoingClearMessageId(client, { messageId });
    await persistence.destroy();
    const { persistence: again } = await open(folder);
    expect(await again.outgoingStream(client).toArray()).toEqual([]);
    await again.destroy();
  });

  it('writes the changes of a failing disk when it has recovered', async () => {
    const folder = newFolder();
    const disk = new FailingDisk();
    const { persistence, records } = await open(folder, {}, disk);
    const client = { id: 'c' };
    await persistence.addSubscriptions(client, [{ topic: 'a', qos: 1 }]);
    await persistence.putWill(client, message('w', 'gone'));
    disk.isFailing = true;
    await persistence.outgoingEnqueue({ clientId: 'c' }, message('t', 'queued'));
    await persistence.incomingStorePacket(client, { ...message('t', 'x'), messageId: 5 });
    await persistence.delWill(client);
    expect(persistence.writeFailures).toBeGreaterThan(0);
    disk.isFailing = false;
    await vi.waitFor(
      () => expect([...records.keys()].some((key) => key.startsWith('i!c!5'))).toBe(true),
      20_000,
    );
    await persistence.destroy();
    const { persistence: again } = await open(folder);
    expect(await again.subscriptionsByClient(client)).toEqual([{ topic: 'a', qos: 1 }]);
    const queued = await again.outgoingStream(client).toArray();
    expect(queued.map(({ payload }) => String(payload))).toEqual(['queued']);
    expect(again.incoming.isReceived({ id: 'c' }, 5)).toBe(true);
    expect(await again.getWill(client)).toBeUndefined();
    await again.destroy();
  });

  it('fails after it was closed, without reopening the records', async () => {
    const folder = newFolder();
    const { persistence } = await open(folder);
    await persistence.destroy();
    const setTimer = vi.spyOn(systemClock, 'setTimer');
    onTestFinished(() => setTimer.mockRestore());
    for (const failures of [1, 2]) {
      await persistence.putWill({ id: 'c' }, message('w', 'gone'));
      await vi.waitFor(() => expect(persistence.writeFailures).toBe(failures), 30_000);
    }
    expect(setTimer).not.toHaveBeenCalled();
    const { persistence: again } = await open(folder); // this would fail if the records were still open
    await again.destroy();
  });

  it('keeps both of two overlapping filters, in either order', async () => {
    const { persistence } = await open(newFolder());
    const client = { id: 'c' };
    await persistence.addSubscriptions(client, [{ topic: 'a/#', qos: 1 }]);
    await persistence.addSubscriptions(client, [{ topic: 'a/b', qos: 1 }]);
    await persistence.removeSubscriptions(client, ['a/#']);
    expect((await persistence.subscriptionsByTopic('a/b')).map(({ topic }) => topic)).toEqual(['a/b']);
    await persistence.destroy();
  });

  it('bounds a queue by messages and all queues by bytes: the oldest is dropped and counted', async () => {
    const folder = newFolder();
    const { persistence } = await open(folder, { queueMessagesMax: 3, queueBytesMax: 1_000 });
    for (let i = 1; i <= 5; i++)
      await persistence.outgoingEnqueue({ clientId: 'c' }, message('t', `m${i}`, i));
    const texts = async (id: string) =>
      (await persistence.outgoingStream({ id }).toArray()).map(({ payload }) => String(payload));
    expect(await texts('c')).toEqual(['m3', 'm4', 'm5']);
    expect(persistence.sessions.dropped).toBe(2);
    await persistence.outgoingEnqueue({ clientId: 'd' }, message('t', Buffer.alloc(998), 6));
    expect(persistence.sessions.queuedBytes).toBeLessThanOrEqual(1_000);
    expect(persistence.sessions.dropped).toBe(3);
    await persistence.destroy();
    // Messages dropped from memory are also deleted from the disk.
    const again = await open(folder);
    expect(again.persistence.sessions.queuedBytes).toBe(9);
    await again.persistence.destroy();
  });

  it('bounds retained messages; existing ones may still change and be removed', async () => {
    const { persistence } = await open(newFolder(), { retainedMessagesMax: 2, retainedBytesMax: 40 });
    const { retained } = persistence;
    for (const topic of ['a', 'b', 'c']) await persistence.retain(message(topic, 'x'), false);
    expect([retained.count, retained.refused]).toEqual([2, 1]);
    await persistence.retain(message('a', 'y'.repeat(60)), false);
    expect(retained.refused).toBe(2);
    await persistence.retain(message('a', 'y'.repeat(20)), false);
    await persistence.retain(message('b', ''), false);
    await persistence.retain(message('c', 'z'), false);
    expect([retained.count, retained.bytes]).toEqual([2, 1 + 20 + 1 + 1]);
    await persistence.destroy();
  });
});
