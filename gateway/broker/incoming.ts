import type { PublishPacket } from './persistence.ts';
import { type DecodedRecord, encodeRecord, type StoreOperation } from './store.ts';

/** QoS 2 messages that were received and are not released yet (PUBREL): a second copy of one must not count. */
export class Incoming {
  private readonly byClient = new Map<string, Map<number, PublishPacket>>();
  private readonly writeLater: (operations: StoreOperation[]) => void;

  constructor(writeLater: (operations: StoreOperation[]) => void) {
    this.writeLater = writeLater;
  }

  load(key: string, { head: { clientId, messageId } }: DecodedRecord): boolean {
    if (!key.startsWith('i!') || typeof clientId !== 'string' || typeof messageId !== 'number') return false;
    this.put(clientId, messageId, { cmd: 'publish', topic: '', payload: Buffer.alloc(0), qos: 2 });
    return true;
  }

  /** `keep`: the client has a session, so that this must outlive the process. */
  note(clientId: string, packet: PublishPacket, keep: boolean): void {
    const messageId = packet.messageId ?? 0;
    // Only that it was received matters here: its content has gone where it should.
    this.put(clientId, messageId, { ...packet, payload: Buffer.alloc(0) });
    if (!keep) return;
    this.writeLater([
      { type: 'put', key: incomingKey(clientId, messageId), value: encodeRecord({ clientId, messageId }) },
    ]);
  }

  private put(clientId: string, messageId: number, packet: PublishPacket): void {
    const packets = this.byClient.get(clientId) ?? new Map<number, PublishPacket>();
    packets.set(messageId, packet);
    this.byClient.set(clientId, packets);
  }

  get(clientId: string, messageId: number): PublishPacket | undefined {
    return this.byClient.get(clientId)?.get(messageId);
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

function incomingKey(clientId: string, messageId: number): string {
  return `i!${encodeURIComponent(clientId)}!${messageId}`;
}
