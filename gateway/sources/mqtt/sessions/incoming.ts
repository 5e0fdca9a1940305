import { createHash } from 'node:crypto';
import { type DecodedRecord, encodeRecord } from '../../../../shared/files/json-record.ts';
import type { RecordChange } from '../../../ports/records.ts';
import type { PublishPacket } from '../packet.ts';

interface Received {
  packet: PublishPacket;
  /** Digest of topic and payload; null if an earlier version of the gateway did not record it. */
  content: string | null;
  /** True if it is also on disk. */
  kept: boolean;
}

/** QoS 2 messages that were received and not released (PUBREL) yet, so that copies of them are recognised. */
export class Incoming {
  private readonly byClient = new Map<string, Map<number, Received>>();
  private readonly writeLater: (changes: RecordChange[]) => Promise<void>;

  constructor(writeLater: (changes: RecordChange[]) => Promise<void>) {
    this.writeLater = writeLater;
  }

  load(key: string, { head: { clientId, messageId, content } }: DecodedRecord): boolean {
    if (!key.startsWith('i!') || typeof clientId !== 'string' || typeof messageId !== 'number') return false;
    const packet = { cmd: 'publish', topic: '', payload: Buffer.alloc(0), qos: 2 } as const;
    const known = typeof content === 'string' ? content : null;
    this.put(clientId, messageId, { packet, content: known, kept: true });
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const [clientId, packets] of this.byClient) {
      for (const [messageId, { content, kept }] of packets)
        if (kept) yield [incomingKey(clientId, messageId), encodeRecord({ clientId, messageId, content })];
    }
  }

  /** `keep`: the client has a kept session, so the record must outlive the process. Resolves when it is written. */
  async note(clientId: string, packet: PublishPacket, keep: boolean): Promise<void> {
    const messageId = packet.messageId ?? 0;
    const content = digestOf(packet);
    // Aedes only asks whether the message was received, so its payload is not needed again.
    this.put(clientId, messageId, { packet: { ...packet, payload: Buffer.alloc(0) }, content, kept: keep });
    if (!keep) return;
    const value = encodeRecord({ clientId, messageId, content });
    await this.writeLater([{ key: incomingKey(clientId, messageId), value }]);
  }

  private put(clientId: string, messageId: number, received: Received): void {
    const packets = this.byClient.get(clientId) ?? new Map<number, Received>();
    packets.set(messageId, received);
    this.byClient.set(clientId, packets);
  }

  get(clientId: string, messageId: number): PublishPacket | undefined {
    return this.byClient.get(clientId)?.get(messageId)?.packet;
  }

  /**
   * Also false for another message with an unreleased id, as sent by a client that has lost its side of the session.
   */
  isKnown(clientId: string, messageId: number, packet: PublishPacket): boolean {
    const received = this.byClient.get(clientId)?.get(messageId);
    return received !== undefined && (received.content === null || received.content === digestOf(packet));
  }

  forget(clientId: string, messageId: number): void {
    const packets = this.byClient.get(clientId);
    if (!packets?.delete(messageId)) return;
    if (packets.size === 0) this.byClient.delete(clientId);
    this.writeLater([{ key: incomingKey(clientId, messageId), value: null }]);
  }

  forgetAll(clientId: string): void {
    for (const messageId of [...(this.byClient.get(clientId)?.keys() ?? [])])
      this.forget(clientId, messageId);
  }
}

function digestOf({ topic, payload }: PublishPacket): string {
  return createHash('sha256').update(`${topic}\0`).update(payload).digest('base64url').slice(0, 22);
}

function incomingKey(clientId: string, messageId: number): string {
  return `i!${encodeURIComponent(clientId)}!${messageId}`;
}
