import { createHash } from 'node:crypto';
import type { PublishPacket } from './persistence.ts';
import { type DecodedRecord, encodeRecord, type StoreOperation } from './store.ts';

interface Received {
  packet: PublishPacket;
  /** Digest of topic and payload; null where an earlier version did not keep it. */
  content: string | null;
  /** It is on disk too. */
  kept: boolean;
}

/** QoS 2 messages that were received and are not released yet (PUBREL): a second copy of one must not count. */
export class Incoming {
  private readonly byClient = new Map<string, Map<number, Received>>();
  private readonly writeLater: (operations: StoreOperation[]) => Promise<void>;

  constructor(writeLater: (operations: StoreOperation[]) => Promise<void>) {
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

  /** `keep`: the client has a session, so that this must outlive the process. Resolves when it is written. */
  async note(clientId: string, packet: PublishPacket, keep: boolean): Promise<void> {
    const messageId = packet.messageId ?? 0;
    const content = digestOf(packet);
    // Only that it was received matters here: its content has gone where it should.
    this.put(clientId, messageId, { packet: { ...packet, payload: Buffer.alloc(0) }, content, kept: keep });
    if (!keep) return;
    const value = encodeRecord({ clientId, messageId, content });
    await this.writeLater([{ type: 'put', key: incomingKey(clientId, messageId), value }]);
  }

  private put(clientId: string, messageId: number, received: Received): void {
    const packets = this.byClient.get(clientId) ?? new Map<number, Received>();
    packets.set(messageId, received);
    this.byClient.set(clientId, packets);
  }

  get(clientId: string, messageId: number): PublishPacket | undefined {
    return this.byClient.get(clientId)?.get(messageId)?.packet;
  }

  /** Another message under a number that waits for its release comes from a client that has lost its side of the session. */
  isKnown(clientId: string, messageId: number, packet: PublishPacket): boolean {
    const received = this.byClient.get(clientId)?.get(messageId);
    return received !== undefined && (received.content === null || received.content === digestOf(packet));
  }

  forget(clientId: string, messageId: number): void {
    const packets = this.byClient.get(clientId);
    if (!packets?.delete(messageId)) return;
    if (packets.size === 0) this.byClient.delete(clientId);
    this.writeLater([{ type: 'del', key: incomingKey(clientId, messageId) }]);
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
