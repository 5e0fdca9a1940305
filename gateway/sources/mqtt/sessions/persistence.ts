/**
 * Sessions (gateway/sources/mqtt/sessions): what outlives a connection, in memory and on disk: subscriptions, queued
 * and retained messages, wills, QoS 2 ids. Each has a file of its own, and only mirror.ts writes them to disk.
 *
 * The persistence that Aedes uses: retained messages, wills, and the sessions of clients that asked for one. All of it is
 * bounded and held in memory. The records on disk mirror it and are read once, at the start. Retained messages of QoS 1 and
 * 2 are synced before they are acknowledged; the rest survives the end of the process, but not a power failure.
 *
 * aedes-persistence-level does not suffice: it keeps subscriptions that were refused, forgets one of two overlapping
 * ones, decodes every retained message at each SUBSCRIBE, and bounds nothing.
 */
import { Readable } from 'node:stream';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import type { PersistenceLimits } from '../config.ts';
import type { CatchingUp } from '../connection/catching-up.ts';
import type { PublishPacket, QueuedPacket } from '../packet.ts';
import { Wills } from '../wills/wills.ts';
import { KeptImportNotes } from './import/import-notes.ts';
import type { Interest } from './interest.ts';
import { noSubscription, type SubscriptionRecord } from './kept-subscriptions.ts';
import { Mirror } from './mirror.ts';
import type { OpenedSessions } from './open-sessions.ts';
import { Retained } from './retained/retained.ts';
import { RetainedAgain } from './retained/retained-again.ts';
import { SessionExpiry } from './session-expiry.ts';
import { type ClientRef, Sessions } from './sessions.ts';
import { UnreleasedMessages } from './unreleased-messages.ts';

/** The part of Aedes' client that persistence needs. `connection` is absent in conformance tests. */
type PersistentClient = ClientRef & {
  clean?: boolean;
  connection?: {
    readonly number: number;
    readonly closed: boolean;
    readonly keepaliveMs: number;
    readonly rights?: { user: string } | null;
    readonly catchingUp?: CatchingUp | null;
    granted: { has(filter: string): boolean };
    drop(reason: 'intake', message: string): void;
  };
};

/** Answers Aedes for every new QoS 2 message. It is one error for all, because to note a stack takes longer than the rest. */
const unknownPacket = new Error('no such packet');

const notRetainedText =
  'passed a message on without retaining it: its user has as much retained as one user may while others have some; remove retained messages, or raise the limit';
const queueText =
  'dropped the oldest message for an absent client, of the user whose clients have most waiting: all together have more than broker.queueBytesMax';

interface PersistenceDeps {
  interest: Interest;
  clock: Clock;
  log: Log;
  /** Knows which client ids two devices use. */
  takeovers: { isShared(clientId: string): boolean };
  /** Tells the operator what a user has lost who has too much. */
  tell?: (kind: 'retained' | 'queue', who: Record<string, unknown>, message: string) => void;
}

export class BrokerPersistence {
  readonly retained: Retained;
  readonly retainedAgain: RetainedAgain;
  readonly sessions: Sessions;
  /** QoS 2 messages that clients have sent and not released yet. */
  readonly incoming: UnreleasedMessages;
  readonly wills: Wills;
  /** True in the broker, which retains and queues a message before it is acknowledged, and not when Aedes asks. */
  keepsBefore = false;
  broker: { id: string; counter: number } = { id: '', counter: 0 };
  private readonly mirror: Mirror;
  private readonly expiry: SessionExpiry;
  private readonly adding = new WeakMap<SubscriptionRecord[], Promise<void>>();

  constructor(
    { records, loaded }: OpenedSessions,
    { interest, clock, log, takeovers, tell }: PersistenceDeps,
    limits: PersistenceLimits,
  ) {
    this.mirror = new Mirror(records, clock, log);
    this.expiry = new SessionExpiry(clock, limits.sessionExpiryHours, loaded);
    const { write, writeLater } = this.mirror;
    const onRefused = ({ user, topic, limit }: { user: string; topic: string; limit: string }) =>
      tell?.('retained', { user, topic: topic.slice(0, 200), limit: `broker.${limit}` }, notRetainedText);
    this.retained = new Retained(this.mirror, limits, onRefused, () => clock.nowMs());
    this.retainedAgain = new RetainedAgain(this.retained, limits);
    const onDropped = (who: { user: string; client: string }) => tell?.('queue', who, queueText);
    const seenMs = () => this.expiry.seenMs;
    this.sessions = new Sessions({ write, writeLater, interest, seenMs, onDropped }, limits);
    const isShared = (clientId: string) => takeovers.isShared(clientId);
    this.incoming = new UnreleasedMessages({ write, writeLater, clock, isShared });
    this.wills = new Wills(writeLater, limits.willBytesMax);
    const { retained, sessions, incoming, wills, expiry } = this;
    this.mirror.begin([retained, sessions, incoming, wills, expiry, new KeptImportNotes()], loaded);
  }

