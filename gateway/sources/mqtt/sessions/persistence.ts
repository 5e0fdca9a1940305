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
import type { Log } from '../../../../shared/runtime/log.ts';
import type { PersistenceLimits } from '../config.ts';
import type { PublishPacket, QueuedPacket } from '../packet.ts';
import { KeptImportNotes } from './import/import-notes.ts';
import { Incoming } from './incoming.ts';
import type { Interest } from './interest.ts';
import type { SubscriptionRecord } from './kept-subscriptions.ts';
import { Mirror } from './mirror.ts';
import type { OpenedSessions } from './open-sessions.ts';
import { Retained } from './retained.ts';
import { type ClientRef, Sessions } from './sessions.ts';
import { Wills } from './wills.ts';

/** The part of Aedes' client that persistence needs. `connection` is absent in conformance tests. */
type PersistentClient = ClientRef & {
  clean?: boolean;
  connection?: { granted: { has(filter: string): boolean } };
};

export class BrokerPersistence {
  readonly retained: Retained;
  readonly sessions: Sessions;
  broker: { id: string; counter: number } = { id: '', counter: 0 };
  private readonly mirror: Mirror;
  private readonly received: Incoming;
  private readonly wills: Wills;
  private readonly adding = new WeakMap<SubscriptionRecord[], Promise<void>>();

  constructor(
    { records, loaded }: OpenedSessions,
    { interest, clock, log }: { interest: Interest; clock: Clock; log: Log },
    limits: PersistenceLimits,
  ) {
    this.mirror = new Mirror(records, clock, log);
    const { write, writeLater } = this.mirror;
    this.retained = new Retained(write, limits);
    this.sessions = new Sessions({ write, writeLater, interest, clock }, limits);
    this.received = new Incoming(writeLater);
    this.wills = new Wills(writeLater);
    const { retained, sessions, received, wills } = this;
    this.mirror.begin([retained, sessions, received, wills, new KeptImportNotes()], loaded);
  }

  get writeFailures(): number {
    return this.mirror.writeFailures;
  }

  /** Drops the sessions of clients that have not been seen since `beforeMs`. Returns how many there were. */
  expireSessions(beforeMs: number, isConnected: (clientId: string) => boolean): number {
    const expired = this.sessions.expired(beforeMs, isConnected);
    for (const clientId of expired) {
      this.sessions.drop(clientId);
      this.received.forgetAll(clientId);
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
  queueForSessions(packet: PublishPacket): Promise<void> | null {
    const clients = this.sessions.matching(packet.topic);
    if (clients.length === 0) return null;
    packet.brokerId = this.broker.id;
    packet.brokerCounter = ++this.broker.counter;
    return this.outgoingEnqueueCombi(clients, packet);
  }

  /** Called by Aedes. Messages of clients were retained before, by `retain`; Aedes' own `$SYS` messages never are. */
  async storeRetained(packet: PublishPacket): Promise<void> {
    await this.retained.store(packet, false);
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

  async subscriptionsByClient(client: ClientRef): Promise<SubscriptionRecord[]> {
    return this.sessions.subscriptionsOf(client.id);
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return this.sessions.count();
  }

  async subscriptionsByTopic(topic: string): Promise<(SubscriptionRecord & { clientId: string })[]> {
    return this.sessions.matching(topic);
  }

  /** Called when a client connects with a clean session: drops everything kept for it. */
  async cleanSubscriptions(client: ClientRef): Promise<void> {
    this.sessions.drop(client.id);
    this.received.forgetAll(client.id);
  }

  async outgoingEnqueue(subscription: { clientId: string }, packet: QueuedPacket): Promise<void> {
    await this.sessions.enqueue(subscription.clientId, packet);
  }

  async outgoingEnqueueCombi(subscriptions: { clientId: string }[], packet: QueuedPacket): Promise<void> {
    await Promise.all(subscriptions.map(({ clientId }) => this.sessions.enqueue(clientId, packet)));
  }

  async outgoingUpdate(client: ClientRef, packet: QueuedPacket): Promise<void> {
    this.sessions.updateQueued(client.id, packet);
  }

  async outgoingClearMessageId(
    client: ClientRef,
    packet: { messageId?: number },
  ): Promise<QueuedPacket | undefined> {
    return this.sessions.acknowledged(client.id, packet.messageId);
  }

  outgoingStream(client: ClientRef): Readable {
    const queued = this.sessions.queued(client.id);
    // The queue is nearly always empty, and an iterator would be a large part of the cost of connecting.
    return queued.length > 0 ? Readable.from(queued) : new Readable({ objectMode: true, read: end });
  }

  async incomingStorePacket(client: PersistentClient, packet: PublishPacket): Promise<void> {
    await this.received.note(client.id, packet, client.clean !== true);
  }

  /** True if this message was received before. If its id was used for another message, that one is forgotten. */
  hasIncoming(clientId: string, messageId: number, packet: PublishPacket): boolean {
    if (this.received.isKnown(clientId, messageId, packet)) return true;
    this.received.forget(clientId, messageId);
    return false;
  }

  async incomingGetPacket(client: ClientRef, packet: { messageId: number }): Promise<PublishPacket> {
    const found = this.received.get(client.id, packet.messageId);
    if (!found) throw new Error('no such packet');
    return found;
  }

  async incomingDelPacket(client: ClientRef, packet: { messageId: number }): Promise<void> {
    this.received.forget(client.id, packet.messageId);
  }

  async cleanIncoming(client: ClientRef): Promise<void> {
    this.received.forgetAll(client.id);
  }

  async putWill(client: ClientRef, packet: PublishPacket): Promise<void> {
    packet.brokerId = this.broker.id;
    packet.clientId = client.id;
    this.wills.put(client.id, packet);
  }

  async getWill(client: ClientRef): Promise<PublishPacket | undefined> {
    return this.wills.get(client.id);
  }

  async delWill(client: ClientRef): Promise<PublishPacket | undefined> {
    return this.wills.take(client.id);
  }

  streamWill(brokers: Record<string, unknown> = {}): Readable {
    return Readable.from(this.wills.all().filter((will) => !brokers[will.brokerId ?? '']));
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
