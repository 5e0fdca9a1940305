import type { Duplex } from 'node:stream';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { Settle } from '../../../ports/source.ts';
import { ConnectionRefusal, type RefusalReason } from '../connection-refusal.ts';
import type { PublishPacket } from '../packet.ts';
import { readyForSubscribers } from './message-properties.ts';
import { OutgoingWindow, type QosClient } from './outgoing.ts';
import { PacketCheck } from './packet-check.ts';
import { carriers, PropertyReader } from './properties.ts';
import { disconnectPacket, reasonCodeOf, refusingConnack } from './reason-codes.ts';

/** Limits that CONNACK tells a client. */
export const mqtt5Limits = { topicAliasMaximum: 16, receiveMaximum: 10_000 };
/** Longer topics get no alias: each connection would keep as many as it has aliases. */
const aliasTopicLengthMax = 1_024;
/** Number of packet ids, 0 for none included. */
const messageIds = 0x1_0000;

/** The part of Aedes' client that is needed here. Its fields are known from CONNECT on. */
export interface Mqtt5Client extends QosClient {
  id: string;
  clean: boolean;
  connackSent: boolean;
  connecting: boolean;
  connected: boolean;
  closed: boolean;
  maximumPacketSize?: number;
  receiveMaximum: number;
  sessionExpiryInterval: number;
  _topicAliases: Map<number, string>;
  prependListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** The part of a connection that is needed here. */
export interface Mqtt5Connection {
  readonly stream: Duplex;
  readonly closed: boolean;
  settled: Settle;
  /** The topic in these bytes if its message only has to be stored; otherwise null. */
  telemetryTopic(chunk: Buffer, start: number, end: number): string | null;
  onlyStores(topic: string): boolean;
  take(topic: string, payload: Buffer, messageId: number, resend: boolean): void;
  pass(bytes: Buffer): boolean;
  drop(reason: RefusalReason, message: string, reasonCode?: number): void;
}

/** CONNECT, as far as sessions and wills depend on it. */
export interface ConnectAsked {
  clean?: boolean;
  properties?: { sessionExpiryInterval?: number };
  will?: { properties?: { willDelayInterval?: number } };
}

type Callback = (error?: Error | null) => void;

/** Rules that a client of MQTT 5 and the broker hold each other to on one connection. */
export class Mqtt5 {
  /** Its CONNECT wanted no session of before. */
  cleanStart = false;
  /** The session outlives the connection, or did outlive one before it. */
  keepsSession = false;
  readonly client: Mqtt5Client;
  readonly outgoing: OutgoingWindow;
  private readonly connection: Mqtt5Connection;
  private readonly check = new PacketCheck();
  private readonly properties = new PropertyReader();
  /** Messages of QoS 1 that the client has sent and that are not acknowledged. */
  private unacknowledged = 0;
  /** Packet ids of QoS 2 that it has not released. */
  private readonly unreleased = new Set<number>();
  private asksToLast = false;
  private said = false;

  constructor(connection: Mqtt5Connection, client: Mqtt5Client) {
    this.connection = connection;
    this.client = client;
    this.outgoing = new OutgoingWindow(client, () =>
      connection.drop('slow', 'does not acknowledge its messages'),
    );
    const { settled } = connection;
    connection.settled = (error, ticket) => {
      if (ticket % messageIds > 0) this.unacknowledged -= 1;
      settled(error, ticket);
    };
    client.prependListener('error', (error) => this.sayWhy(error));
  }

  /** Notes what CONNECT asks for. A will waits no longer than its session lasts [MQTT-3.1.3-9]. */
  connect({ clean, properties, will }: ConnectAsked): void {
    this.cleanStart = clean === true;
    this.asksToLast = (properties?.sessionExpiryInterval ?? 0) > 0;
    const asked = will?.properties;
    const lastsS = properties?.sessionExpiryInterval ?? 0;
    if (asked?.willDelayInterval) asked.willDelayInterval = Math.min(asked.willDelayInterval, lastsS);
  }

  /** Why a DISCONNECT is not one. */
  leaveProblem({ properties }: { properties?: { sessionExpiryInterval?: number } }): string | null {
    const isLate = !this.asksToLast && (properties?.sessionExpiryInterval ?? 0) > 0;
    return isLate ? 'a session that ends with its connection cannot be prolonged by DISCONNECT' : null;
  }

  /** Passes on whole packets, unless MQTT 5 forbids one. */
  pass(bytes: Buffer): boolean {
    const violation = this.check.violationIn(bytes);
    if (violation === null) return this.connection.pass(bytes);
    this.connection.drop('malformed', violation.text, violation.reasonCode);
    return false;
  }