  get writeFailures(): number {
    return this.mirror.writeFailures;
  }

  /** How often `expireSessions` must be called. */
  get expireEveryMs(): number {
    return this.expiry.everyMs;
  }

  /** Drops the sessions of clients that have been absent for too long. Returns how many there were. */
  expireSessions(isConnected: (clientId: string) => boolean): number {
    const { expiry, sessions, mirror } = this;
    for (const clientId of sessions.connectedSince(expiry.refreshBeforeMs, isConnected))
      sessions.left(clientId);
    void mirror.writeLater([expiry.record()]);
    const expired = sessions.expired(expiry.beforeMs, isConnected);
    for (const clientId of expired) {
      void this.sessions.drop(clientId);
      this.incoming.forgetKept(clientId);
    }
    return expired.length;
  }

  // ── The interface that Aedes calls ─────────────────────────────────────────────────────────────────────────────

  async setup(broker: { id: string; counter: number }): Promise<void> {
    this.broker = broker;
  }

  /** Resolves when the message is written, or with `sync`, when it is synced to the disk. */
  retain(packet: PublishPacket, sync: boolean): Promise<void> {
    return this.retained.store(packet, sync);
  }

  /**
   * Queues a message of QoS 1 or 2 for the sessions that have subscribed to it; null if there are none. Resolves when it
   * is written. Aedes itself would queue it only after the acknowledgement; it then finds it by the id assigned here.
   */
  queueForSessions(packet: PublishPacket, from: string): Promise<void> | null {
    const isFor = ({ clientId, nl }: { clientId: string; nl?: boolean }) => nl !== true || clientId !== from;
    const clients = this.sessions.matching(packet.topic).filter(isFor);
    if (clients.length === 0) return null;
    packet.brokerId = this.broker.id;
    packet.brokerCounter = ++this.broker.counter;
    return this.outgoingEnqueueCombi(clients, packet);
  }

  /** Called by Aedes. In the broker, all messages have been retained before, by `retain`. */
  async storeRetained(packet: PublishPacket): Promise<void> {
    if (!this.keepsBefore) await this.retained.store(packet, false);
  }

  createRetainedStream(pattern: string): Readable {
    return this.createRetainedStreamCombi([pattern]);
  }

  createRetainedStreamCombi(patterns: string[]): Readable {
    return Readable.from(this.retained.matching(patterns));
  }

  async addSubscriptions(client: PersistentClient, subscriptions: SubscriptionRecord[]): Promise<void> {
    // Aedes calls this once for each filter of a SUBSCRIBE, each time with all of them, refused ones included.
    let added = this.adding.get(subscriptions);
    if (!added) {
      added = this.addGranted(client, subscriptions);
      this.adding.set(subscriptions, added);
    }
    await added;
  }

  private async addGranted(client: PersistentClient, subscriptions: SubscriptionRecord[]): Promise<void> {
    await Promise.resolve(); // afterwards all of them have been authorized or refused
    const granted = client.connection?.granted;
    await this.sessions.subscribe(
      client.id,
      subscriptions.filter(({ topic }) => !granted || granted.has(topic)),
    );
  }

  async removeSubscriptions(client: ClientRef, topics: string[]): Promise<void> {
    await this.sessions.unsubscribe(client.id, topics);
  }

  /**
   * Called by Aedes when a client connects: it sets Session Present if there are any. That flag tells whether there is a
   * session [MQTT-3.2.2-2], with subscriptions or without.
   */
  async subscriptionsByClient(client: ClientRef): Promise<SubscriptionRecord[]> {
    const subscriptions = this.sessions.subscriptionsOf(client.id);
    return subscriptions.length === 0 && this.sessions.isResumed(client.id)
      ? [noSubscription]
      : subscriptions;
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return this.sessions.count();
  }

