/**
 * Connections (gateway/sources/mqtt/connection): the bytes of one client, in and out: listeners, packet headers,
 * back-pressure, acknowledgements. It runs for each chunk of bytes. Whether a message is durable, and may be
 * acknowledged, is decided in ../acknowledging.ts.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { Settle } from '../../../ports/source.ts';
import { ConnectionRefusal, type RefusalReason } from '../connection-refusal.ts';
import { Inlet, type InletHandler, isRefusal, refusedPackets } from '../inlet/inlet.ts';
import { readInto } from '../inlet/read-buffers.ts';
import type { Unfinished } from '../inlet/unfinished.ts';
import { Mqtt5 } from '../mqtt5/mqtt5.ts';
import { isConnect5 } from '../mqtt5/packet-check.ts';
import type { PublishPacket } from '../packet.ts';
import type { Rights } from '../rights.ts';
import type { AedesClient } from './aedes-client.ts';
import type { CatchingUp } from './catching-up.ts';
import { GrantedFilters } from './granted-filters.ts';
import { LastTopic } from './last-topic.ts';
import type { ConnectionOrigin } from './origin.ts';
import { refuseViolations } from './packet-rules.ts';
import { Swept } from './swept.ts';
import { refuseBadTexts } from './texts.ts';

/** Limit of the CONNECT packet, whose sender is not known yet. It leaves room for a long will and a long password. */
const connectBytesMax = 65_536;
/** Limits of one client's messages that are not durable yet; at these it is not read from. */
const [pendingMax, pendingBytesMax] = [1_000, 262_144];

/** An Aedes client that belongs to a connection. */
export interface ConnectedClient extends AedesClient {
  connection: Connection;
}

/** Makes messages durable, and decides when a connection may be read and when its acknowledgements are written. */
export interface ConnectionGate {
  /** Changes whenever an answer of `onlyStored` may change. */
  readonly interestVersion: number;
  /** True if a message on this topic only has to be stored: it is telemetry that nobody has subscribed to. */
  onlyStored(topic: string): boolean;
  /** True if more may be read from the connection now. */
  hasRoomFor(connection: Connection): boolean;
  /** Calls `connection.readOn()` once there is room for the connection. */
  resumeLater(connection: Connection): void;
  /** Makes a message durable, then acknowledges it. `messageId` is 0 for QoS 0. `payload` is valid during the call. */
  take(connection: Connection, topic: string, payload: Buffer, messageId: number, resend: boolean): void;
  /** Takes the answer to a message that `take` has handed over with this ticket. */
  settle(connection: Connection, error: Error | undefined, ticket: number): void;
  /** Calls `connection.writeAcks()` after all messages that settle together. */
  acknowledgeSoon(connection: Connection): void;
}

export interface ConnectionDeps {
  gate: ConnectionGate;
  clock: Clock;
  unfinished: Unfinished;
  packetBytesMax: number;
}

/** One connection: reads its bytes, counts its pending messages, and writes its acknowledgements. */
export class Connection implements InletHandler {
  /** Distinguishes the connections of this process. */
  readonly number: number;
  readonly stream: Duplex;
  readonly origin: ConnectionOrigin;
  /** Null until CONNECT is accepted. */
  rights: Rights | null = null;
  keepaliveMs = 0;
  /** The client sent no id, so Aedes generated one. */
  namelessClient = false;
  /** From CONNECT until it is admitted. */
  will: PublishPacket | null = null;
  /** The client is a bridge: it passes on what others send, and sends again without DUP what they send again. */
  forwards = false;
  /** Filters it has subscribed to. */
  readonly granted = new GrantedFilters();
  /** When the bytes being handled were received. */
  receivedMs = 0;
  /** State of the periodic sweep (see Connections). */
  readonly swept = new Swept();
  /** The additions of MQTT 5; null for a client of 3.1.1, whose packets then never come by it. */
  v5: Mqtt5 | null = null;
  /** Sends the queue of a kept session before anything new; null without such a session. */
  catchingUp: CatchingUp | null = null;
  /** Receives the answers to all messages that the gate takes: one function, as there are many messages. */
  settled: Settle;

