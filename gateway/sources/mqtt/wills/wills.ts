import { type DecodedRecord, encodeRecord } from '../../../../shared/files/json-record.ts';
import type { RecordChange } from '../../../ports/records.ts';
import type { PublishPacket } from '../packet.ts';

/** The wills of connected clients. They are on disk too, so that they are published even after the gateway has failed. */
export class Wills {
  private readonly byClient = new Map<string, PublishPacket>();
  private readonly writeLater: (changes: RecordChange[]) => void;

  constructor(writeLater: (changes: RecordChange[]) => void) {
    this.writeLater = writeLater;
  }

  load(key: string, { head, body }: DecodedRecord): boolean {
    const { clientId, topic } = head;
    if (!key.startsWith('w!') || typeof clientId !== 'string' || typeof topic !== 'string') return false;
    this.byClient.set(clientId, { ...(head as unknown as PublishPacket), payload: body });
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const [clientId, { payload, ...head }] of this.byClient)
      yield [keyOf(clientId), encodeRecord(head, payload)];
  }

  put(clientId: string, packet: PublishPacket): void {
    const { payload, ...head } = packet;
    const kept = Buffer.from(payload);
    this.byClient.set(clientId, { ...head, payload: kept });
    this.writeLater([{ key: keyOf(clientId), value: encodeRecord(head, kept) }]);
  }

  get(clientId: string): PublishPacket | undefined {
    return this.byClient.get(clientId);
  }

  take(clientId: string): PublishPacket | undefined {
    const will = this.byClient.get(clientId);
    if (will && this.byClient.delete(clientId)) this.writeLater([{ key: keyOf(clientId), value: null }]);
    return will;
  }

  all(): PublishPacket[] {
    return [...this.byClient.values()];
  }
}

function keyOf(clientId: string): string {
  return `w!${encodeURIComponent(clientId)}`;
}
