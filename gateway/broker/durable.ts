/**
 * An acknowledgement means durable: the one place where messages go from the broker to the intake, and where their
 * acknowledgements are let out. Two ways lead here. `take` is for a simple telemetry message to which nobody has
 * subscribed (all of them, normally); it comes straight from the connection's bytes. `authorize` is Aedes'
 * authorizePublish, for everything else: QoS 2, retained messages, wills, topics with subscribers, other topics.
 */
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Intake } from '../ports.ts';
import { type LinkedClient, Refusal } from './aedes-types.ts';
import type { Interest } from './interest.ts';
import type { Link } from './link.ts';
import type { BrokerPersistence, PublishPacket } from './persistence.ts';
import { isPlainTopic } from './topics.ts';

type Callback = (error?: Error | null) => void;

export class Durable {
  readonly clock: Clock;
  readonly acking: Link[] = [];
  /** Links that are not read from until what is pending shrinks. */
  readonly waiting = new Set<Link>();
  accepted = 0;
  failed = 0;
  pending = 0;
  private pendingBytes = 0;
  private stopping = false;
  private flushing = false;
  private idle: (() => void) | null = null;
  private readonly intake: Intake;
  private readonly interest: Interest;
  private readonly persistence: BrokerPersistence;
  private readonly pendingBytesMax: number;
  /** QoS 2 messages on their way to the disk, and who waits for the same one (re-sent after a reconnect). */
  private readonly underway = new Map<string, Callback[]>();

  constructor(
    deps: { intake: Intake; clock: Clock; interest: Interest; persistence: BrokerPersistence },
    pendingBytesMax: number,
  ) {
    this.intake = deps.intake;
    this.clock = deps.clock;
    this.interest = deps.interest;
    this.persistence = deps.persistence;
    this.pendingBytesMax = pendingBytesMax;
  }

  get interestVersion(): number {
    return this.interest.version;
  }

  onlyStored(topic: string): boolean {
    return this.interest.isTelemetry(topic) && isPlainTopic(topic) && !this.interest.wants(topic);
  }

  /** Whoever has nothing pending is always read from: in a stall one can still connect, and pings are answered. */
  hasRoomFor(link: Link): boolean {
    if (this.stopping) return false;
    return link.pending === 0 || (link.hasRoom() && this.pendingBytes < this.pendingBytesMax);
  }

  /** From now on nothing is read or accepted; what was accepted goes on settling. */
  refuse(): void {
    this.stopping = true;
  }

  /** Calls `then` once nothing is pending. */
  whenIdle(then: () => void): void {
    if (this.pending === 0) then();
    else this.idle = then;
  }

  /** `messageId` is 0 for QoS 0. As little as possible is allocated: this is called for each message. */
  take(link: Link, topic: string, payload: Buffer, messageId: number, resend: boolean): void {
    const bytes = payload.length;
    this.begin(link, bytes);
    const message = { topic, payload, client: link.clientId, receivedMs: link.receivedMs, resend };
    this.intake.accept(message, (error) => {
      this.end(link, bytes, error);
      if (error) link.drop('intake', `message could not be stored: ${error.message}`);
      else if (messageId > 0) link.acknowledge(messageId);
      this.flushSoon();
    });
  }

  private hand(
    link: Link | undefined,
    client: string,
    { topic, payload, resend }: { topic: string; payload: Buffer; resend: boolean },
    settled: Callback,
  ): void {
    const bytes = payload.length;
    this.begin(link, bytes);
    const receivedMs = link ? link.receivedMs : this.clock.nowMs();
    this.intake.accept({ topic, payload, client, receivedMs, resend }, (error) => {
      this.end(link, bytes, error);
      settled(error);
      this.flushSoon();
    });
  }

  private begin(link: Link | undefined, bytes: number): void {
    this.accepted += 1;
    this.pending += 1;
    this.pendingBytes += bytes;
    if (!link) return;
    link.pending += 1;
    link.pendingBytes += bytes;
  }

  private end(link: Link | undefined, bytes: number, error: Error | undefined): void {
    this.pending -= 1;
    this.pendingBytes -= bytes;
    if (error) this.failed += 1;
    if (!link) return;
    link.pending -= 1;
    link.pendingBytes -= bytes;
  }

  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    process.nextTick(this.flush);
  }

  /** Once for all messages that settled together: their acks leave, and paused connections are read on. */
  private readonly flush = (): void => {
    this.flushing = false;
    for (const link of this.acking.splice(0)) link.writeAcks();
    if (this.pending === 0) this.idle?.();
    if (this.waiting.size === 0) return;
    // A copy: who does not get all that it wants is put back.
    for (const link of [...this.waiting]) {
      if (this.hasRoomFor(link) && this.waiting.delete(link)) link.readOn();
    }
  };

  /** Aedes' authorizePublish. `client` is null for the will of a client that a former process had. */
  readonly authorize = (client: LinkedClient | null, packet: PublishPacket, callback: Callback): void => {
    const { topic, messageId } = packet;
    if (this.stopping) return callback(new Refusal('stopping', 'the gateway is stopping'));
    if (client && !client.link.rights?.mayPublish(topic)) {
      return callback(new Refusal('publish', `no right to publish to ${topic.slice(0, 200)}`));
    }
    const clientId = client?.id ?? packet.clientId ?? '';
    if (packet.qos !== 2 || messageId === undefined) return this.settle(client, clientId, packet, callback);
    // Aedes looks for duplicates only after this hook, so a re-sent QoS 2 message must be recognised here.
    if (this.persistence.hasIncoming(clientId, messageId, packet)) return callback(null);
    const key = `${clientId}\0${messageId}`;
    const waiters = this.underway.get(key);
    if (waiters) return void waiters.push(callback);
    this.underway.set(key, []);
    this.settle(client, clientId, packet, (error) => {
      callback(error);
      // Later: Aedes has noted the message by then, so that these find it and do not publish it again.
      for (const waiter of this.underway.get(key) ?? []) setImmediate(waiter, error);
      this.underway.delete(key);
    });
  };

  private settle(
    client: LinkedClient | null,
    clientId: string,
    packet: PublishPacket,
    callback: Callback,
  ): void {
    const keep: Callback = (error) => {
      if (error) return callback(new Refusal('intake', `message could not be stored: ${error.message}`));
      const kept = this.keep(packet);
      if (!kept) return callback(null);
      const link = client?.link;
      if (link) link.pending += 1;
      const done: Callback = (failure) => {
        if (link) link.pending -= 1;
        callback(failure);
      };
      kept.then(() => done(null), done);
    };
    if (!this.interest.isTelemetry(packet.topic)) return keep();
    const { topic, payload, dup } = packet;
    this.hand(client?.link, clientId, { topic, payload, resend: dup === true }, keep);
  }

  /** What the broker itself owes for a message before it is acknowledged: retaining it, queueing it for kept sessions. */
  private keep(packet: PublishPacket): Promise<unknown> | null {
    const owed: Promise<void>[] = [];
    if (packet.retain) {
      owed.push(this.persistence.retain(packet, packet.qos > 0));
      packet.retain = false; // done here, before the acknowledgement; Aedes would do it after
    }
    const queued = packet.qos > 0 ? this.persistence.queueForSessions(packet) : null;
    if (queued) owed.push(queued);
    return owed.length > 0 ? Promise.all(owed) : null;
  }
}