  client!: ConnectedClient;
  readonly inlet: Inlet;
  private readonly gate: ConnectionGate;
  private readonly clock: Clock;
  private readonly readStream: () => Buffer | null;
  /** Messages and payload bytes that were taken and are not settled yet. */
  private pending = 0;
  private pendingBytes = 0;
  /** Bytes that the socket has just read into the shared buffer, until they are handled. */
  private arrived: Buffer | null = null;
  /** A copy of received bytes that could not be handled at once. While there is one, nothing more is read. */
  private held: Buffer | null = null;
  private reading = false;
  private readAgain = false;
  private readonly ackIds: number[] = [];
  /** The last topic of which `telemetryTopic` found that its messages only have to be stored. */
  private readonly lastTopic = new LastTopic();

  constructor(
    number: number,
    stream: Duplex,
    origin: ConnectionOrigin,
    { gate, clock, unfinished, packetBytesMax }: ConnectionDeps,
  ) {
    this.number = number;
    this.stream = stream;
    this.origin = origin;
    this.gate = gate;
    this.settled = (error, ticket) => gate.settle(this, error, ticket);
    this.clock = clock;
    this.inlet = new Inlet(this.opening(), unfinished.of(this), packetBytesMax, connectBytesMax);
    const read = stream.read;
    this.readStream = () => read.call(stream) as Buffer | null;
    // Aedes takes bytes with read(null). Node itself calls read(0) to start reading.
    stream.read = (size?: number) => {
      if (size !== 0) return this.read();
      return this.held === null ? read.call(stream, 0) : null;
    };
    stream.on('drain', () => this.readOn());
    stream.on('close', () => this.inlet.close());
    readInto(stream, unfinished.buffers.shared, (bytes) => this.receive(bytes));
  }

  attach(client: ConnectedClient): void {
    this.client = client;
    client.connection = this;
    refuseBadTexts(client);
    client.subscriptions = Object.create(null) as AedesClient['subscriptions']; // see makeAedes
    refuseViolations(client, this);
  }

  get clientId(): string {
    return this.client.id;
  }

  get closed(): boolean {
    return this.client.closed;
  }

  /** Until CONNECT has come, which decides once who handles what comes after it. */
  private opening(): InletHandler {
    const pass = (bytes: Buffer) => {
      if (isConnect5(bytes)) this.v5 = new Mqtt5(this, this.client);
      const handler = this.v5 ?? this;
      this.inlet.handler = handler;
      return handler.pass(bytes);
    };
    return { publish: () => false, pass };
  }

  /** Closes the connection; the reason is logged and counted where Aedes reports the client's error. */
  drop(reason: RefusalReason, message: string, reasonCode?: number): void {
    if (this.client.closed) return;
    this.client.emit('error', new ConnectionRefusal(reason, message, undefined, reasonCode));
  }

  /** Handles bytes in the shared buffer, as 'readable' does for other streams. Returns true to continue reading. */
  private receive(bytes: Buffer): boolean {
    this.arrived = bytes;
    this.readOn();
    if (this.arrived === null) return this.mayRead();
    this.arrived = null;
    if (!this.client.closed) this.held = Buffer.from(bytes);
    return false;
  }

  private nextChunk(): Buffer | null {
    const chunk = this.arrived ?? this.held;
    if (chunk === null) return this.readStream();
    if (this.arrived === null) {
      this.held = null;
      this.readAgain = true; // the stream was not read while bytes were held
    }
    this.arrived = null;
    return chunk;
  }

