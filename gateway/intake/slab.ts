/**
 * A slab: messages packed into one buffer, so that many cross from the main thread to the data thread as one transfer.
 *
 *     per message   f64 receivedMs · u32 topic · u32 client · u32 topic length · u32 client length · u32 payload length
 *                   u32 flags (1: resend) · topic · client · payload, the next message 8-aligned
 *
 * Topics and clients are numbers on their way: a text goes along only with a number's first use, since the same few come
 * again and again. Slabs must be read in the order in which they were filled. It lives in memory only; both sides are of
 * one build and one machine.
 */
import type { RawMessage } from '../ports.ts';

const headWords = 8;
const headBytes = headWords * 4;
/** In place of a length: the number is known. */
const known = 0xffff_ffff;
/** Of topics, and of clients; then counting begins again. */
const namesMax = 1 << 16;

export function slabBytes(message: RawMessage): number {
  const text = Buffer.byteLength(message.topic) + Buffer.byteLength(message.client);
  return (headBytes + text + message.payload.length + 7) & ~7;
}

/** The writing side's numbers, for all its slabs. */
export class NameNumbers {
  readonly topics = new Map<string, number>();
  readonly clients = new Map<string, number>();
}

/** The reading side's. */
export class NameTexts {
  readonly topics: string[] = [];
  readonly clients: string[] = [];
}

function numbered(numbers: Map<string, number>, name: string): number {
  if (numbers.size >= namesMax) numbers.clear();
  const number = numbers.size;
  numbers.set(name, number);
  return number;
}

/** Fills one buffer with messages. */
export class SlabWriter {
  readonly memory: ArrayBuffer;
  private readonly numbers: NameNumbers;
  private readonly buffer: Buffer;
  private readonly words: Uint32Array;
  private readonly doubles: Float64Array;
  private length = 0;

  /** `memory` has a multiple of 8 bytes. */
  constructor(memory: ArrayBuffer, numbers: NameNumbers) {
    this.memory = memory;
    this.numbers = numbers;
    this.buffer = Buffer.from(memory);
    this.words = new Uint32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  get bytes(): number {
    return this.length;
  }

  /** False if the message does not fit any more. */
  add(message: RawMessage): boolean {
    const { buffer: bytes, words } = this;
    const { topic, client, payload } = message;
    const start = this.length;
    // A character is at most 3 bytes of UTF-8, so this never writes past the end and needs no length beforehand.
    if (start + headBytes + (topic.length + client.length) * 3 + payload.length + 8 > bytes.length)
      return false;
    const word = start >> 2;
    let at = start + headBytes;
    this.doubles[start >> 3] = message.receivedMs;
    const topicNumber = this.numbers.topics.get(topic);
    words[word + 2] = topicNumber ?? numbered(this.numbers.topics, topic);
    words[word + 4] = topicNumber === undefined ? bytes.write(topic, at, 'utf8') : known;
    if (topicNumber === undefined) at += words[word + 4]!;
    const clientNumber = this.numbers.clients.get(client);
    words[word + 3] = clientNumber ?? numbered(this.numbers.clients, client);
    words[word + 5] = clientNumber === undefined ? bytes.write(client, at, 'utf8') : known;
    if (clientNumber === undefined) at += words[word + 5]!;
    words[word + 6] = payload.length;
    words[word + 7] = message.resend ? 1 : 0;
    bytes.set(payload, at);
    this.length = (at + payload.length + 7) & ~7;
    return true;
  }
}

/** Calls back for each message; payloads are views into the slab, valid until it is handed back. */
export function readSlab(
  memory: ArrayBuffer,
  bytes: number,
  names: NameTexts,
  each: (message: RawMessage) => void,
): void {
  const slab = Buffer.from(memory);
  const words = new Uint32Array(memory);
  const doubles = new Float64Array(memory);
  const text = (texts: string[], number: number, from: number, length: number): number => {
    if (length === known) return from;
    texts[number] = slab.toString('utf8', from, from + length);
    return from + length;
  };
  for (let at = 0; at < bytes; ) {
    const word = at >> 2;
    const topic = words[word + 2]!;
    const client = words[word + 3]!;
    let from = text(names.topics, topic, at + headBytes, words[word + 4]!);
    from = text(names.clients, client, from, words[word + 5]!);
    const end = from + words[word + 6]!;
    each({
      topic: names.topics[topic]!,
      client: names.clients[client]!,
      payload: slab.subarray(from, end),
      resend: words[word + 7] === 1,
      receivedMs: doubles[at >> 3]!,
    });
    at = (end + 7) & ~7;
  }
}
