/**
 * Wills (gateway/sources/mqtt/wills): the messages that clients leave for the case that their connection ends without DISCONNECT. They are on disk too,
 * so that they are published even if the gateway has failed. Sessions and queues are in `sessions`.
 */
import { Quotas } from '../../../../shared/bounds/quotas.ts';
import { type DecodedRecord, encodeRecord } from '../../../../shared/files/json/json-record.ts';
import type { RecordChange } from '../../../ports/records.ts';
import { readProperties, storedProperties } from '../mqtt5/message-properties.ts';
import type { PublishPacket } from '../packet.ts';

/** The connection on which a client has left its will. */
export interface WillOwner {
  readonly closed: boolean;
  readonly keepaliveMs: number;
}

/** A will that was left to an earlier process of the gateway. */
export interface LeftWill {
  packet: PublishPacket;
  /** The client's keep-alive; 0 if it had none, or if an earlier version did not record it. */
  keepaliveMs: number;
}

interface Will extends LeftWill {
  /** Null if it was left to an earlier process. */
  owner: WillOwner | null;
}

export class Wills {
  private readonly byClient = new Map<string, Will>();
  private readonly writeLater: (changes: RecordChange[]) => void;
  private readonly quotas: Quotas;
  private isFrozen = false;

  /** @param bytesMax how much the wills of one user may take who is alone */
  constructor(writeLater: (changes: RecordChange[]) => void, bytesMax: number) {
    this.writeLater = writeLater;
    this.quotas = new Quotas(bytesMax);
  }

  /** The bytes of all wills. */
  get bytes(): number {
    return this.quotas.total;
  }

  /** Whether this client of the user may leave this will, in place of one that it has left. */
  admits(clientId: string, user: string, packet: PublishPacket): boolean {
    const known = this.byClient.get(clientId);
    const more = bytesOf(packet) - (known ? bytesOf(known.packet) : 0);
    return more <= 0 || this.quotas.admits(user, more);
  }

  private set(clientId: string, will: Will): void {
    this.forget(clientId);
    this.byClient.set(clientId, will);
    this.quotas.add(ownerOf(will.packet), bytesOf(will.packet));
  }

  private forget(clientId: string): void {
    const known = this.byClient.get(clientId);
    if (!known) return;
    this.byClient.delete(clientId);
    this.quotas.remove(ownerOf(known.packet), bytesOf(known.packet));
  }

  load(key: string, { head: { keepaliveMs, ...head }, body }: DecodedRecord): boolean {
    const { clientId, topic } = head;
    if (!key.startsWith('w!') || typeof clientId !== 'string' || typeof topic !== 'string') return false;
    const packet = { ...(head as unknown as PublishPacket), payload: body, ...readProperties(head) };
    const known = typeof keepaliveMs === 'number' ? keepaliveMs : 0;
    this.set(clientId, { packet, keepaliveMs: known, owner: null });
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const [clientId, will] of this.byClient) yield [keyOf(clientId), recordOf(will)];
  }

  put(clientId: string, packet: PublishPacket, owner: WillOwner | null): void {
    const kept = { ...packet, payload: Buffer.from(packet.payload) };
    const will = { packet: kept, keepaliveMs: owner?.keepaliveMs ?? 0, owner };
    this.set(clientId, will);
    this.writeLater([{ key: keyOf(clientId), value: recordOf(will) }]);
  }

  get(clientId: string): PublishPacket | undefined {
    return this.byClient.get(clientId)?.packet;
  }

  take(clientId: string): PublishPacket | undefined {
    const will = this.byClient.get(clientId);
    if (!will || this.isFrozen) return undefined;
    this.forget(clientId);
    this.writeLater([{ key: keyOf(clientId), value: null }]);
    return will.packet;
  }

  /**
   * Takes the will at the end of a connection with this client id, unless another connection has left one since: that is
   * still open.
   */
  takeOfClosed(clientId: string): PublishPacket | undefined {
    return this.byClient.get(clientId)?.owner?.closed === false ? undefined : this.take(clientId);
  }

  /** Keeps all wills for the next process: this one closes the connections, and no client has failed. */
  freeze(): void {
    this.isFrozen = true;
  }

  all(): PublishPacket[] {
    return [...this.byClient.values()].map(({ packet }) => packet);
  }

  /** The wills that were left to an earlier process, by client. Those of clients that are back are not among them. */
  left(): ReadonlyMap<string, LeftWill> {
    return new Map([...this.byClient].filter(([, { owner }]) => owner === null));
  }
}

/** Its client and its record in memory beside what the client sent. */
const overheadBytes = 500;

function bytesOf({ topic, payload, properties }: PublishPacket): number {
  const more = properties ? JSON.stringify(properties).length : 0;
  return overheadBytes + topic.length + payload.length + more;
}

const ownerOf = ({ user }: PublishPacket): string => user ?? '';

function keyOf(clientId: string): string {
  return `w!${encodeURIComponent(clientId)}`;
}

function recordOf({ packet, keepaliveMs }: Will): Buffer {
  const { payload, properties: _, ...head } = packet;
  return encodeRecord({ ...head, ...storedProperties(packet), keepaliveMs }, payload);
}