  /** Replaces the stream's read: handles everything that has arrived, and always returns null to Aedes. */
  private read(): null {
    if (this.reading) {
      this.readAgain = true;
      return null;
    }
    this.reading = true;
    do {
      this.readAgain = false;
      if (!this.mayRead()) break;
      const chunk = this.nextChunk();
      if (chunk === null) break;
      this.receivedMs = this.clock.nowMs();
      const verdict = this.inlet.push(chunk);
      if (isRefusal(verdict)) this.drop(verdict, refusedPackets[verdict]);
      if (verdict === 'enough' && !this.client.closed) {
        this.held = Buffer.from(this.inlet.rest!);
        this.readAgain = true;
      }
    } while (this.readAgain);
    this.reading = false;
    return null;
  }

  private mayRead(): boolean {
    if (this.client.closed || this.stream.writableNeedDrain) return false; // 'drain' reads on
    if (this.gate.hasRoomFor(this)) return true;
    this.gate.resumeLater(this);
    return false;
  }

  /** Counts a message with this payload length until `removePending` is called for it. */
  addPending(bytes: number): void {
    this.pending += 1;
    this.pendingBytes += bytes;
  }

  removePending(bytes: number): void {
    this.pending -= 1;
    this.pendingBytes -= bytes;
  }

  get hasPending(): boolean {
    return this.pending > 0;
  }

  /** False while so much of this client is pending that it must not be read from. */
  get hasRoom(): boolean {
    return this.pending < pendingMax && this.pendingBytes < pendingBytesMax;
  }

  /** Resumes reading after the connection or its gate has paused it. */
  readOn(): void {
    if (!this.client.closed) this.client._nextBatch();
  }

  /** Passes a copy to the parser, as the parser may keep it. */
  pass(bytes: Buffer): boolean {
    this.client._parser.parse(Buffer.from(bytes));
    return !this.client.closed;
  }

  publish(chunk: Buffer, firstByte: number, start: number, end: number): boolean {
    const { client } = this;
    if (!client.connected || client.closed) return false;
    const topicStart = start + 2;
    const topicEnd = topicStart + ((chunk[start]! << 8) | chunk[start + 1]!);
    const acked = (firstByte & 2) !== 0;
    if (!acked && (firstByte & 8) !== 0) return false; // the parser refuses DUP at QoS 0
    const payloadStart = acked ? topicEnd + 2 : topicEnd;
    if (topicStart > end || payloadStart > end) return false;
    const messageId = acked ? (chunk[topicEnd]! << 8) | chunk[topicEnd + 1]! : 0;
    if (acked && messageId === 0) return false;
    const topic = this.telemetryTopic(chunk, topicStart, topicEnd);
    if (topic === null) return false;
    this.gate.take(this, topic, chunk.subarray(payloadStart, end), messageId, (firstByte & 8) !== 0);
    return true;
  }

  take(topic: string, payload: Buffer, messageId: number, resend: boolean): void {
    this.gate.take(this, topic, payload, messageId, resend);
  }

  onlyStores(topic: string): boolean {
    return this.gate.onlyStored(topic) && this.rights?.mayPublish(topic) === true;
  }

  /** Returns the topic if its message only has to be stored; otherwise null. */
  telemetryTopic(chunk: Buffer, start: number, end: number): string | null {
    const { interestVersion } = this.gate;
    if (this.lastTopic.matches(chunk, start, end, interestVersion)) return this.lastTopic.text;
    const topic = chunk.toString('utf8', start, end);
    if (!this.onlyStores(topic)) return null;
    this.lastTopic.remember(topic, chunk, start, end, interestVersion);
    return topic;
  }

  /** Sends a PUBACK soon: those of messages that settle together are sent in one write. */
  acknowledge(messageId: number): void {
    if (this.ackIds.length === 0) this.gate.acknowledgeSoon(this);
    this.ackIds.push(messageId);
  }

  writeAcks(): void {
    const ids = this.ackIds;
    if (!this.client.closed && !this.stream.destroyed) {
      const packets = Buffer.allocUnsafe(4 * ids.length);
      let at = 0;
      for (const id of ids) at = packets.writeUInt32BE(0x40020000 + id, at);
      this.stream.write(packets);
    }
    ids.length = 0;
  }
}
