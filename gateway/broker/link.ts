import type { Duplex } from 'node:stream';
import { type LinkedClient, Refusal, type RefusalReason } from './aedes-types.ts';
import type { Durable } from './durable.ts';
import { Inlet, type InletHandler } from './inlet.ts';
import { type ReadBuffers, readInto } from './read-buffers.ts';
import type { Rights } from './rights.ts';
import { refuseBadTexts } from './texts.ts';

/** A CONNECT comes from someone we do not know yet: 64 KiB hold a long will and a long password. */
const connectBytesMax = 65_536;
/** One client's messages on their way to the disk, beyond which it is not read from. */
const linkPendingMax = 1_000;
const linkPendingBytesMax = 262_144;

export interface LinkOrigin {
  /** The peer's address, for logs and throttling. */
  address: string;
  /** The peer is a program on this computer (and no web page of somebody else's). */
  local: boolean;
  /** Bytes received so far on the underlying socket: how keep-alive notices life without touching each packet. */
  bytesRead(): number;
}

/** One connection: its bytes' way in, its acknowledgements' way out, and what the broker knows about it. */
export class Link implements InletHandler {
  readonly stream: Duplex;
  readonly origin: LinkOrigin;
  /** Null until CONNECT is accepted. */
  rights: Rights | null = null;
  keepaliveMs = 0;
  /** The client gave no id, so Aedes made one up. */
  namelessClient = false;
  willTopic: string | null = null;
  /** Filters it has subscribed to. */
  readonly granted = new Set<string>();
  pending = 0;
  pendingBytes = 0;
  receivedMs = 0;
  /** For the keep-alive sweep. */
  seenBytes = -1;
  seenAtMs = 0;
  drainSinceMs = 0;

  private client!: LinkedClient;
  private readonly durable: Durable;
  private readonly inlet: Inlet;
  private readonly readStream: () => Buffer | null;
  /** What the socket has just put into the buffer that all share, until it is dealt with. */
  private arrived: Buffer | null = null;
  /** What could not be dealt with at once, copied; then nothing more is read. */
  private held: Buffer | null = null;
  private reading = false;
  private readAgain = false;
  private readonly ackIds: number[] = [];
  /** The last topic, and how many of these bytes it has. */
  private topicBytes: Buffer = Buffer.alloc(0);
  private topicLength = 0;
  private topicText = '';
  private topicVersion = -1;

  constructor(
    stream: Duplex,
    origin: LinkOrigin,
    durable: Durable,
    buffers: ReadBuffers,
    packetBytesMax: number,
  ) {
    this.stream = stream;
    this.origin = origin;
    this.durable = durable;
    this.inlet = new Inlet(this, buffers, packetBytesMax, connectBytesMax);
    const read = stream.read;
    this.readStream = () => read.call(stream) as Buffer | null;
    // Aedes takes bytes with read(null); read(0) is Node's own "start reading".
    stream.read = (size?: number) => {
      if (size !== 0) return this.read();
      return this.held === null ? read.call(stream, 0) : null;
    };
    stream.on('drain', () => this.readOn());
    readInto(stream, buffers.shared, (bytes) => this.receive(bytes));
  }

  attach(client: LinkedClient): void {
    this.client = client;
    client.link = this;
    refuseBadTexts(client);
  }

  get clientId(): string {
    return this.client.id;
  }

  get closed(): boolean {
    return this.client.closed;
  }

  /** Closes the connection; the reason is logged and counted where Aedes reports the client's error. */
  drop(reason: RefusalReason, message: string): void {
    if (!this.client.closed) this.client.emit('error', new Refusal(reason, message));
  }

  /** What 'readable' does for a stream with a buffer of its own. Returns whether to read on. */
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
      this.readAgain = true; // from the stream, which was stopped
    }
    this.arrived = null;
    return chunk;
  }

  /** Called in place of the stream's read: takes what has arrived, hands it on, and leaves nothing for Aedes to do. */
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
      this.receivedMs = this.durable.clock.nowMs();
      const verdict = this.inlet.push(chunk);
      if (verdict === 'oversize') this.drop('oversize', 'packet larger than packetBytesMax');
      if (verdict === 'malformed') this.drop('malformed', 'packet length of more than four bytes');
    } while (this.readAgain);
    this.reading = false;
    return null;
  }

  private mayRead(): boolean {
    if (this.client.closed || this.stream.writableNeedDrain) return false; // 'drain' reads on
    if (this.durable.hasRoomFor(this)) return true;
    this.durable.waiting.add(this);
    return false;
  }

  hasRoom(): boolean {
    return this.pending < linkPendingMax && this.pendingBytes < linkPendingBytesMax;
  }

  /** Reads on after a pause of ours. */
  readOn(): void {
    if (!this.client.closed) this.client._nextBatch();
  }

  /** The parser may keep what it gets, so it gets a copy. */
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
    const payloadStart = acked ? topicEnd + 2 : topicEnd;
    if (topicStart > end || payloadStart > end) return false;
    const messageId = acked ? (chunk[topicEnd]! << 8) | chunk[topicEnd + 1]! : 0;
    if (acked && messageId === 0) return false;
    const topic = this.telemetryTopic(chunk, topicStart, topicEnd);
    if (topic === null) return false;
    this.durable.take(this, topic, chunk.subarray(payloadStart, end), messageId, (firstByte & 8) !== 0);
    return true;
  }

  /** The topic, if a message on it needs nothing but to be stored. Remembers the last one: most sensors have one. */
  private telemetryTopic(chunk: Buffer, start: number, end: number): string | null {
    const { interestVersion } = this.durable;
    const isLast = end - start === this.topicLength && sameBytes(this.topicBytes, chunk, start, end);
    if (isLast && this.topicVersion === interestVersion) return this.topicText;
    const topic = chunk.toString('utf8', start, end);
    if (!this.durable.onlyStored(topic) || !this.rights?.mayPublish(topic)) return null;
    this.topicLength = end - start;
    if (this.topicLength > this.topicBytes.length) this.topicBytes = Buffer.alloc(2 * this.topicLength);
    chunk.copy(this.topicBytes, 0, start, end);
    this.topicText = topic;
    this.topicVersion = interestVersion;
    return topic;
  }

  /** PUBACKs of one settled batch leave in one write (see Durable.flushAcks). */
  acknowledge(messageId: number): void {
    if (this.ackIds.length === 0) this.durable.acking.push(this);
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

/** Whether `known` begins with `chunk[start, end)`. */
function sameBytes(known: Buffer, chunk: Buffer, start: number, end: number): boolean {
  // The end of a topic differs first: sensor names come last.
  for (let i = end - start - 1; i >= 0; i--) if (known[i] !== chunk[start + i]) return false;
  return true;
}
