/** Data thread: reads the messages of slabs (see slab.ts). */
import type { RawMessage } from '../../ports/source.ts';
import { headBytes, knownName, type SlabMemory, type SlabNote } from './slab.ts';

/** By the two flags. */
const retainedOf = [undefined, 'new', 'again', undefined] as const;
const formOf = [undefined, undefined, undefined, 'readings'] as const;

interface Sender {
  user: string | undefined;
  client: string;
  connection: number;
}

/** The texts of topics and senders by number; one object serves all slabs of a writing thread. */
export class NameTexts {
  readonly topics: string[] = [];
  readonly senders: Sender[] = [];
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
      const sender = words[word + 3]!;
      const topicLength = words[word + 4]!;
      const senderLength = words[word + 5]!;
      let from = at + headBytes;
      if (topicLength !== knownName) {
        if (topic === 0) names.topics.length = 0; // the numbering has restarted
        names.topics[topic] = buffer.toString('utf8', from, from + topicLength);
        from += topicLength;
      }
      if (senderLength !== knownName) {
        names.senders[sender] = senderOf(buffer.toString('utf8', from, from + senderLength));
        from += senderLength;
      }
      const { user, client, connection } = names.senders[sender]!;
      const flags = words[word + 7]!;
      from += flags >> 3;
      const end = from + words[word + 6]!;
      each({
        topic: names.topics[topic]!,
        client,
        user,
        payload: buffer.subarray(from, end),
        resend: (flags & 1) !== 0,
        connection,
        receivedMs: doubles[at >> 3]!,
        retained: retainedOf[(flags >> 1) & 3],
        form: formOf[(flags >> 1) & 3],
      });
      at = (end + 7) & ~7;
    }
  }
}

function senderOf(text: string): Sender {
  const first = text.indexOf(':');
  const second = text.indexOf(':', first + 1);
  const end = second + 1 + Number(text.slice(first + 1, second));
  return {
    connection: Number(text.slice(0, first)),
    user: second > first + 1 ? text.slice(second + 1, end) : undefined,
    client: text.slice(end),
  };
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
