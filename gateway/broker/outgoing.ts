/** What waits for one client until it acknowledges it: messages, and QoS 2 releases. */
export interface QueuedPacket {
  cmd: string;
  topic?: string;
  payload?: Buffer;
  qos?: 0 | 1 | 2;
  retain?: boolean;
  dup?: boolean;
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number | undefined;
}

export interface QueueEntry {
  /** Order of arrival over all queues; part of the key on disk. */
  readonly seq: number;
  /** The broker's own name of the message. */
  readonly name: string;
  readonly bytes: number;
  messageId: number | undefined;
  packet: QueuedPacket;
}

/** One client's queue, found by arrival, by the broker's name of a message, and by MQTT message id. */
export class OutgoingQueue {
  readonly entries = new Map<number, QueueEntry>();
  private readonly byName = new Map<string, QueueEntry>();
  private readonly byMessageId = new Map<number, QueueEntry>();

  /** Null if the message is queued already (two of the client's subscriptions match it). */
  add(seq: number, packet: QueuedPacket): QueueEntry | null {
    const name = nameOf(packet);
    if (this.byName.has(name)) return null;
    const entry = { seq, name, bytes: packet.payload?.length ?? 0, messageId: packet.messageId, packet };
    this.entries.set(seq, entry);
    this.byName.set(name, entry);
    if (entry.messageId !== undefined) this.byMessageId.set(entry.messageId, entry);
    return entry;
  }

  oldest(): QueueEntry | undefined {
    return this.entries.values().next().value;
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

  /** A message got its id; or, without a broker's name, the message with that id became a release. */
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

function nameOf({ brokerId, brokerCounter }: QueuedPacket): string {
  return `${brokerId}:${brokerCounter}`;
}