  async subscriptionsByTopic(topic: string): Promise<(SubscriptionRecord & { clientId: string })[]> {
    return this.keepsBefore ? [] : this.sessions.matching(topic);
  }

  /** Called when a client connects and wants nothing of before: drops it, but a session that has been opened for it. */
  async cleanSubscriptions(client: PersistentClient): Promise<void> {
    if (client.clean !== false) void this.sessions.drop(client.id);
    this.incoming.forgetKept(client.id);
  }

  async outgoingEnqueue(subscription: { clientId: string }, packet: QueuedPacket): Promise<void> {
    await this.sessions.enqueue(subscription.clientId, packet);
  }

  async outgoingEnqueueCombi(subscriptions: { clientId: string }[], packet: QueuedPacket): Promise<void> {
    await Promise.all(subscriptions.map(({ clientId }) => this.sessions.enqueue(clientId, packet)));
  }

  async outgoingUpdate(client: PersistentClient, packet: QueuedPacket): Promise<void> {
    this.sessions.updateQueued(client.id, packet);
    client.connection?.catchingUp?.writes(packet);
  }

  async outgoingClearMessageId({ id, connection }: PersistentClient, { messageId }: Partial<QueuedPacket>) {
    const found = this.sessions.acknowledged(id, messageId);
    if (found) connection?.catchingUp?.acknowledged(found.seq);
    return found?.packet;
  }

  outgoingStream({ id, connection }: PersistentClient): Readable {
    const queued = this.sessions.queued(id, connection !== undefined);
    const packets = connection?.catchingUp?.from(queued) ?? queued;
    // The queue is nearly always empty, and an iterator would be a large part of the cost of connecting.
    return packets ? Readable.from(packets) : new Readable({ objectMode: true, read: end });
  }

  /** Aedes asks whether a PUBLISH is a copy, and at a PUBREL whether there is something to release. */
  async incomingGetPacket<P extends Pick<PublishPacket, 'messageId' | 'isCopy'>>(
    client: PersistentClient,
    packet: P,
  ): Promise<P> {
    const isKnown = packet.isCopy ?? this.incoming.isReceived(client, packet.messageId ?? 0);
    if (!isKnown) throw unknownPacket;
    return packet;
  }

  /** In the broker, `Acknowledging` has done this before; the packet then says whether it is a copy. */
  async incomingStorePacket(client: PersistentClient, packet: PublishPacket): Promise<void> {
    if (packet.isCopy !== undefined) return;
    const arrival = this.incoming.arrive(client, packet);
    if (arrival !== 'too many') await this.incoming.receive(client, arrival.message);
  }

  async incomingDelPacket(client: PersistentClient, packet: { messageId: number }): Promise<void> {
    try {
      await this.incoming.release(client, packet.messageId);
    } catch (error) {
      // Aedes would send PUBCOMP all the same.
      client.connection?.drop('intake', `the release of a message could not be stored: ${messageOf(error)}`);
      throw error;
    }
  }

  async cleanIncoming(client: PersistentClient & { closed?: boolean }): Promise<void> {
    this.incoming.forgetUnkept(client);
    // At the end of a connection nothing else is forgotten: another client with the same id may have a session by then.
    if (client.closed !== true) this.incoming.forgetKept(client.id);
  }

  async putWill(client: PersistentClient, packet: PublishPacket): Promise<void> {
    packet.brokerId = this.broker.id;
    packet.clientId = client.id;
    const user = client.connection?.rights?.user;
    if (user !== undefined) packet.user = user;
    this.wills.put(client.id, packet, client.connection ?? null);
  }

  async getWill(client: ClientRef): Promise<PublishPacket | undefined> {
    return this.wills.get(client.id);
  }

  /** Aedes calls this with the client when it connects, and with its id alone when a connection with that id has ended. */
  async delWill(client: PersistentClient): Promise<PublishPacket | undefined> {
    return client.connection ? this.wills.take(client.id) : this.wills.takeOfClosed(client.id);
  }

  streamWill(): Readable {
    return Readable.from([]); // LeftWills publishes them: Aedes would after four minutes, of clients too that are back
  }

  getClientList(topic: string): Readable {
    return Readable.from(this.sessions.subscribersOf(topic));
  }

  destroy(): Promise<void> {
    return this.mirror.stop();
  }
}

function end(this: Readable): void {
  this.push(null);
}
