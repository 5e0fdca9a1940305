import { propertyBytes } from '../mqtt5/message-properties.ts';
import type { QueuedPacket } from '../packet.ts';

export interface QueueEntry {
  /** Order of arrival across all queues; part of the key on disk. */
  readonly seq: number;
  /** The identity that the broker gave the message. */
  readonly name: string;
  readonly bytes: number;
  messageId: number | undefined;
  packet: QueuedPacket;
}

/** The part of Aedes' client that gives packet ids. */
export interface NumberedClient {
  _nextId: number;
}

const messageIdMax = 65_535;

/** One client's queue, indexed by order of arrival, by the broker's name of a message, and by MQTT message id. */
export class OutgoingQueue {
  readonly entries = new Map<number, QueueEntry>();
  private readonly byName = new Map<string, QueueEntry>();
  private readonly byMessageId = new Map<number, QueueEntry>();
  private nextMessageId: number | null = null;

  /** Null if the message is queued already, because two of the client's subscriptions match it. */
  add(seq: number, packet: QueuedPacket): QueueEntry | null {
    const name = nameOf(packet);
    if (this.byName.has(name)) return null;
    const entry = { seq, name, bytes: bytesOf(packet), messageId: packet.messageId, packet };
    this.entries.set(seq, entry);
    this.byName.set(name, entry);
    if (entry.messageId !== undefined) this.byMessageId.set(entry.messageId, entry);
    return entry;
  }

  /**
   * Yields copies of all in order, with those that are added until they end.
   * @param marked whether those that were sent before are to have DUP [MQTT-3.3.1-1]
   */
  *packets(marked: boolean): Generator<QueuedPacket> {
    for (const { packet, messageId } of this.entries.values())
      yield marked && packet.cmd === 'publish' && messageId !== undefined
        ? { ...packet, dup: true }
        : { ...packet };
  }

  /**
   * The oldest message, or if there is none, the oldest release: a client whose release is forgotten takes the next message with
   * that packet id for a copy of the one that it has.
   */
  oldest(): QueueEntry | undefined {
    for (const entry of this.entries.values()) if (entry.packet.cmd === 'publish') return entry;
    return this.entries.values().next().value;
  }

  /**
   * Gives a client's new messages packet ids that no message under way to it has. Aedes begins anywhere on each connection, so that
   * two messages could have one id after a reconnect: the client takes the second for a copy of the first [MQTT-2.3.1-2].
   */
  number(client: NumberedClient): void {
    this.nextMessageId ??= client._nextId;
    Object.defineProperty(client, '_nextId', {
      get: () => this.freeMessageId(),
      set: (id: number) => {
        this.nextMessageId = id;
      },
    });
  }

  private freeMessageId(): number {
    let id = this.nextMessageId ?? 1;
    for (let tried = 0; tried < messageIdMax && this.byMessageId.has(id); tried++)
      id = id >= messageIdMax ? 1 : id + 1;
    this.nextMessageId = id;
    return id;
  }

  withMessageId(messageId: number | undefined): QueueEntry | undefined {
    return messageId === undefined ? undefined : this.byMessageId.get(messageId);
  }

  remove(entry: QueueEntry): void {
    this.entries.delete(entry.seq);
    this.byName.delete(entry.name);
    if (entry.messageId !== undefined && this.byMessageId.get(entry.messageId) === entry) {
      this.byMessageId.delete(entry.messageId);
    }
  }

  /**
   * Records the message id that a message was sent with; or, if `packet` has no broker's name, that the message with its
   * id has become a release.
   */
  update(packet: QueuedPacket): QueueEntry | undefined {
    if (packet.brokerId === undefined) {
      const entry = this.withMessageId(packet.messageId);
      if (entry) entry.packet = packet;
      return entry;
    }
    const entry = this.byName.get(nameOf(packet));
    if (entry && packet.messageId !== undefined) {
      entry.packet.messageId = packet.messageId;
      entry.messageId = packet.messageId;
      this.byMessageId.set(packet.messageId, entry);
    }
    return entry;
  }
}

export function bytesOf(packet: QueuedPacket): number {
  const { topic = '', payload } = packet;
  return topic.length + (payload?.length ?? 0) + propertyBytes(packet);
}

/** A release that an earlier process left on disk has only its message id. */
function nameOf({ brokerId, brokerCounter, messageId }: QueuedPacket): string {
  return brokerId === undefined ? `release ${messageId}` : `${brokerId}:${brokerCounter}`;
}
