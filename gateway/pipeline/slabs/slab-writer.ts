/** Main thread: fills slabs with messages (see slab.ts). */
import { isPacked, unpackedMax, waitingBytes } from '../../../shared/bounds/packed.ts';
import type { RawMessage } from '../../ports/source.ts';
import { headBytes, knownName, type SlabMemory } from './slab.ts';

/** A UTF-16 code unit needs at most this many bytes in UTF-8. */
const utf8BytesMax = 3;
/** Limit of the digits and colons before the names in the text of a sender, see `senderText`. */
const senderDigitsMax = 18;
/** Limit of numbered topics, and of numbered senders; the next slab restarts the numbering. */
const namesMax = 1 << 16;
/** Limit of the characters of numbered topics: each thread keeps them, and a topic may have 65,535. */
const topicCharsMax = 1 << 23;

/**
 * Bytes that the packed messages of a slab may have when they are unpacked. The data thread reads a slab in one go, and these take it
 * up to a fifth of a second: it must look after everything else between them.
 */
const unpackedOfSlabMax = 16 * unpackedMax;

/** Returns an upper bound of the bytes that a message needs in a slab. */
export function slabBytes({ topic, client, user = '', payload }: RawMessage): number {
  const names = topic.length + client.length + user.length;
  return (headBytes + names * utf8BytesMax + senderDigitsMax + payload.length + 14) & ~7;
}

interface Sender {
  number: number;
  user: string | undefined;
  connection: number;
}

/** The numbers of topics and senders; one object serves all slabs of a writing thread. */
export class NameNumbers {
  private readonly topics = new Map<string, number>();
  /** The latest sender of each client. */
  private readonly senders = new Map<string, Sender>();
  private senderCount = 0;
  private topicChars = 0;

  /**
   * Restarts the numbering of what there is too much of. Only before the first message of a slab: a slab may be read a
   * second time, and its numbers must then mean the same.
   */
  startSlab(): void {
    if (this.topics.size >= namesMax || this.topicChars >= topicCharsMax) {
      this.topics.clear();
      this.topicChars = 0;
    }
    if (this.senderCount >= namesMax) {
      this.senders.clear();
      this.senderCount = 0;
    }
  }

  topic(name: string): number | undefined {
    return this.topics.get(name);
  }

  sender({ client, user, connection }: RawMessage): number | undefined {
    const sender = this.senders.get(client);
    return sender !== undefined && sender.connection === connection && sender.user === user
      ? sender.number
      : undefined;
  }

  addTopic(name: string): number {
    const number = this.topics.size;
    this.topics.set(name, number);
    this.topicChars += name.length;
    return number;
  }

  /** A client that connects anew gets another number, since messages of its earlier connection may be in the slab. */
  addSender({ client, user, connection }: RawMessage): number {
    const number = this.senderCount++;
    this.senders.set(client, { number, user, connection });
    return number;
  }
}

/**
 * A sender as one text: the number of the connection, a colon, the length of the user's name (none: no user), a colon,
 * both names.
 */
function senderText({ user, client, connection }: RawMessage): string {
  return `${connection}:${user?.length ?? ''}:${user ?? ''}${client}`;
}

/** Readings of a source have no topic, and so are never a retained message. */
function kindFlags({ retained, form }: RawMessage): number {
  if (retained === undefined) return form === undefined ? 0 : 6;
  return retained === 'again' ? 4 : 2;
}

/** Fills one buffer with messages. */
export class SlabWriter {
  readonly memory: SlabMemory;
  private readonly numbers: NameNumbers;
  private readonly buffer: Buffer;
  private readonly words: Uint32Array;
  private readonly doubles: Float64Array;
  private length = 0;
  /** Bytes that its packed messages can have when they are unpacked. */
  private unpacked = 0;

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
    this.unpacked = 0;
  }

  /** Returns false if the message does not fit, or would take too long to read with those before it. */
  add(message: RawMessage): boolean {
    const { buffer: bytes, words, numbers } = this;
    const { topic, payload } = message;
    const start = this.length;
    // This never writes past the end, and does not need the lengths of the texts beforehand.
    if (start + slabBytes(message) > bytes.length) return false;
    const unpacked = isPacked(payload) ? waitingBytes(payload) : 0;
    if (start > 0 && this.unpacked + unpacked > unpackedOfSlabMax) return false;
    this.unpacked += unpacked;
    if (start === 0) numbers.startSlab();
    const word = start >> 2;
    let at = start + headBytes;
    this.doubles[start >> 3] = message.receivedMs;
    const topicNumber = numbers.topic(topic);
    words[word + 2] = topicNumber ?? numbers.addTopic(topic);
    words[word + 4] = topicNumber === undefined ? bytes.write(topic, at, 'utf8') : knownName;
    if (topicNumber === undefined) at += words[word + 4]!;
    const senderNumber = numbers.sender(message);
    words[word + 3] = senderNumber ?? numbers.addSender(message);
    words[word + 5] = senderNumber === undefined ? bytes.write(senderText(message), at, 'utf8') : knownName;
    if (senderNumber === undefined) at += words[word + 5]!;
    words[word + 6] = payload.length;
    const gap = (payload.byteOffset - at) & 7;
    words[word + 7] = (gap << 3) | kindFlags(message) | (message.resend ? 1 : 0);
    at += gap;
    bytes.set(payload, at);
    this.length = (at + payload.length + 7) & ~7;
    return true;
  }
}
