/**
 * Ensures that an acknowledged message is durable. This is the only place where messages pass from the broker to the
 * intake, and where acknowledgements are released. There are two paths:
 *
 * - `take`, straight from the bytes of a connection, for simple telemetry messages without subscribers; normally these
 *   are all messages.
 * - `authorize`, which Aedes calls as its authorizePublish, for the rest: QoS 2, retained messages, wills, topics with
 *   subscribers, and topics that are not telemetry.
 */

import { isPacked, unpackedMax, waitingBytes } from '../../../shared/bounds/packed.ts';
import { Quotas } from '../../../shared/bounds/quotas.ts';
import { isPlainTopic } from '../../../shared/mqtt/topic-filter.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MessageIntake, RawMessage } from '../../ports/source.ts';
import type { ConnectedClient, Connection, ConnectionGate } from './connection/connection.ts';
import { ConnectionRefusal } from './connection-refusal.ts';
import type { PublishPacket } from './packet.ts';
import type { Interest } from './sessions/interest.ts';
import type { BrokerPersistence } from './sessions/persistence.ts';

type Callback = (error?: Error | null) => void;

/** Number of packet ids, 0 for none included. */
const messageIds = 0x1_0000;
/**
 * Bytes that the packed messages of one user may have in hand when they are unpacked. Reading so many costs a fraction of a second,
 * for which all others wait; so many messages are in hand at each write to the disk. One read from a socket can bring more, and is interrupted then.
 */
const packedOfUserMax = 32 * unpackedMax;

export class Acknowledging implements ConnectionGate {
  accepted = 0;
  failed = 0;
  pending = 0;
  private pendingBytes = 0;
  private stopping = false;
  private flushing = false;
  private whenIdleCallback: (() => void) | null = null;
  /** Connections with acknowledgements to write in the next flush. */
  private readonly acknowledging: Connection[] = [];
  /** Connections that are not read from until fewer messages are pending. */
  private readonly paused = new Set<Connection>();
  /** Packed messages in hand by user, as what they can become. */
  private readonly packed = new Quotas(packedOfUserMax);
  private readonly clock: Clock;
  private readonly intake: MessageIntake;
  private readonly interest: Interest;
  private readonly persistence: BrokerPersistence;
  private readonly pendingBytesMax: number;
  /** The message that `take` passes on, filled anew for each: it is valid only during the call. */
  private readonly message: RawMessage = {
    topic: '',
    payload: Buffer.alloc(0),
    client: '',
    user: undefined,
    receivedMs: 0,
    resend: false,
    connection: 0,
  };

  constructor(
    deps: { intake: MessageIntake; clock: Clock; interest: Interest; persistence: BrokerPersistence },
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

  /** A connection with nothing pending is always read from, so that clients can connect and ping while the disk stalls. */
  hasRoomFor(connection: Connection): boolean {
    if (this.stopping || this.hasManyPacked(connection)) return false;
    return !connection.hasPending || (connection.hasRoom && this.pendingBytes < this.pendingBytesMax);
  }

  /** True for all connections of a user with as many packed messages in hand as one may have, until some are stored. */
  private hasManyPacked({ rights }: Connection): boolean {
    const { packed } = this;
    return rights !== null && packed.of(rights.user) > 0 && !packed.admits(rights.user, unpackedMax);
  }

  isPaused(connection: Connection): boolean {
    return this.paused.has(connection);
  }

  resumeLater(connection: Connection): void {
    this.paused.add(connection);
  }

  acknowledgeSoon(connection: Connection): void {
    this.acknowledging.push(connection);
  }

  /** Removes a closed connection. */
  forget(connection: Connection): void {
    this.paused.delete(connection);
    this.persistence.retainedAgain.forget(connection);
  }

  /** Stops reading and accepting. Messages that were accepted still settle. */
  refuse(): void {
    this.stopping = true;
  }

  /** Calls `then` once nothing is pending. */
  whenIdle(then: () => void): void {
    if (this.pending === 0) then();
    else this.whenIdleCallback = then;
  }

  /** Called for every message, so it allocates nothing. */
  take(connection: Connection, topic: string, payload: Buffer, messageId: number, resend: boolean): void {
    const bytes = waitingBytes(payload);
    const isOfPacked = isPacked(payload);
    this.begin(connection, bytes, isOfPacked);
    const { message } = this;
    message.topic = topic;
    message.payload = payload;
    message.client = connection.clientId;
    message.user = connection.rights?.user;
    message.receivedMs = connection.receivedMs;
    message.resend = resend;
    message.connection = connection.forwards ? 0 : connection.number;
    const rest = 2 * bytes + (isOfPacked ? 1 : 0);
    this.intake.accept(message, connection.settled, messageId + rest * messageIds);
  }

  /** Called for every message of `take`, with its ticket: its packet id, whether it is packed, and its length. */
  settle(connection: Connection, error: Error | undefined, ticket: number): void {
    const messageId = ticket % messageIds;
    const rest = (ticket - messageId) / messageIds;
    const isOfPacked = rest % 2 === 1;
    this.end(connection, (rest - (isOfPacked ? 1 : 0)) / 2, isOfPacked, error);
    if (error) connection.drop('intake', `message could not be stored: ${error.message}`);
    else if (messageId > 0) connection.acknowledge(messageId);
    this.flushSoon();
  }

  private submit(
    connection: Connection | undefined,
    client: string,
    { topic, payload, dup }: PublishPacket,
    retained: RawMessage['retained'],
    settled: (error: Error | undefined, areReadings: boolean) => void,
  ): void {
    const bytes = waitingBytes(payload);
    const isOfPacked = isPacked(payload);
    this.begin(connection, bytes, isOfPacked);
    const receivedMs = connection ? connection.receivedMs : this.clock.nowMs();
    const user = connection?.rights?.user;
    const number = connection && !connection.forwards ? connection.number : 0;
    const message = { topic, payload, client, user, receivedMs, resend: dup === true, connection: number };
    this.intake.accept({ ...message, retained }, (error, _, areReadings) => {
      this.end(connection, bytes, isOfPacked, error);
      settled(error, areReadings === true);
      this.flushSoon();
    });
  }

  private begin(connection: Connection | undefined, bytes: number, isOfPacked: boolean): void {
    this.accepted += 1;
    this.pending += 1;
    this.pendingBytes += bytes;
    connection?.addPending(bytes);
    if (isOfPacked) this.packed.add(connection?.rights?.user ?? '', bytes);
    if (isOfPacked && connection && this.hasManyPacked(connection)) connection.inlet.hasEnough = true;
  }

  private end(connection: Connection | undefined, bytes: number, isOfPacked: boolean, error?: Error): void {
    this.pending -= 1;
    this.pendingBytes -= bytes;
    if (error) this.failed += 1;
    connection?.removePending(bytes);
    if (isOfPacked) this.packed.remove(connection?.rights?.user ?? '', bytes);
  }

  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    process.nextTick(this.flush);
  }

