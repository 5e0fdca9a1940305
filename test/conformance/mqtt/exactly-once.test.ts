/** QoS 2 to kept sessions (chapters 4.3.3 and 4.4): a receiver that follows the specification, whose connection is cut anywhere. */
import { afterEach, describe, expect, vi } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { rule, siteOfTests } from './rules.ts';
import {
  type ConnectFields,
  connectPacket,
  packet,
  publishPacket,
  type Received,
  sessionExpiry,
  subscribePacket,
  until,
  type Version,
  type Wire,
} from './wire.ts';

const site = siteOfTests({ queueMessagesMax: 10_000 });

const lasting = (version: Version, id: string) => ({
  ...{ id, user: 'operator', password: 'secret2', clean: false },
  ...(version === 5 && { properties: sessionExpiry(600) }),
});

/** A subscriber with its state over connections: the messages that it took, and the packet ids that were not released to it yet. */
class Receiver {
  readonly got: number[] = [];
  wire!: Wire;
  private readonly held = new Set<number>();
  private readonly version: Version;
  private readonly fields: ConnectFields;
  private handled = 0;

  constructor(version: Version, fields: ConnectFields) {
    this.version = version;
    this.fields = fields;
  }

  async connect(): Promise<void> {
    this.wire = await site.open();
    this.handled = 0;
    this.wire.send(connectPacket(this.version, this.fields));
    const [connack] = await this.wire.got(2);
    if (connack!.body[0] === 0) this.held.clear();
  }

  async subscribe(topic: string): Promise<void> {
    this.wire.send(subscribePacket(this.version, 1, [[topic, 2]]));
    await this.wire.got(9);
  }

  /** Handles the next packets, at least one, and does not send all that it should: the connection could have ended before. */
  async answer(count: number, sends: { received: boolean; complete: boolean }): Promise<void> {
    const { wire } = this;
    await until(() => expect(wire.received.length).toBeGreaterThan(this.handled));
    for (const each of wire.received.slice(this.handled, this.handled + 1 + count)) {
      this.handled += 1;
      if (each.type === 3) this.take(each, sends.received);
      if (each.type !== 6) continue;
      this.held.delete(each.body.readUInt16BE(0));
      if (sends.complete) wire.send(packet(0x70, each.body.subarray(0, 2)));
    }
  }

  /** Answers everything until this many messages were taken and all are released. */
  async answerAll(count: number): Promise<void> {
    while (this.got.length < count || this.held.size > 0)
      await this.answer(1_000, { received: true, complete: true });
  }

  private take({ body }: Received, answers: boolean): void {
    const at = 2 + body.readUInt16BE(0);
    const id = body.readUInt16BE(at);
    const payload = body.subarray(at + (this.version === 5 ? 3 : 2));
    if (!this.held.has(id)) this.got.push(Number(payload.toString()));
    this.held.add(id);
    if (answers) this.wire.send(packet(0x50, body.subarray(at, at + 2)));
  }
}

describe('QoS 2 to a kept session', () => {
  afterEach(() => vi.restoreAllMocks());

  rule(
    '3.1.1: 2.3.1-4, 4.4.0-1; 5: 2.2.1-4, 4.4.0-1',
    'each message comes once, wherever the connection is cut, also if all connections begin with one packet id',
    async (version) => {
      vi.spyOn(Math, 'random').mockReturnValue(0.5); // Aedes takes the first packet id of a connection from it
      const random = seededRandom(7);
      const [topic, id] = [site.name(), site.name()];
      const receiver = new Receiver(version, lasting(version, id));
      await receiver.connect();
      await receiver.subscribe(topic);
      const sender = await site.connected(version);
      let sent = 0;
      for (let round = 1; round <= 10; round++) {
        for (let count = 0; count < 30; count++) {
          sent += 1;
          sender.send(publishPacket(version, topic, `${sent}`, { qos: 2, id: sent }));
        }
        await sender.got(5, sent);
        const answered = { received: random.next() < 0.7, complete: random.next() < 0.7 };
        await receiver.answer(Math.floor(random.next() * 45), answered);
        await site.gone(receiver.wire);
        await receiver.connect();
      }
      const all = Array.from({ length: sent }, (_, i) => i + 1);
      await receiver.answerAll(sent);
      expect(receiver.got).toEqual(all);
    },
  );

  rule(
    '3.1.1: 4.4.0-1; 5: 4.4.0-1',
    'retained messages that SUBSCRIBE has brought, and were not acknowledged, are sent again too',
    async (version) => {
      const [id, topic] = [site.name(), site.name()];
      const sender = await site.connected(version);
      for (const qos of [1, 2] as const) {
        sender.send(publishPacket(version, `${topic}/${qos}`, `q${qos}`, { qos, id: qos, retain: true }));
        await sender.got(qos === 1 ? 4 : 5);
      }
      const before = await site.connected(version, lasting(version, id));
      before.send(subscribePacket(version, 1, [[`${topic}/+`, 2]]));
      await before.got(3, 2);
      const [first, second] = before.messages(version);
      before.send(packet(0x40, [first!.id! >> 8, first!.id! & 255]));
      before.send(packet(0xc0));
      await before.got(13);
      await site.gone(before);
      const after = await site.connected(version, lasting(version, id));
      await after.got(3);
      expect(first).toMatchObject({ payload: 'q1', retain: true, dup: false });
      expect(after.messages(version)).toEqual([{ ...second, dup: true }]);
      after.send(packet(0x50, [second!.id! >> 8, second!.id! & 255]));
      await after.got(6);
      after.send(packet(0x70, [second!.id! >> 8, second!.id! & 255]));
      after.send(packet(0xc0));
      await after.got(13);
      await site.gone(after);
      const last = await site.connected(version, lasting(version, id));
      last.send(packet(0xc0));
      await last.got(13);
      expect(last.of(3)).toEqual([]);
    },
  );

  rule(
    '3.1.1: 4.4.0-1; 5: 4.4.0-1',
    'so does each of many retained messages, however often the connection is cut while they come',
    async (version) => {
      const random = seededRandom(11);
      const [topic, id] = [site.name(), site.name()];
      const count = 300;
      const sender = await site.connected(version);
      for (let n = 1; n <= count; n++)
        sender.send(publishPacket(version, `${topic}/${n}`, `${n}`, { qos: 2, id: n, retain: true }));
      await sender.got(5, count);
      const receiver = new Receiver(version, lasting(version, id));
      await receiver.connect();
      await receiver.subscribe(`${topic}/+`);
      for (let round = 1; round <= 5; round++) {
        const answered = { received: random.next() < 0.7, complete: random.next() < 0.7 };
        await receiver.answer(Math.floor(random.next() * 45), answered);
        await site.gone(receiver.wire);
        await receiver.connect();
      }
      await receiver.answerAll(count);
      expect(receiver.got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      await until(() => expect(site.broker.broker.stats().queue.bytes).toBe(0));
    },
  );
});
