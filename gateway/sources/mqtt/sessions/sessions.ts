import { Quotas } from '../../../../shared/bounds/quotas.ts';
import { Shares } from '../../../../shared/bounds/shares.ts';
import type { DecodedRecord } from '../../../../shared/files/json/json-record.ts';
import type { PersistenceLimits } from '../config.ts';
import type { QueuedPacket } from '../packet.ts';
import type { Interest } from './interest.ts';
import { KeptSubscriptions, type SubscriptionRecord } from './kept-subscriptions.ts';
import type { Mirror } from './mirror.ts';
import { bytesOf, type NumberedClient, type QueueEntry } from './outgoing.ts';
import {
  deleteQueued,
  deleteSession,
  newSession,
  type Put,
  putQueued,
  putSession,
  readQueued,
  readSession,
  type Session,
} from './session-records.ts';

export interface ClientRef {
  id: string;
}

type Deps = {
  write: Mirror['write'];
  writeLater: Mirror['writeLater'];
  interest: Interest;
  /** Ms since 1970, for the age of absent clients: never too early, or a clock that was wrong would end a session. */
  seenMs(): number;
  /** A user's messages for absent clients were dropped, as all of them together were too many. */
  onDropped?: (dropped: { user: string; client: string }) => void;
};

/** Messages for absent clients are shared out among users, and then among the clients of one. */
const queueLevels = 2;

/**
 * Sessions that outlive their connection: the subscriptions of a client, and the messages queued for it. Each belongs to
 * the user who opened it.
 */
export class Sessions {
  /** Messages dropped, oldest first, because a client's queue or all queues together were full. */
  dropped = 0;
  private readonly sessions = new Map<string, Session>();
  private readonly quotas: Quotas;
  /** Queued messages by user and client. */
  private readonly queuedShares = new Shares(queueLevels);
  /** The client that has a queued message. */
  private readonly queuedFor = new Map<number, string>();
  private readonly kept: KeptSubscriptions;
  private readonly deps: Deps;
  private readonly limits: PersistenceLimits;
  private nextSeq = 1;

  constructor(deps: Deps, limits: PersistenceLimits) {
    this.deps = deps;
    this.kept = new KeptSubscriptions(deps.interest);
    this.limits = limits;
    this.quotas = new Quotas(limits.sessionsMax);
  }

  get queuedBytes(): number {
    return this.queuedShares.bytes;
  }

  get size(): number {
    return this.sessions.size;
  }

  load(key: string, record: DecodedRecord): boolean {
    const found = readSession(key, record);
    if (!found) return this.loadQueued(readQueued(key, record));
    const { clientId, session } = found;
    this.sessions.set(clientId, session);
    this.quotas.add(session.user);
    for (const subscription of session.subscriptions.values()) this.kept.put(clientId, subscription);
    return true;
  }

