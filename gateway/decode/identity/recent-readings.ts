import type { Clock } from '../../../shared/runtime/clock.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';

/**
 * Remembers recent readings, so that a resend is recognised and two distinct readings never share a timestamp.
 *
 * An entry is a 64-bit key (a hash of what identifies a reading: its machine and time, or machine and running number)
 * with a 32-bit fingerprint of its content and the number of the connection on which it came last. There are two
 * generations of a table: when the younger is full, it becomes the older one and the older is discarded. If `growth`
 * allows it, a generation is so large that, at the rate of the previous generation, it lasts while a sensor reconnects.
 * So between one and two generations of entries are known, in bounded memory (26 bytes per entry of capacity). A key
 * collision (one in 2^64 pairs) can at worst shift a timestamp by 1 ns.
 *
 * Most keys that are looked up are new, so the first access is to one byte per slot: these bytes fit the processor's
 * cache. Entries follow each other in the order in which they came, for the same reason. Where a key is searched for
 * depends on chance, as senders could otherwise choose identities that share a slot, whose search takes as long as there
 * are of them.
 */
export class RecentReadings {
  private readonly capacity: number;
  private readonly growth: Growth | null;
  /** Factors of a universal hash, both odd. */
  private readonly highFactor: number;
  private readonly lowFactor: number;
  private young: Table;
  private old: Table;
  /** The entry that `find` has found last. */
  private found: Table;
  private foundWord = 0;

  /** @param capacity entries per generation; a power of two */
  constructor(
    capacity: number = 1 << 17,
    growth: Growth | null = null,
    random: Random = seededRandom(capacity),
  ) {
    this.capacity = capacity;
    this.growth = growth;
    this.highFactor = (random.next() * 2 ** 32) | 1;
    this.lowFactor = (random.next() * 2 ** 32) | 1;
    this.young = emptyTable(capacity, growth?.nowMs() ?? 0);
    this.old = emptyTable(capacity, 0);
    this.found = this.old;
  }

  /** The fingerprint stored for a key, or -1. */
  find(high: number, low: number): number {
    let table = this.young;
    let slot = this.slotOf(table, high, low);
    if (slot < 0) {
      table = this.old;
      slot = this.slotOf(table, high, low);
      if (slot < 0) return -1;
    }
    this.found = table;
    this.foundWord = table.entries[slot]! * entryWords;
    return table.words[this.foundWord + 2]!;
  }

  /** The connection of the entry that `find` has just found; 0 if it is not known. */
  get foundConnection(): number {
    return this.found.words[this.foundWord + 3]!;
  }

  /** Changes the connection of the entry that `find` has just found. */
  set foundConnection(connection: number) {
    this.found.words[this.foundWord + 3] = connection;
  }

  /** Removes the fingerprint of the entry that `find` has just found: its key stays occupied and matches no content. */
  occupyFound(): void {
    this.found.words[this.foundWord + 2] = 0;
  }

  add(high: number, low: number, fingerprint: number, connection = 0): void {
    if (this.young.count >= this.young.capacity) this.beginGeneration();
    const { young } = this;
    const { tags, entries, words } = young;
    let slot = this.slotOf(young, high, low);
    if (slot < 0) {
      slot = ~slot;
      tags[slot] = tagOf(high);
      entries[slot] = young.count++;
    }
    const word = entries[slot]! * entryWords;
    words[word] = high;
    words[word + 1] = low;
    words[word + 2] = fingerprint;
    words[word + 3] = connection;
  }

  /** Forgets a key whose reading was not stored. Its slot stays occupied by a tag that no key has. */
  remove(high: number, low: number): void {
    for (const table of [this.young, this.old]) {
      const slot = this.slotOf(table, high, low);
      if (slot >= 0) table.tags[slot] = forgotten;
    }
  }

  private beginGeneration(): void {
    const { capacity, growth, young } = this;
    const nowMs = growth?.nowMs() ?? 0;
    this.old = young;
    this.young = emptyTable(growth ? capacityFor(young, nowMs, capacity, growth) : capacity, nowMs);
  }

  private firstSlot({ shift }: Table, high: number, low: number): number {
    return ((Math.imul(high, this.highFactor) + Math.imul(low, this.lowFactor)) | 0) >>> shift;
  }

  /** Returns the slot of a key; if it has none, the bitwise complement of the empty slot for it. */
  private slotOf(table: Table, high: number, low: number): number {
    const { tags, entries, words } = table;
    const tag = tagOf(high);
    const mask = tags.length - 1;
    let slot = this.firstSlot(table, high, low);
    for (let found = tags[slot]!; found !== 0; found = tags[slot]!) {
      if (found === tag) {
        const word = entries[slot]! * entryWords;
        if (words[word] === high >>> 0 && words[word + 1] === low >>> 0) return slot;
      }
      slot = (slot + 1) & mask;
    }
    return ~slot;
  }
}

/** Number of the latest identities that are always known, one or two per reading. */
export const identitiesMin = 1 << 17;
/** Entries per generation, two per reading: a minute at 1,000 readings per second, or two seconds at 200,000. */
const entriesMax = 1 << 19;
const generationMs = 60_000;

/** Creates the memory of a gateway, which grows with the rate of readings. */
export function recentReadings(clock: Clock, random: Random): RecentReadings {
  const growth = { capacityMax: entriesMax, withinMs: generationMs, nowMs: () => clock.monotonicMs() };
  return new RecentReadings(identitiesMin, growth, random);
}

/** Limits of growth of the generations beyond the first. */
export interface Growth {
  /** Entries; a power of two. */
  capacityMax: number;
  /** Least time that a generation should take to fill. */
  withinMs: number;
  /** Monotonic. */
  nowMs(): number;
}

interface Table {
  /** One byte per slot: 0 if it is empty, else 8 bits of its key. There are twice as many slots as entries. */
  tags: Uint8Array;
  /** By slot: the number of its entry. */
  entries: Uint32Array;
  /** The entries, oldest first. */
  words: Uint32Array;
  /** Leaves as many of a hash's 32 bits as number a slot. */
  shift: number;
  capacity: number;
  /** Number of entries. */
  count: number;
  bornMs: number;
}

/**
 * Returns the capacity that lasts `withinMs` at the rate at which `full` filled: a power of two from `capacity` to the
 * maximum.
 */
function capacityFor(
  full: Table,
  nowMs: number,
  capacity: number,
  { capacityMax, withinMs }: Growth,
): number {
  const filledMs = Math.max(1, nowMs - full.bornMs);
  let enough = capacity;
  while (enough < capacityMax && enough * filledMs < full.count * withinMs) enough *= 2;
  return enough;
}

/** Words per entry: key (high, low), fingerprint, connection. */
const entryWords = 4;
/** The tag of a slot whose key was removed; no key has it. */
const forgotten = 1;

function tagOf(high: number): number {
  return (high >>> 24) | 2;
}

function emptyTable(capacity: number, bornMs: number): Table {
  const slots = capacity * 2;
  const shift = Math.clz32(slots) + 1;
  return {
    tags: new Uint8Array(slots),
    entries: new Uint32Array(slots),
    words: new Uint32Array(capacity * entryWords),
    shift,
    capacity,
    count: 0,
    bornMs,
  };
}
