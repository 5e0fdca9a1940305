/** The few MQTT 3.1.1 packets that a publisher needs (OASIS MQTT 3.1.1, chapters 2 and 3). */

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
export function connectPacket(clientId: string, clean: boolean, credentials: Credentials): Buffer {
  const { username, password } = credentials;
  const flags =
    (clean ? 0x02 : 0) | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const content = Buffer.concat([
    prefixed('MQTT'),
    Buffer.from([4, flags, 0, 0]),
    prefixed(clientId),
    ...(username === undefined ? [] : [prefixed(username)]),
    ...(password === undefined ? [] : [prefixed(password)]),
  ]);
  return Buffer.concat([Buffer.from([0x10]), remainingLength(content.length), content]);
}

export interface PublishFrame {
  bytes: Buffer;
  /** Offset of the packet id (two bytes, big endian); -1 at QoS 0. */
  packetIdAt: number;
  payloadAt: number;
}

export function publishFrame(topic: string, payload: Buffer, qos: 0 | 1): PublishFrame {
  const head = prefixed(topic);
  const packetId = Buffer.alloc(qos === 0 ? 0 : 2);
  const length = remainingLength(head.length + packetId.length + payload.length);
  const bytes = Buffer.concat([Buffer.from([0x30 | (qos << 1)]), length, head, packetId, payload]);
  const payloadAt = bytes.length - payload.length;
  return { bytes, payloadAt, packetIdAt: qos === 0 ? -1 : payloadAt - 2 };
}

/**
 * Finds the packets that a broker sends to a publisher: CONNACK, PUBACK and PINGRESP, at most 4 bytes each. Passes each
 * to `onPacket(type, value)`; value is the last two bytes (packet id, or session flag and return code).
 */
export class AckScanner {
  readonly #onPacket: (type: number, value: number) => void;
  readonly #rest = new Uint8Array(4);
  #restLength = 0;

  constructor(onPacket: (type: number, value: number) => void) {
    this.#onPacket = onPacket;
  }

  reset(): void {
    this.#restLength = 0;
  }

  /**
   * Scans the first `length` bytes of `chunk`, which may be reused afterwards. @throws RangeError for any other packet
   */
  push(chunk: Uint8Array, length: number): void {
    let at = 0;
    while (this.#restLength > 0 && at < length) {
      this.#rest[this.#restLength++] = chunk[at++]!;
      const size = this.#restLength < 2 ? 4 : 2 + this.#rest[1]!;
      if (size > 4) throw unexpected(this.#rest[0]!);
      if (this.#restLength < size) continue;
      this.#restLength = 0;
      this.#emit(this.#rest, 0, size);
    }
    while (length - at >= 2) {
      const size = 2 + chunk[at + 1]!;
      if (size > 4) throw unexpected(chunk[at]!);
      if (length - at < size) break;
      this.#emit(chunk, at, size);
      at += size;
    }
    while (at < length) this.#rest[this.#restLength++] = chunk[at++]!;
  }

  #emit(bytes: Uint8Array, at: number, size: number): void {
    this.#onPacket(bytes[at]! >> 4, size === 4 ? (bytes[at + 2]! << 8) | bytes[at + 3]! : 0);
  }
}

function unexpected(first: number): RangeError {
  return new RangeError(`the broker sent a packet of type ${first >> 4} that a publisher does not expect`);
}
