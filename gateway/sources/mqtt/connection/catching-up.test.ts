import { expect, it } from 'vitest';
import { OutgoingWindow, type QosClient } from '../mqtt5/outgoing.ts';
import type { QueuedPacket } from '../packet.ts';
import { CatchingUp } from './catching-up.ts';

const message = (payload: string, brokerCounter: number): QueuedPacket => ({
  ...{ cmd: 'publish', topic: 't', qos: 1, payload: Buffer.from(payload) },
  ...{ brokerId: 'b', brokerCounter },
});

it('what comes live waits for the queue, in which it is, and comes once', async () => {
  const sent: string[] = [];
  const client: QosClient & { closed: boolean } = {
    closed: false,
    receiveMaximum: 1,
    duplicates: {},
    deliverQoS(packet, done) {
      if (window.admits(packet)) sent.push(`${packet.payload}`);
      done();
    },
  };
  const window = new OutgoingWindow(client, () => sent.push('overflow'));
  const catchingUp = new CatchingUp(client, window);
  const queue = [message('a', 1), message('b', 2)];
  const live = (packet: QueuedPacket) => client.deliverQoS(packet, () => undefined);
  const sending = (async () => {
    for await (const packet of catchingUp.from(queue)!) {
      expect(catchingUp.isOfQueue(packet)).toBe(true);
      catchingUp.writes({ ...packet, messageId: 7 });
      if (window.admits(packet)) sent.push(`${packet.payload}`);
    }
  })();
  await expect.poll(() => sent).toEqual(['a']);
  const [c, d, e] = [message('c', 3), message('d', 4), message('e', 5)];
  for (const packet of [c, d]) {
    queue.push(packet);
    live(packet);
  }
  expect(sent).toEqual(['a']);
  for (const upTo of ['ab', 'abc', 'abcd']) {
    window.acknowledged();
    await expect.poll(() => sent.join('')).toBe(upTo);
  }
  await sending;
  live(d); // of another subscription, or late
  live(e);
  window.acknowledged();
  await expect.poll(() => sent.join('')).toBe('abcde');
});

it('ends when the connection does, and lets everything through where nothing is queued', async () => {
  const sent: string[] = [];
  const newClient = () => ({
    closed: false,
    deliverQoS({ payload }: QueuedPacket, done: () => void) {
      sent.push(`${payload}`);
      done();
    },
  });
  const client = newClient();
  const gone = new CatchingUp(client);
  const sending = (async () => {
    for await (const packet of gone.from([message('a', 1), message('b', 2)])!) sent.push(`${packet.payload}`);
  })();
  await expect.poll(() => sent).toEqual(['a']);
  client.closed = true;
  gone.close();
  await sending;
  expect(sent).toEqual(['a']);
  const back = newClient();
  expect(new CatchingUp(back).from(null)).toBe(null);
  back.deliverQoS(message('c', 3), () => undefined);
  expect(sent).toEqual(['a', 'c']);
});