  private loadQueued(found: ReturnType<typeof readQueued>): boolean {
    const session = found && this.sessions.get(found.clientId);
    if (!session) return false;
    const entry = session.queue.add(found.seq, found.packet);
    if (entry) this.countQueued(found.clientId, session, entry);
    this.nextSeq = Math.max(this.nextSeq, found.seq + 1);
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const [clientId, session] of this.sessions) {
      yield recordOf(putSession(clientId, session));
      for (const entry of session.queue.entries.values()) yield recordOf(putQueued(clientId, entry));
    }
  }

  /** Opens or resumes the session of `clientId`, unless it is another user's, or the user has too many. */
  open(clientId: string, user: string, expiryS: number | null = null): 'opened' | 'other-user' | 'full' {
    const known = this.sessions.get(clientId);
    if (known && known.user !== user) return 'other-user';
    if (!known && !this.quotas.admits(user)) return 'full';
    if (!known) this.quotas.add(user);
    const session = known ?? newSession(user);
    session.isResumed = known !== undefined;
    session.lastSeenMs = this.deps.seenMs();
    session.expiryS = expiryS;
    this.sessions.set(clientId, session);
    this.deps.writeLater([putSession(clientId, session)]);
    return 'opened';
  }

  /** True if the session existed when its client connected the last time. */
  isResumed(clientId: string): boolean {
    return this.sessions.get(clientId)?.isResumed === true;
  }

  /** Gives the client's messages packet ids that none of those under way to it has. */
  number(client: ClientRef & NumberedClient): void {
    this.sessions.get(client.id)?.queue.number(client);
  }

  ownerOf(clientId: string): string | undefined {
    return this.sessions.get(clientId)?.user;
  }

  expiryOf(clientId: string): number | null {
    return this.sessions.get(clientId)?.expiryS ?? null;
  }

  /** Starts the expiry time of the session, as its client has disconnected or is there. */
  left(clientId: string, expiryS?: number): void {
    const session = this.sessions.get(clientId);
    if (!session) return;
    if (expiryS !== undefined) session.expiryS = expiryS;
    session.lastSeenMs = this.deps.seenMs();
    this.deps.writeLater([putSession(clientId, session)]);
  }

  /** The absent clients that were last seen before `beforeMs`. */
  expired(beforeMs: number, isConnected: (clientId: string) => boolean): string[] {
    const old = [...this.sessions].filter(
      ([id, { lastSeenMs }]) => lastSeenMs < beforeMs && !isConnected(id),
    );
    return old.map(([id]) => id);
  }

  /** The clients that are connected and were noted last before `beforeMs`. */
  connectedSince(beforeMs: number, isConnected: (clientId: string) => boolean): string[] {
    const noted = [...this.sessions].filter(
      ([id, { lastSeenMs }]) => lastSeenMs < beforeMs && isConnected(id),
    );
    return noted.map(([id]) => id);
  }

  all(): Iterable<[clientId: string, Session]> {
    return this.sessions;
  }

  /** Resolves when it is written. */
  async drop(clientId: string): Promise<void> {
    const session = this.sessions.get(clientId);
    if (!session) return;
    for (const topic of session.subscriptions.keys()) this.kept.remove(clientId, topic);
    for (const entry of [...session.queue.entries.values()]) this.dequeue(clientId, session, entry);
    this.sessions.delete(clientId);
    this.quotas.remove(session.user);
    await this.deps.writeLater([deleteSession(clientId)]);
  }

  // ── Subscriptions ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Resolves when they are written, so that subscriptions confirmed by SUBACK outlive this process. */
  async subscribe(clientId: string, subscriptions: SubscriptionRecord[]): Promise<void> {
    const session = this.sessions.get(clientId);
    if (!session) return;
    for (const subscription of subscriptions) {
      const own = { ...subscription };
      session.subscriptions.set(own.topic, own);
      this.kept.put(clientId, own);
    }
    await this.deps.write([putSession(clientId, session)]);
  }

  async unsubscribe(clientId: string, topics: string[]): Promise<void> {
    const session = this.sessions.get(clientId);
    if (!session) return;
    for (const topic of topics) {
      session.subscriptions.delete(topic);
      this.kept.remove(clientId, topic);
    }
    await this.deps.write([putSession(clientId, session)]);
  }

  subscriptionsOf(clientId: string): SubscriptionRecord[] {
    const subscriptions = this.sessions.get(clientId)?.subscriptions.values() ?? [];
    return [...subscriptions].map((subscription) => ({ ...subscription }));
  }

  matching(topic: string): (SubscriptionRecord & { clientId: string })[] {
    return this.kept.matching(topic).map(({ clientId, subscription }) => ({ clientId, ...subscription }));
  }

  count(): { subsCount: number; clientsCount: number } {
    const withSubscriptions = [...this.sessions.values()].filter(
      ({ subscriptions }) => subscriptions.size > 0,
    );
    return { subsCount: this.kept.size, clientsCount: withSubscriptions.length };
  }

  subscribersOf(topic: string): string[] {
    return [...this.sessions].filter(([, { subscriptions }]) => subscriptions.has(topic)).map(([id]) => id);
  }

  // ── Queued messages ────────────────────────────────────────────────────────────────────────────────────────────

  /** Resolves when it is written. */
  async enqueue(clientId: string, packet: QueuedPacket): Promise<void> {
    const session = this.sessions.get(clientId);
    if (!session) return;
    const seq = this.nextSeq++;
    const entry = session.queue.add(seq, copyOf(packet));
    if (!entry) return;
    this.countQueued(clientId, session, entry);
    const written = this.deps.writeLater([putQueued(clientId, entry)]);
    const { queueMessagesMax, queueBytesMax } = this.limits;
    const oldest = session.queue.entries.size > queueMessagesMax ? session.queue.oldest() : undefined;
    if (oldest) {
      this.dequeue(clientId, session, oldest);
      this.dropped += 1;
    }
    while (this.queuedBytes > queueBytesMax && this.dropOfLargest()) this.dropped += 1;
    await written;
  }

  /** Numbers and queues a retained message that SUBSCRIBE brings; null if it would displace others. */
  enqueueRetained(clientId: string, packet: QueuedPacket): Promise<void> | null {
    const queued = this.sessions.get(clientId)?.queue.entries.size ?? Number.POSITIVE_INFINITY;
    const { queueMessagesMax, queueBytesMax } = this.limits;
    if (queued >= queueMessagesMax || this.queuedBytes + bytesOf(packet) > queueBytesMax) return null;
    packet.brokerCounter = this.nextSeq;
    return this.enqueue(clientId, packet);
  }

  private countQueued(clientId: string, { user }: Session, { seq, bytes }: QueueEntry): void {
    this.queuedShares.add([user, clientId], seq, bytes);
    this.queuedFor.set(seq, clientId);
  }

  /** Drops the oldest message of the client that has most, of the user who has most. False if there is none. */
  private dropOfLargest(): boolean {
    const seq = this.queuedShares.oldestOfLargest('bytes') ?? 0;
    const client = this.queuedFor.get(seq) ?? '';
    const session = this.sessions.get(client);
    const entry = session?.queue.entries.get(seq);
    if (!session || !entry) return false;
    this.dequeue(client, session, entry);
    this.deps.onDropped?.({ user: session.user, client });
    return true;
  }

  private dequeue(clientId: string, session: Session, entry: QueueEntry): void {
    session.queue.remove(entry);
    this.queuedShares.remove([session.user, clientId], entry.seq, entry.bytes);
    this.queuedFor.delete(entry.seq);
    this.deps.writeLater([deleteQueued(clientId, entry.seq)]);
  }

  updateQueued(clientId: string, packet: QueuedPacket): void {
    const entry = this.sessions.get(clientId)?.queue.update(packet);
    // The message id matters across a restart only for an unfinished QoS 2 exchange.
    if (entry && (entry.packet.cmd === 'pubrel' || entry.packet.qos === 2)) {
      this.deps.writeLater([putQueued(clientId, entry)]);
    }
  }

  acknowledged(clientId: string, messageId: number | undefined): QueueEntry | undefined {
    const session = this.sessions.get(clientId);
    const entry = session?.queue.withMessageId(messageId);
    if (session && entry) this.dequeue(clientId, session, entry);
    return entry;
  }

  /** @param marked whether those that were sent before are to have DUP; null if there are none */
  queued(clientId: string, marked = false): Iterable<QueuedPacket> | null {
    const queue = this.sessions.get(clientId)?.queue;
    return queue && queue.entries.size > 0 ? queue.packets(marked) : null;
  }
}

const recordOf = ({ key, value }: Put): [string, Buffer] => [key, value];

/** Copies the payload too, as it is part of a larger chunk. Omits the sender's message id: the receiver gets another. */
function copyOf(packet: QueuedPacket): QueuedPacket {
  const { cmd, topic, qos, retain, brokerId, brokerCounter, properties, messageExpiry } = packet;
  const payload = Buffer.from(packet.payload ?? '');
  const more = properties && { properties, ...(messageExpiry !== undefined && { messageExpiry }) };
  const name = { brokerId, brokerCounter, messageId: undefined };
  return { cmd, topic, payload, qos, retain, dup: false, ...name, ...more };
}
