/**
 * Unreleased messages: QoS 2 messages from their PUBLISH to their PUBREL, so that copies of them are recognised.
 *
 * A copy has the session, the packet id and the content (topic and payload) of the message. The id alone proves nothing:
 * a device that has lost its state begins again at 1, and two devices with one client id each count for themselves. On
 * another connection a copy also has DUP [MQTT-3.3.1-1]; without it, the device has lost its state and sends a new
 * message. A message that is not a copy is a new one, and both are then known until the id is released. When in doubt a
 * message is taken for a new one: the identity of its readings may still tell, and what is stored twice is not lost.
 */
import { hash } from 'node:crypto';
import { type DecodedRecord, encodeRecord } from '../../../../shared/files/json/json-record.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { RecordChange } from '../../../ports/records.ts';
import type { PublishPacket } from '../packet.ts';
import type { Mirror } from './mirror.ts';
import { IncomingMessage, SessionMessages } from './session-messages.ts';

/**
 * Limits of messages that were sent and not released. Beyond `perConnection`, none is accepted; beyond `perSession`, which
 * counts earlier connections too, the oldest of those is forgotten. Clients without a window of their own send thousands
 * before their first release.
 */
const usual = { perConnection: 10_000, perSession: 20_000 };
/** The limits that apply while all sessions together have more than `totalMax` messages. */
const whenFull = { perConnection: 200, perSession: 1_000 };
const totalMax = 100_000;
/** Different messages under one packet id, which only devices that share a client id or begin anew have. */
const perIdMax = 200;
/** Time for which a message is known whose id was released by what may be another device. */
const leftMsMax = 60_000;
/** Stands for the connections of earlier processes. */
const earlierConnection = -1;

/** The part of Aedes' client that is needed here: a session that is not kept belongs to this object. */
export interface Publisher {
  id: string;
  clean?: boolean;
  connection?: { readonly number: number };
}

interface Deps extends Pick<Mirror, 'write' | 'writeLater'> {
  clock: Clock;
  /** True if two devices use this client id. */
  isShared(clientId: string): boolean;
}

export type Arrival = { message: IncomingMessage; isCopy: boolean } | 'too many';

