/**
 * Conformance to MQTT (test/conformance/mqtt): every normative statement of MQTT 3.1.1 and 5.0 about a server, by its number,
 * with a test that speaks bytes on a socket with the broker, or the reason why it has none. Here: the bytes.
 */
import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';

export type Version = 4 | 5;
type Bytes = Uint8Array | readonly number[];

export const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

/** A text with its length in front. */
export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function lengthOf(length: number): number[] {
  const rest = length >> 7;
  return rest === 0 ? [length] : [(length & 0x7f) | 0x80, ...lengthOf(rest)];
}

export function packet(first: number, ...parts: Bytes[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Uint8Array.from([first, ...lengthOf(body.length)]), body]);
}

/** A property block, which only MQTT 5 has. */
export function block(version: Version, properties: Bytes = []): Buffer {
  if (version === 4) return Buffer.alloc(0);
  return Buffer.concat([Uint8Array.from(lengthOf(properties.length)), Uint8Array.from(properties)]);
}

export const sessionExpiry = (seconds: number) => [0x11, 0, 0, seconds >> 8, seconds & 255];

export interface ConnectFields {
  id?: string;
  clean?: boolean;
  keepalive?: number;
  properties?: Bytes;
  will?: { topic: string; payload: string; qos?: number; retain?: boolean; properties?: Bytes };
  user?: string | null;
  password?: string | null;
  /** Added to the flags. */
  flags?: number;
  name?: string;
  level?: number;
}

export function connectPacket(version: Version, fields: ConnectFields = {}): Buffer {
  const { id = '', clean = true, keepalive = 60, properties, will, flags = 0, name = 'MQTT' } = fields;
  const { user = 'sensor', password = 'secret', level = version } = fields;
  const bits =
    (clean ? 2 : 0) |
    (will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (user === null ? 0 : 0x80) |
    (password === null ? 0 : 0x40) |
    flags;
  return packet(
    0x10,
    text(name),
    [level, bits, keepalive >> 8, keepalive & 255],
    block(version, properties),
    text(id),
    ...(will ? [block(version, will.properties), text(will.topic), text(will.payload)] : []),
    ...(user === null ? [] : [text(user)]),
    ...(password === null ? [] : [text(password)]),
  );
}

export interface PublishFields {
  qos?: 0 | 1 | 2;
  id?: number;
  retain?: boolean;
  dup?: boolean;
  properties?: Bytes;
}

export function publishPacket(
  version: Version,
  topic: string,
  payload: string,
  fields: PublishFields = {},
): Buffer {
  const { qos = 0, id = 1, retain = false, dup = false, properties } = fields;
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  const idBytes = qos === 0 ? [] : [id >> 8, id & 255];
  return packet(first, text(topic), idBytes, block(version, properties), Buffer.from(payload));
}

export function subscribePacket(
  version: Version,
  id: number,
  filters: [string, number][],
  properties?: Bytes,
): Buffer {
  const pairs = filters.flatMap(([filter, options]) => [text(filter), [options]]);
  return packet(0x82, [id >> 8, id & 255], block(version, properties), ...pairs);
}

export function unsubscribePacket(version: Version, id: number, filters: string[]): Buffer {
  return packet(0xa2, [id >> 8, id & 255], block(version), ...filters.map(text));
}

/** A packet from the broker. */
export interface Received {
  type: number;
  flags: number;
  body: Buffer;
}

/** A socket to the broker that keeps every packet that comes. */
export class Wire {
  readonly received: Received[] = [];
  closed = false;
  readonly socket: Socket;
  private rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => this.take(bytes));
    socket.once('close', () => {
      this.closed = true;
    });
  }

  static async open(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Wire(socket);
  }

  send(...packets: Buffer[]): void {
    this.socket.write(Buffer.concat(packets));
  }

  of(type: number): Received[] {
    return this.received.filter((each) => each.type === type);
  }

  /** Resolves with the packets of a type when there are `count`. */
  async got(type: number, count = 1): Promise<Received[]> {
    await until(() => {
      if (this.of(type).length < count) throw new Error(`no packet ${count} of type ${type}: ${this.said()}`);
    });
    return this.of(type);
  }

  /** Resolves when the broker has closed the connection, with what it said before. */
  async ended(): Promise<string> {
    await until(() => {
      if (!this.closed) throw new Error(`the connection is open: ${this.said()}`);
    });
    return this.said();
  }

  /** All that came: type and body in hexadecimal digits. */
  said(): string {
    return this.received.map(({ type, body }) => `${type}:${body.toString('hex')}`).join(' ');
  }

  /** The topics and payloads of what came as PUBLISH. */
  messages(version: Version): {
    topic: string;
    payload: string;
    qos: number;
    retain: boolean;
    dup: boolean;
    id: number;
    properties: Buffer;
  }[] {
    return this.of(3).map(({ flags, body }) => {
      const topicEnd = 2 + body.readUInt16BE(0);
      const qos = (flags >> 1) & 3;
      const id = qos === 0 ? 0 : body.readUInt16BE(topicEnd);
      const at = topicEnd + (qos === 0 ? 0 : 2);
      const length = version === 5 ? body[at]! : 0;
      const from = version === 5 ? at + 1 : at;
      return {
        topic: body.toString('utf8', 2, topicEnd),
        payload: body.toString('utf8', from + length),
        qos,
        retain: (flags & 1) === 1,
        dup: (flags & 8) === 8,
        id,
        properties: body.subarray(from, from + length),
      };
    });
  }

  private take(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      let [at, length, shift] = [1, 0, 0];
      while (at < this.rest.length && this.rest[at]! >= 0x80) {
        length |= (this.rest[at++]! & 0x7f) << shift;
        shift += 7;
      }
      if (at >= this.rest.length) return;
      length |= this.rest[at++]! << shift;
      if (this.rest.length < at + length) return;
      const first = this.rest[0]!;
      this.received.push({ type: first >> 4, flags: first & 15, body: this.rest.subarray(at, at + length) });
      this.rest = this.rest.subarray(at + length);
    }
  }
}
