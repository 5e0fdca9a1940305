import {
  type CompiledPayload,
  compilePayload,
  type Patcher,
  type PayloadFunction,
  writeDigits,
} from './payload.ts';
import { dupFlag, publishFrame, type Version } from './wire.ts';

/** The frames that a connection has in flight, one per slot. Slot i always uses packet id i + 1. */
export interface Slots {
  /** Puts the next message into a slot. */
  fill(slot: number, seq: number, nowMs: number): void;
  /** Sets DUP; every other byte stays as it was first sent. */
  markResent(slot: number): void;
  /** The bytes of `count` adjacent slots. They must not change until the broker has acknowledged them. */
  bytes(from: number, count: number): Buffer;
}

/** Placeholder in a topic for the number (6 digits) of one of the connection's machines, which alternate. */
export const memberSlot = '{member}';
const memberWidth = 6;
const zero = 48;

/** Frames of one length in one buffer, patched in place: a run of slots is written with a single call. */
export class TemplateSlots implements Slots {
  readonly #bytes: Buffer;
  readonly #length: number;
  readonly #payloadAt: number;
  readonly #payload: CompiledPayload;
  readonly #patcher: Patcher;
  readonly #firstByte: number;
  readonly #members: number;
  /** Offset within a frame; -1 if the topic names one machine. */
  readonly #memberAt: number;

  constructor(
    topic: string,
    payload: CompiledPayload,
    qos: 0 | 1,
    count: number,
    patcher: Patcher,
    members: number,
    version: Version = 4,
  ) {
    const frame = publishFrame(
      topic.replace(memberSlot, '0'.repeat(memberWidth)),
      payload.bytes,
      qos,
      version,
    );
    this.#members = members;
    this.#memberAt = frame.bytes.indexOf('0'.repeat(memberWidth));
    if (!topic.includes(memberSlot)) this.#memberAt = -1;
    this.#length = frame.bytes.length;
    this.#payloadAt = frame.payloadAt;
    this.#payload = payload;
    this.#patcher = patcher;
    this.#firstByte = frame.bytes[0]!;
    this.#bytes = Buffer.alloc(count * this.#length);
    for (let slot = 0; slot < count; slot++) {
      frame.bytes.copy(this.#bytes, slot * this.#length);
      if (qos === 1) this.#bytes.writeUInt16BE(slot + 1, slot * this.#length + frame.packetIdAt);
    }
  }

  fill(slot: number, seq: number, nowMs: number): void {
    const start = slot * this.#length;
    this.#bytes[start] = this.#firstByte;
    if (this.#memberAt >= 0) {
      writeDigits(this.#bytes, start + this.#memberAt, memberWidth, seq % this.#members, zero);
    }
    this.#patcher.patch(this.#bytes, start + this.#payloadAt, this.#payload.fields, seq, nowMs);
  }

  markResent(slot: number): void {
    this.#bytes[slot * this.#length] = this.#firstByte | dupFlag;
  }

  bytes(from: number, count: number): Buffer {
    return this.#bytes.subarray(from * this.#length, (from + count) * this.#length);
  }
}

/** Frames whose payloads are made by a function: of any length, and slower. */
export class FunctionSlots implements Slots {
  readonly #topic: string;
  readonly #machine: string;
  readonly #qos: 0 | 1;
  readonly #payload: PayloadFunction;
  readonly #frames: Buffer[];
  readonly #version: Version;

  constructor(
    topic: string,
    machine: string,
    payload: PayloadFunction,
    qos: 0 | 1,
    count: number,
    version: Version = 4,
  ) {
    this.#version = version;
    this.#topic = topic;
    this.#machine = machine;
    this.#qos = qos;
    this.#payload = payload;
    this.#frames = Array.from({ length: count }, () => Buffer.alloc(0));
  }

  fill(slot: number, seq: number, nowMs: number): void {
    const frame = publishFrame(
      this.#topic,
      this.#payload(this.#machine, seq, nowMs),
      this.#qos,
      this.#version,
    );
    if (this.#qos === 1) frame.bytes.writeUInt16BE(slot + 1, frame.packetIdAt);
    this.#frames[slot] = frame.bytes;
  }

  markResent(slot: number): void {
    this.#frames[slot]![0]! |= dupFlag;
  }

  bytes(from: number, count: number): Buffer {
    return Buffer.concat(this.#frames.slice(from, from + count));
  }
}

export interface SlotOptions {
  topic: string;
  machine: string;
  /** Number of the connection. */
  index: number;
  payload: string | PayloadFunction;
  payloadBytes: number;
  members: number;
  qos: 0 | 1;
  window: number;
  mqtt5?: boolean | undefined;
}

export function createSlots(options: SlotOptions, patcher: Patcher): Slots {
  const { topic, machine, index, payload, payloadBytes, members, qos, window } = options;
  const version = options.mqtt5 ? 5 : 4;
  if (typeof payload === 'function') return new FunctionSlots(topic, machine, payload, qos, window, version);
  return new TemplateSlots(
    topic,
    compilePayload(payload, machine, index, payloadBytes),
    qos,
    window,
    patcher,
    members,
    version,
  );
}

/** The free slots of a connection in the order of release. Acks arrive in order, so adjacent slots stay adjacent. */
export class FreeSlots {
  readonly #ring: Uint16Array;
  #head = 0;
  #count: number;

  constructor(slots: number) {
    this.#ring = Uint16Array.from({ length: slots }, (_, slot) => slot);
    this.#count = slots;
  }

  get count(): number {
    return this.#count;
  }

  /** The slot that `take` returns next. */
  get next(): number {
    return this.#ring[this.#head]!;
  }

  take(): number {
    const slot = this.#ring[this.#head]!;
    this.#head = this.#head + 1 === this.#ring.length ? 0 : this.#head + 1;
    this.#count--;
    return slot;
  }

  giveBack(slot: number): void {
    const tail = this.#head + this.#count;
    this.#ring[tail >= this.#ring.length ? tail - this.#ring.length : tail] = slot;
    this.#count++;
  }
}
