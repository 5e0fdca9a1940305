/** Data thread: reads the messages of slabs (see slab.ts). */
import type { RawMessage } from '../ports/source.ts';
import { headBytes, knownName, type SlabMemory, type SlabNote } from './slab.ts';

/** The texts of topics and clients by number; one object serves all slabs of a writing thread. */
export class NameTexts {
  readonly topics: string[] = [];
  readonly clients: string[] = [];
}

/** Reads the messages of one memory each time it was filled. */
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

  /** Calls back for each message in the first `bytes`; payloads are views, valid until the slab is refilled. */
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
        connection: words[word + 8]!,
        receivedMs: doubles[at >> 3]!,
      });
      at = (end + 7) & ~7;
    }
  }

  /** Stores the text of a number if it is included. Returns where the text ends. */
  private text(texts: string[], number: number, from: number, length: number): number {
    if (length === knownName) return from;
    texts[number] = this.buffer.toString('utf8', from, from + length);
    return from + length;
  }
}

/** The readers of all slabs; those of reused memory by slot. */
export class SlabReaders {
  private readonly names: NameTexts;
  private readonly bySlot: SlabReader[] = [];

  constructor(names: NameTexts) {
    this.names = names;
  }

  of({ slot, memory }: SlabNote): SlabReader {
    if (!memory) return this.bySlot[slot!]!;
    const reader = new SlabReader(memory, this.names);
    if (slot !== null) this.bySlot[slot] = reader;
    return reader;
  }
}
