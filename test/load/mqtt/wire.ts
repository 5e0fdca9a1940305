/** The few packets that a publisher needs (OASIS MQTT 3.1.1 and 5.0, chapters 2 and 3). */

export type Version = 4 | 5;

export const packetType = { connack: 2, puback: 4, pingresp: 13 } as const;
/** PINGREQ and DISCONNECT have no content. */
export const pingRequest = Buffer.from([0xc0, 0]);
export const disconnect = Buffer.from([0xe0, 0]);
/** DUP in the first byte of a PUBLISH: the sender may have sent this message before. */
export const dupFlag = 0x08;

export interface Credentials {
  username?: string | undefined;
  password?: string | undefined;
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function prefixed(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([length, body]);
}

/**
 * CONNECT without keep-alive: a load generator is never silent for long, and its pings would affect the measurement.
 */
export function connectPacket(
  clientId: string,
  clean: boolean,
  credentials: Credentials,
  version: Version = 4,
): Buffer {
  const { username, password } = credentials;
  const flags =
    (clean ? 0x02 : 0) | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const content = Buffer.concat([
    prefixed('MQTT'),
    Buffer.from([version, flags, 0, 0]),
    propertiesOf(version, clean ? [] : lastingSession),
    prefixed(clientId),
    ...(username === undefined ? [] : [prefixed(username)]),
    ...(password === undefined ? [] : [prefixed(password)]),
  ]);
  return Buffer.concat([Buffer.from([0x10]), remainingLength(content.length), content]);
}

/** A Session Expiry Interval of an hour: without it, a session of MQTT 5 ends with its connection. */
const lastingSession = [0x11, 0, 0, 14, 16];

/** A property block, which only MQTT 5 has. */
function propertiesOf(version: Version, properties: readonly number[]): Buffer {
  return version === 5 ? Buffer.from([properties.length, ...properties]) : Buffer.alloc(0);
}

export interface PublishFrame {
  bytes: Buffer;
  /** Offset of the packet id (two bytes, big endian); -1 at QoS 0. */
  packetIdAt: number;
  payloadAt: number;
}

export function publishFrame(topic: string, payload: Buffer, qos: 0 | 1, version: Version = 4): PublishFrame {
  const head = prefixed(topic);
  const packetId = Buffer.alloc(qos === 0 ? 0 : 2);
  const properties = propertiesOf(version, []);
  const length = remainingLength(head.length + packetId.length + properties.length + payload.length);
  const first = Buffer.from([0x30 | (qos << 1)]);
  const bytes = Buffer.concat([first, length, head, packetId, properties, payload]);
  const payloadAt = bytes.length - payload.length;
  return { bytes, payloadAt, packetIdAt: qos === 0 ? -1 : payloadAt - properties.length - 2 };
}

/**
 * Finds the packets that a broker sends to a publisher: CONNACK, PUBACK and PINGRESP, at most 4 bytes each, but for the
 * properties of CONNACK. Passes each to `onPacket(type, value)`; value is the two bytes after the header (packet id, or
 * session flag and code).
 */
export class AckScanner {
  readonly #onPacket: (type: number, value: number) => void;
  readonly #rest = new Uint8Array(4);
  #restLength = 0;
  /** Bytes of properties that are still to come. */
  #skip = 0;

  constructor(onPacket: (type: number, value: number) => void) {
    this.#onPacket = onPacket;
  }

  reset(): void {
    this.#restLength = 0;
    this.#skip = 0;
  }

  /**
   * Scans the first `length` bytes of `chunk`, which may be reused afterwards. @throws RangeError for any other packet
   */
  push(chunk: Uint8Array, length: number): void {
    let at = this.#skipped(0, length, this.#skip);
    while (this.#restLength > 0 && at < length) {
      this.#rest[this.#restLength++] = chunk[at++]!;
      const size = this.#restLength < 2 ? 4 : 2 + this.#rest[1]!;
      const known = knownBytes(this.#rest[0]!, size);
      if (this.#restLength < known) continue;
      this.#restLength = 0;
      this.#emit(this.#rest, 0, known);
      at = this.#skipped(at, length, size - known);
    }
    while (length - at >= 2) {
      const size = 2 + chunk[at + 1]!;
      const known = knownBytes(chunk[at]!, size);
      if (length - at < known) break;
      this.#emit(chunk, at, known);
      at = this.#skipped(at + known, length, size - known);
    }
    while (at < length) this.#rest[this.#restLength++] = chunk[at++]!;
  }

  /** Where the next packet begins, or the chunk ends. */
  #skipped(at: number, length: number, bytes: number): number {
    const skipped = Math.min(bytes, length - at);
    this.#skip = bytes - skipped;
    return at + skipped;
  }

  #emit(bytes: Uint8Array, at: number, size: number): void {
    this.#onPacket(bytes[at]! >> 4, size === 4 ? (bytes[at + 2]! << 8) | bytes[at + 3]! : 0);
  }
}

/** The bytes of a packet without the properties of CONNACK. @throws RangeError for a packet that no publisher gets */
function knownBytes(first: number, size: number): number {
  if (size <= 4) return size;
  if (first >> 4 === packetType.connack && size < 2 + 128) return 4;
  if (first >> 4 === packetType.puback && size === 6) return 4; // a code and no properties, which bare Aedes writes
  throw unexpected(first);
}

function unexpected(first: number): RangeError {
  return new RangeError(`the broker sent a packet of type ${first >> 4} that a publisher does not expect`);
}