export class UnreleasedMessages {
  private readonly kept = new Map<string, SessionMessages>();
  private readonly unkept = new WeakMap<Publisher, SessionMessages>();
  private readonly total = { messages: 0 };
  private readonly deps: Deps;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  load(key: string, { head: { clientId, messageId, content } }: DecodedRecord): boolean {
    if (!key.startsWith('i!') || typeof clientId !== 'string' || typeof messageId !== 'number') return false;
    const message = new IncomingMessage(
      messageId,
      typeof content === 'string' ? content : null,
      earlierConnection,
    );
    message.key = key;
    message.isReceived = true;
    this.keptOf(clientId).add(message);
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const [clientId, messages] of this.kept) {
      for (const message of messages.all())
        if (message.key !== null) yield [message.key, recordOf(clientId, message)];
    }
  }

  /** Tells whether the message is a copy of one that is known. If not, it is known from now on, but not received yet. */
  arrive(publisher: Publisher, packet: PublishPacket): Arrival {
    const messages = this.messagesOf(publisher);
    const content = digestOf(packet);
    const messageId = packet.messageId ?? 0;
    const connection = numberOf(publisher);
    messages.dropLeftBefore(messageId, this.deps.clock.monotonicMs() - leftMsMax);
    const equal = messages.find(messageId, content);
    if (equal && (packet.dup === true || equal.connection === connection)) {
      messages.move(equal, connection);
      equal.leftMs = null;
      return { message: equal, isCopy: true };
    }
    const { perConnection, perSession } = this.total.messages < totalMax ? usual : whenFull;
    if (messages.countOf(connection) >= perConnection || messages.countOfId(messageId) >= perIdMax)
      return 'too many';
    if (messages.size >= perSession) this.forget(messages, messages.oldestNotOf(connection));
    this.forget(messages, equal);
    const message = new IncomingMessage(messageId, content, connection);
    messages.add(message);
    return { message, isCopy: false };
  }

  /** Notes that a message is durable. Resolves when the record of it, if its session is kept, is written. */
  async receive(publisher: Publisher, message: IncomingMessage): Promise<void> {
    const messages = this.messagesOf(publisher);
    // It may have been forgotten meanwhile, with its session or for an equal one of a device that lost its state.
    if (publisher.clean !== true && messages.has(message)) {
      message.key = keyOf(publisher.id, message);
      await this.deps.writeLater([{ key: message.key, value: recordOf(publisher.id, message) }]);
    }
    message.settle(null);
  }

  /** Notes that a message could not be stored, so that it is accepted when it is sent again. */
  refuse(publisher: Publisher, message: IncomingMessage, error: Error): void {
    this.messagesOf(publisher).remove(message);
    message.settle(error);
  }

  isReceived(publisher: Publisher, messageId: number): boolean {
    return this.messagesOf(publisher).received(messageId).length > 0;
  }

  /**
   * Forgets the messages with this id whose PUBREC the client may have received, as it releases the id. Where two devices
   * share the session, a message of another connection may be of the other device, which may send it again: it stays
   * known for a while. Resolves when that is durable: after PUBCOMP the client may use the id for another message.
   * @throws HarbingerError BROKER_STORE_FAILED, and then nothing is released
   */
  async release(publisher: Publisher, messageId: number): Promise<void> {
    const messages = this.messagesOf(publisher);
    const released = messages.received(messageId).map((message) => ({ message, key: message.key }));
    const isShared = this.deps.isShared(publisher.id);
    for (const { message } of released) {
      message.key = null;
      if (isShared && message.connection !== numberOf(publisher))
        message.leftMs = this.deps.clock.monotonicMs();
      else messages.remove(message);
    }
    const deletions = released.flatMap(({ key }) => (key === null ? [] : [{ key, value: null }]));
    if (deletions.length === 0) return;
    try {
      await this.deps.write(deletions, true);
    } catch (error) {
      for (const { message, key } of released) {
        Object.assign(message, { key, leftMs: null });
        if (!messages.find(messageId, message.content)) messages.add(message);
      }
      throw error;
    }
  }

  /** Ends the session of a client that is not kept. */
  forgetUnkept(publisher: Publisher): void {
    this.unkept.get(publisher)?.clear();
    this.unkept.delete(publisher);
  }

  /** Forgets what was kept for a client. */
  forgetKept(clientId: string): void {
    const messages = this.kept.get(clientId);
    if (!messages) return;
    this.kept.delete(clientId);
    const deletions: RecordChange[] = [];
    for (const message of [...messages.all()]) {
      messages.remove(message);
      if (message.key !== null) deletions.push({ key: message.key, value: null });
    }
    if (deletions.length > 0) this.deps.writeLater(deletions);
  }

  private forget(messages: SessionMessages, message: IncomingMessage | undefined): void {
    if (!message) return;
    messages.remove(message);
    if (message.key !== null) this.deps.writeLater([{ key: message.key, value: null }]);
  }

  private messagesOf(publisher: Publisher): SessionMessages {
    if (publisher.clean !== true) return this.keptOf(publisher.id);
    let messages = this.unkept.get(publisher);
    if (!messages) {
      messages = new SessionMessages(this.total);
      this.unkept.set(publisher, messages);
    }
    return messages;
  }

  private keptOf(clientId: string): SessionMessages {
    let messages = this.kept.get(clientId);
    if (!messages) {
      messages = new SessionMessages(this.total);
      this.kept.set(clientId, messages);
    }
    return messages;
  }
}

function numberOf({ connection }: Publisher): number {
  return connection?.number ?? 0;
}

/** In one piece, because that takes a quarter of the time that several pieces take. */
function digestOf({ topic, payload }: PublishPacket): string {
  const topicBytes = Buffer.byteLength(topic);
  const content = Buffer.allocUnsafe(topicBytes + 1 + payload.length);
  content.write(topic);
  content[topicBytes] = 0;
  content.set(payload, topicBytes + 1);
  return hash('sha256', content, 'base64url').slice(0, 22);
}

function keyOf(clientId: string, { messageId, content }: IncomingMessage): string {
  return `i!${encodeURIComponent(clientId)}!${messageId}!${content}`;
}

function recordOf(clientId: string, { messageId, content }: IncomingMessage): Buffer {
  return encodeRecord({ clientId, messageId, content });
}
