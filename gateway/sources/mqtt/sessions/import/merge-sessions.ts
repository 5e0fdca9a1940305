/**
 * Merges the sessions that version 0.1.0 wrote into existing ones. There are existing ones where the older version ran
 * again after an upgrade: a client may then have a session in both, and messages queued in both.
 *
 * - Of one client, the session that was seen last counts, with its subscriptions and its unreleased QoS 2 ids.
 * - Queued messages of both are kept; those of the older version get numbers above the existing ones. A message that was
 *   imported before is in the existing queue, or has left it because it was delivered; it is not queued again.
 * - Where the same folder was imported before and then used by the older version again, a message that has left its queue
 *   was delivered by that version, and leaves the existing queue too.
 * - Existing retained messages and wills are kept.
 */
import { decodeRecord } from '../../../../../shared/files/json/json-record.ts';
import type { RecordChange } from '../../../../ports/records.ts';
import type { QueuedPacket } from '../../packet.ts';
import { deleteQueued, putQueued, readQueued, readSession } from '../session-records.ts';

export type StoredRecord = readonly [key: string, value: Buffer];

export interface MergePlan {
  /** Existing messages have numbers up to this one; it is added to those of imported messages. */
  seqOffset: number;
  /** Ids of the broker processes whose messages were imported before. */
  knownBrokers: ReadonlySet<string>;
  /** True if the imported records are in the folder that was imported last. */
  isSameFolder: boolean;
}

export interface Merged {
  changes: RecordChange[];
  /** Ids of the broker processes that created the older version's queued messages. */
  brokers: Set<string>;
  /** Queued messages that were dropped because their client's session now belongs to another user. */
  ofOtherUsers: number;
}

interface Queued {
  clientId: string;
  seq: number;
  packet: QueuedPacket;
}

/** The records of one side, by kind. */
class Side {
  readonly sessions = new Map<string, { user: string; lastSeenMs: number; record: StoredRecord }>();
  readonly queued: Queued[] = [];
  /** Records of QoS 2 ids, by client. */
  readonly incoming = new Map<string, StoredRecord[]>();
  /** Retained messages and wills. */
  readonly others = new Map<string, Buffer>();

  constructor(records: Iterable<StoredRecord>) {
    for (const record of records) this.add(record);
  }

  private add(record: StoredRecord): void {
    const [key, value] = record;
    const decoded = decodeRecord(value);
    if (!decoded) return;
    const session = readSession(key, decoded);
    const queued = readQueued(key, decoded);
    const { clientId } = decoded.head;
    if (session) {
      const { user, lastSeenMs } = session.session;
      this.sessions.set(session.clientId, { user, lastSeenMs, record });
    } else if (queued) this.queued.push(queued);
    else if (key.startsWith('r!') || key.startsWith('w!')) this.others.set(key, value);
    else if (key.startsWith('i!') && typeof clientId === 'string')
      this.incoming.set(clientId, [...(this.incoming.get(clientId) ?? []), record]);
  }
}

/**
 * Returns the changes to the existing records. Repeated with the same plan after some of them were made, it has the same
 * result.
 */
export function mergeSessions(
  existing: readonly StoredRecord[],
  imported: readonly StoredRecord[],
  plan: MergePlan,
): Merged {
  const merge = new Merge(new Side(existing), new Side(imported), plan);
  merge.others();
  merge.sessions();
  merge.queues();
  return merge;
}

class Merge implements Merged {
  readonly changes: RecordChange[] = [];
  readonly brokers = new Set<string>();
  ofOtherUsers = 0;
  private readonly here: Side;
  private readonly old: Side;
  private readonly plan: MergePlan;
  /** Existing messages, without those that an interrupted import has added. */
  private readonly own: Queued[];

  constructor(here: Side, old: Side, plan: MergePlan) {
    this.here = here;
    this.old = old;
    this.plan = plan;
    this.own = here.queued.filter(({ seq }) => seq <= plan.seqOffset);
  }

  others(): void {
    for (const [key, value] of this.old.others)
      if (!this.here.others.has(key)) this.changes.push({ key, value });
  }

