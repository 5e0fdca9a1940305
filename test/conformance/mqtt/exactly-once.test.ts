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
      const lasting = version === 5 ? { properties: sessionExpiry(100) } : {};
      const fields = { id, user: 'operator', password: 'secret2', clean: false, ...lasting };
      const receiver = new Receiver(version, fields);
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
});
