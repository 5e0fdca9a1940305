/**
 * A slab: messages packed into one buffer, so that many cross from the main thread to the data thread at once. Both threads
 * see its memory: a buffer that is handed over would be counted by each one's garbage collector as a new one.
 *
 *     per message   f64 receivedMs · u32 topic · u32 client · u32 topic length · u32 client length · u32 payload length
 *                   u32 flags (1: resend, above it: gap) · topic · client · gap · payload, the next message 8-aligned
 *
 * The gap of 0 … 7 bytes gives a payload the alignment that it has where it comes from: a copy into memory that threads
 * share is made byte by byte otherwise.
 *
 * Topics and clients are numbers on their way: a text goes along only with a number's first use, since the same few come
 * again and again. Slabs must be read in the order in which they were filled. It lives in memory only; both sides are of
 * one build and one machine.
 */
import type { RawMessage } from '../ports/source.ts';

const headWords = 8;
const headBytes = headWords * 4;
/** Of a UTF-16 unit. */
const utf8BytesMax = 3;
/** In place of a length: the number is known. */
const known = 0xffff_ffff;
/** Of topics, and of clients; then counting begins again. */
const namesMax = 1 << 16;

/** What `add` asks for, at most. */
export function slabBytes({ topic, client, payload }: RawMessage): number {
  return (headBytes + (topic.length + client.length) * utf8BytesMax + payload.length + 14) & ~7;
}

/** Shared by the threads, or handed over from one to the other. */
export type SlabMemory = SharedArrayBuffer | ArrayBuffer;

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
  readonly memory: SlabMemory;
  private readonly numbers: NameNumbers;
  private readonly buffer: Buffer;
  private readonly words: Uint32Array;
  private readonly doubles: Float64Array;
  private length = 0;

  /** `memory` has a multiple of 8 bytes. */
  constructor(memory: SlabMemory, numbers: NameNumbers) {
    this.memory = memory;
    this.numbers = numbers;
    this.buffer = Buffer.from(memory);
    this.words = new Uint32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  get bytes(): number {
    return this.length;
  }

  /** For other messages, once these have been read. */
  clear(): void {
    this.length = 0;
  }

  /** False if the message does not fit any more. */
  add(message: RawMessage): boolean {
    const { buffer: bytes, words } = this;
    const { topic, client, payload } = message;
    const start = this.length;
    // Never writes past the end, and needs no length of the texts beforehand.
    if (start + slabBytes(message) > bytes.length) return false;
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
    const gap = (payload.byteOffset - at) & 7;
    words[word + 7] = (gap << 1) | (message.resend ? 1 : 0);
    at += gap;
    bytes.set(payload, at);
    this.length = (at + payload.length + 7) & ~7;
    return true;
  }
}

/** Reads what one buffer was filled with, each time. */
export class SlabReader {
  private readonly names: NameTexts;
  private readonly buffer: Buffer;
  private readonly words: Uint32Array;
  private readonly doubles: Float64Array;

  constructor(memory: SlabMemory, names: NameTexts) {
    this.names = names;
    this.buffer = Buffer.from(memory);
    this.words = new Uint32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  /** Calls back for each message of the first `bytes`; payloads are views, valid until the slab is filled anew. */
  read(bytes: number, each: (message: RawMessage) => void): void {
    const { names, buffer, words, doubles } = this;
    for (let at = 0; at < bytes; ) {
      const word = at >> 2;
      const topic = words[word + 2]!;
      const client = words[word + 3]!;
      let from = this.text(names.topics, topic, at + headBytes, words[word + 4]!);
      from = this.text(names.clients, client, from, words[word + 5]!);
      const flags = words[word + 7]!;
      from += flags >> 1;
      const end = from + words[word + 6]!;
      each({
        topic: names.topics[topic]!,
        client: names.clients[client]!,
        payload: buffer.subarray(from, end),
        resend: (flags & 1) !== 0,
        receivedMs: doubles[at >> 3]!,
      });
      at = (end + 7) & ~7;
    }
  }

  /** Where the text ends. */
  private text(texts: string[], number: number, from: number, length: number): number {
    if (length === known) return from;
    texts[number] = this.buffer.toString('utf8', from, from + length);
    return from + length;
  }
}