  sessions(): void {
    const { here, old, changes } = this;
    for (const clientId of new Set([...old.sessions.keys(), ...old.incoming.keys()])) {
      if (this.isNewerHere(clientId)) continue;
      const session = old.sessions.get(clientId);
      const user = here.sessions.get(clientId)?.user;
      if (user !== undefined && user !== session?.user) {
        const lost = this.own.filter((one) => one.clientId === clientId);
        changes.push(...lost.map(({ seq }) => deleteQueued(clientId, seq)));
        this.ofOtherUsers += lost.length;
      }
      changes.push(...(here.incoming.get(clientId) ?? []).map(([key]) => ({ key, value: null })));
      const records = [...(session ? [session.record] : []), ...(old.incoming.get(clientId) ?? [])];
      changes.push(...records.map(([key, value]) => ({ key, value })));
    }
  }

  queues(): void {
    const { here, old, own, plan, changes } = this;
    const names = new Set(own.flatMap((one) => nameOf(one) ?? []));
    const exchanges = new Map(own.flatMap((one) => (isExchange(one) ? [[exchangeOf(one), one]] : [])));
    if (plan.isSameFolder) this.leaveDelivered();
    for (const message of old.queued) {
      const { clientId, seq, packet } = message;
      const session = old.sessions.get(clientId);
      if (!session) continue; // the older version would not have read it either
      const name = nameOf(message);
      if (packet.brokerId !== undefined) this.brokers.add(packet.brokerId);
      if (name !== null && (names.has(name) || plan.knownBrokers.has(packet.brokerId!))) continue;
      const isNewerHere = this.isNewerHere(clientId);
      if (isNewerHere && here.sessions.get(clientId)?.user !== session.user) {
        this.ofOtherUsers++;
        continue;
      }
      const other = isExchange(message) ? exchanges.get(exchangeOf(message)) : undefined;
      // A QoS 2 message id can be in use once: the newer session keeps it.
      if (other && !isNewerHere) changes.push(changed(other, withoutId(other.packet)));
      const taken = other && isNewerHere ? withoutId(packet) : packet;
      if (taken) changes.push(putQueued(clientId, { seq: plan.seqOffset + seq, packet: taken }));
    }
  }

  /** Removes existing messages that came from the imported folder and are not queued there any more. */
  private leaveDelivered(): void {
    const { old, own, plan, changes } = this;
    const queuedThere = new Set(old.queued.flatMap((one) => nameOf(one) ?? []));
    for (const one of own) {
      const name = nameOf(one);
      if (name === null || !plan.knownBrokers.has(one.packet.brokerId!) || queuedThere.has(name)) continue;
      changes.push(deleteQueued(one.clientId, one.seq));
    }
  }

  private isNewerHere(clientId: string): boolean {
    const own = this.here.sessions.get(clientId);
    return own !== undefined && own.lastSeenMs > (this.old.sessions.get(clientId)?.lastSeenMs ?? 0);
  }
}

/** The highest number of a queued message, 0 if there is none. */
export function highestSeq(records: readonly StoredRecord[]): number {
  return new Side(records).queued.reduce((highest, { seq }) => Math.max(highest, seq), 0);
}

/** Identifies a message in a client's queue; null for a release, which has lost its message's name. */
function nameOf({ clientId, packet: { brokerId, brokerCounter } }: Queued): string | null {
  return brokerId === undefined ? null : JSON.stringify([clientId, brokerId, brokerCounter]);
}

/** True for a QoS 2 message that was sent, or its release: the client knows its message id. */
function isExchange({ packet }: Queued): boolean {
  return packet.messageId !== undefined;
}

function exchangeOf({ clientId, packet }: Queued): string {
  return JSON.stringify([clientId, packet.messageId]);
}

/** A message is then sent under a new id; a release is not needed, as the other exchange releases the id. */
function withoutId(packet: QueuedPacket): QueuedPacket | null {
  return packet.cmd === 'publish' ? { ...packet, messageId: undefined } : null;
}

function changed({ clientId, seq }: Queued, packet: QueuedPacket | null): RecordChange {
  return packet ? putQueued(clientId, { seq, packet }) : deleteQueued(clientId, seq);
}