  /** Runs once for all messages that settled together: writes their acknowledgements and resumes paused connections. */
  private readonly flush = (): void => {
    this.flushing = false;
    for (const connection of this.acknowledging.splice(0)) connection.writeAcks();
    if (this.pending === 0) this.whenIdleCallback?.();
    if (this.paused.size === 0) return;
    // Iterates over a copy, because a connection that runs out of room again is added again.
    for (const connection of [...this.paused]) {
      if (this.hasRoomFor(connection) && this.paused.delete(connection)) connection.readOn();
    }
  };

  /** Aedes' authorizePublish. `client` is null for a will that was left to an earlier process of the gateway. */
  readonly authorize = (client: ConnectedClient | null, packet: PublishPacket, callback: Callback): void => {
    const { topic, messageId } = packet;
    if (this.stopping) return callback(new ConnectionRefusal('stopping', 'the gateway is stopping'));
    if (client && !client.connection.rights?.mayPublish(topic)) {
      return callback(new ConnectionRefusal('publish', `no right to publish to ${topic.slice(0, 200)}`));
    }
    const clientId = client?.id ?? packet.clientId ?? '';
    if (client && packet.retain) packet.user = client.connection.rights?.user ?? '';
    if (packet.qos === 2 && client && messageId !== undefined)
      return this.receiveOnce(client, packet, callback);
    this.store(client, clientId, packet, callback);
  };

  /** Aedes looks for copies of a QoS 2 message only after `authorize`, so they have to be recognised here. */
  private receiveOnce(client: ConnectedClient, packet: PublishPacket, callback: Callback): void {
    const { incoming } = this.persistence;
    const arrival = incoming.arrive(client, packet);
    if (arrival === 'too many') {
      return callback(
        new ConnectionRefusal('malformed', 'too many QoS 2 messages are not released by PUBREL'),
      );
    }
    const { message, isCopy } = arrival;
    packet.isCopy = isCopy;
    if (isCopy) {
      client.connection.addPending(0);
      return message.whenReceived((error) => {
        client.connection.removePending(0);
        callback(error);
        this.flushSoon();
      });
    }
    this.store(client, client.id, packet, (error) => {
      if (error) {
        incoming.refuse(client, message, error);
        return callback(error);
      }
      incoming.receive(client, message).then(() => callback(null), callback);
    });
  }

  private store(
    client: ConnectedClient | null,
    clientId: string,
    packet: PublishPacket,
    callback: Callback,
  ): void {
    const keep: Callback = (error) => {
      if (error)
        return callback(new ConnectionRefusal('intake', `message could not be stored: ${error.message}`));
      const kept = this.keep(packet, clientId);
      if (!kept) return callback(null);
      const connection = client?.connection;
      connection?.addPending(0);
      const done: Callback = (failure) => {
        connection?.removePending(0);
        callback(failure);
      };
      kept.then(() => done(null), done);
    };
    if (!this.interest.isTelemetry(packet.topic)) return keep();
    this.submit(
      client?.connection,
      clientId,
      packet,
      this.retainedState(client, packet),
      (error, areReadings) => {
        if (packet.retain) packet.areReadings = areReadings;
        keep(error);
      },
    );
  }

  /** A will was not sent at this connection, and says what its client cannot say again. */
  private retainedState(client: ConnectedClient | null, packet: PublishPacket): RawMessage['retained'] {
    if (!packet.retain) return undefined;
    if (!client || packet.clientId !== undefined) return 'new';
    return this.persistence.retainedAgain.isAgain(client.connection, packet) ? 'again' : 'new';
  }

  /**
   * Retains the message and queues it for kept sessions, before its acknowledgement. Returns null if neither is needed.
   */
  private keep(packet: PublishPacket, clientId: string): Promise<unknown> | null {
    const writes: Promise<void>[] = [];
    if (packet.retain) writes.push(this.persistence.retain(packet, packet.qos > 0));
    const queued = packet.qos > 0 ? this.persistence.queueForSessions(packet, clientId) : null;
    if (queued) writes.push(queued);
    return writes.length > 0 ? Promise.all(writes) : null;
  }
}
