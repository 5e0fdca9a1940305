import { expect, it } from 'vitest';
import { nextTurn } from '../../../../../shared/runtime/clock.ts';
import type { QueuedPacket } from '../../packet.ts';
import { RetainedDelivery } from './retained-delivery.ts';

/** A client with a kept session, and what was sent to it and queued for it. */
function clientOf(roomFor = 1_000) {
  const sent: string[] = [];
  const queued: string[] = [];
  const client = {
    id: 'c',
    closed: false,
    broker: { clients: {} },
    deliverQoS(packet: QueuedPacket, done: () => void) {
      sent.push(packet.topic!);
      done();
    },
  };
  const sessions = {
    matching: () => [{ clientId: 'c' }],
    enqueueRetained(_: string, packet: QueuedPacket) {
      if (queued.length >= roomFor) return null;
      packet.brokerCounter = queued.push(packet.topic!);
      return Promise.resolve();
    },
  };
  const delivery = new RetainedDelivery(client, sessions, () => 1);
  /** Hands over the messages of one SUBSCRIBE as Aedes does, each when the one before is done. */
  const bring = async (name: string, count: number) => {
    for (let i = 0; i < count; i++)
      await new Promise<void>((resolve) =>
        client.deliverQoS(
          { cmd: 'publish', topic: `${name}${i}`, payload: Buffer.alloc(10), qos: 1, retain: true },
          resolve,
        ),
      );
  };
  return { client, delivery, sent, queued, bring };
}

it('has no more than 64 under way, and goes on with those of all SUBSCRIBE as they are acknowledged', async () => {
  const { delivery, sent, bring } = clientOf();
  const all = Promise.all([bring('a', 100), bring('b', 100)]);
  let acknowledged = 0;
  for (; acknowledged < 200; acknowledged++) {
    while (sent.length <= acknowledged) await nextTurn();
    expect(sent.length - acknowledged).toBeLessThanOrEqual(65); // two may pass the check together
    delivery.acknowledged(acknowledged + 1);
  }
  await all;
  expect(sent.length).toBe(200);
});

it('queues the rest when the connection closes, and sends without queueing where there is no room', async () => {
  const { client, delivery, sent, queued, bring } = clientOf(70);
  const all = bring('a', 100);
  while (sent.length < 64) await nextTurn();
  client.closed = true;
  delivery.goOn();
  await all;
  expect([sent.length, queued.length]).toEqual([64, 70]);
  const full = clientOf(0);
  await full.bring('a', 3);
  expect(full.sent).toEqual(['a0', 'a1', 'a2']);
});