  /** Takes a PUBLISH as the connection does for MQTT 3.1.1, with its properties and aliases. */
  publish(chunk: Buffer, firstByte: number, start: number, end: number): boolean {
    const { client, connection, properties } = this;
    if (!client.connected || client.closed) return false;
    const topicStart = start + 2;
    const topicEnd = topicStart + ((chunk[start]! << 8) | chunk[start + 1]!);
    const acked = (firstByte & 2) !== 0;
    if (!acked && (firstByte & 8) !== 0) return false; // the parser refuses DUP at QoS 0
    const propertiesAt = acked ? topicEnd + 2 : topicEnd;
    if (topicStart > end || propertiesAt >= end) return false;
    const messageId = acked ? (chunk[topicEnd]! << 8) | chunk[topicEnd + 1]! : 0;
    if (acked && messageId === 0) return false;
    const payloadStart = properties.read(chunk, propertiesAt, end, carriers.publish);
    if (payloadStart < 0) return false;
    const topic = this.topicOf(chunk, topicStart, topicEnd, properties.topicAlias);
    if (topic === null) return false;
    if (acked) this.unacknowledged += 1;
    if (acked && this.isOver()) return true;
    connection.take(topic, chunk.subarray(payloadStart, end), messageId, (firstByte & 8) !== 0);
    return true;
  }

  /** The topic, by its alias too; null leaves the packet to Aedes, which keeps the same aliases and refuses wrong ones. */
  private topicOf(chunk: Buffer, start: number, end: number, alias: number): string | null {
    const { connection, client } = this;
    if (alias === 0 || alias > mqtt5Limits.topicAliasMaximum) return null;
    if (end === start) {
      const known = client._topicAliases.get(alias);
      return known !== undefined && connection.onlyStores(known) ? known : null;
    }
    const topic = connection.telemetryTopic(chunk, start, end);
    if (topic === null || alias < 0) return topic;
    if (topic.length > aliasTopicLengthMax) return null;
    client._topicAliases.set(alias, topic);
    return topic;
  }

  /** Called for a PUBLISH with an alias that the parser has read. Why it is not taken; null if it is. */
  static aliasProblem({
    topic,
    properties,
  }: {
    topic?: string;
    properties?: { topicAlias?: number };
  }): string | null {
    const isLong = properties?.topicAlias !== undefined && (topic?.length ?? 0) > aliasTopicLengthMax;
    return isLong ? `topics of more than ${aliasTopicLengthMax} characters get no alias` : null;
  }

  /** True if the client has sent more than its window; its connection ends then [MQTT-3.3.4-7]. */
  private isOver(): boolean {
    if (this.unacknowledged + this.unreleased.size <= mqtt5Limits.receiveMaximum) return false;
    const many = `more than ${mqtt5Limits.receiveMaximum} of its messages are not acknowledged`;
    this.connection.drop('malformed', many, 0x93);
    return true;
  }

  /**
   * Stands before `authorize` for what goes through Aedes. That answers each error with "not authorized"; here only a
   * missing right is answered so, and after any other error the client has to connect and send again.
   */
  authorize(packet: PublishPacket, done: Callback, authorize: (done: Callback) => void): void {
    const { qos, messageId = 0 } = packet;
    const isOwn = messageId > 0; // a will has no packet id
    if (isOwn && qos === 1) this.unacknowledged += 1;
    if (isOwn && qos === 2) this.unreleased.add(messageId);
    if (this.isOver()) return;
    authorize((error) => {
      if (isOwn && qos === 1) this.unacknowledged -= 1;
      if (!error) return done();
      this.unreleased.delete(messageId);
      if (this.client.closed || (error instanceof ConnectionRefusal && error.reason === 'publish'))
        return done(error);
      const reason = error instanceof ConnectionRefusal ? error.reason : 'intake';
      this.connection.drop(
        reason,
        error.message,
        error instanceof ConnectionRefusal ? error.reasonCode : undefined,
      );
    });
  }

  released(messageId: number): void {
    this.unreleased.delete(messageId);
  }

  /** Tells the client why its connection ends, unless Aedes has done so. */
  private sayWhy(error: Error): void {
    const { client, connection } = this;
    if (this.said || client.closed || connection.stream.destroyed) return;
    this.said = true;
    if (isAnsweredByAedes(error)) return;
    const code = reasonCodeOf(error);
    const bytesMax = client.maximumPacketSize;
    const packet = client.connackSent
      ? disconnectPacket(code, error.message, bytesMax)
      : refusingConnack(code, error.message, bytesMax);
    if (packet) connection.stream.write(packet);
  }
}

type Authorize<C> = (client: C | null, packet: PublishPacket, done: Callback) => void;

/** Aedes' authorizePublish, by way of what MQTT 5 adds for a client that speaks it. */
export function throughMqtt5<C extends { connection: { v5: Mqtt5 | null } }>(
  authorize: Authorize<C>,
  clock: Pick<Clock, 'nowMs'>,
): Authorize<C> {
  return (client, packet, done) => {
    const v5 = client?.connection.v5;
    if (!v5) return authorize(client, packet, done);
    readyForSubscribers(packet, clock.nowMs());
    v5.authorize(packet, done, (settled) => authorize(client, packet, settled));
  };
}

/** Aedes notes the code on an error whose CONNACK it has sent. */
function isAnsweredByAedes(error: Error): boolean {
  return !(error instanceof ConnectionRefusal) && ('reasonCode' in error || 'errorCode' in error);
}
