/** Main thread: fills slabs with messages (see slab.ts). */
import type { RawMessage } from '../ports/source.ts';
import { headBytes, knownName, type SlabMemory } from './slab.ts';

/** A UTF-16 code unit needs at most this many bytes in UTF-8. */
const utf8BytesMax = 3;
/** Limit of numbered topics, and of numbered clients; at the limit numbering restarts. */
const namesMax = 1 << 16;

/** Returns an upper bound of the bytes that a message needs in a slab. */
export function slabBytes({ topic, client, payload }: RawMessage): number {
  return (headBytes + (topic.length + client.length) * utf8BytesMax + payload.length + 14) & ~7;
}

/** The numbers of topics and clients; one object serves all slabs of a writing thread. */
export class NameNumbers {
  readonly topics = new Map<string, number>();
  readonly clients = new Map<string, number>();
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

  /** The size of `memory` is a multiple of 8 bytes. */
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

  /** Empties the slab, once its messages have been read. */
  clear(): void {
    this.length = 0;
  }

  /** Returns false if the message does not fit. */
  add(message: RawMessage): boolean {
    const { buffer: bytes, words } = this;
    const { topic, client, payload } = message;
    const start = this.length;
    // This never writes past the end, and does not need the lengths of the texts beforehand.
    if (start + slabBytes(message) > bytes.length) return false;
    const word = start >> 2;
    let at = start + headBytes;
    this.doubles[start >> 3] = message.receivedMs;
    const topicNumber = this.numbers.topics.get(topic);
    words[word + 2] = topicNumber ?? numbered(this.numbers.topics, topic);
    words[word + 4] = topicNumber === undefined ? bytes.write(topic, at, 'utf8') : knownName;
    if (topicNumber === undefined) at += words[word + 4]!;
    const clientNumber = this.numbers.clients.get(client);
    words[word + 3] = clientNumber ?? numbered(this.numbers.clients, client);
    words[word + 5] = clientNumber === undefined ? bytes.write(client, at, 'utf8') : knownName;
    if (clientNumber === undefined) at += words[word + 5]!;
    words[word + 6] = payload.length;
    const gap = (payload.byteOffset - at) & 7;
    words[word + 8] = message.connection;
    words[word + 7] = (gap << 1) | (message.resend ? 1 : 0);
    at += gap;
    bytes.set(payload, at);
    this.length = (at + payload.length + 7) & ~7;
    return true;
  }
}
