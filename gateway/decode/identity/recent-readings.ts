import type { Clock } from '../../../shared/runtime/clock.ts';

/**
 * Remembers the readings seen lately, so that a resend is recognised and two distinct readings never share a timestamp.
 *
 * An entry is a 64-bit key (a hash of what identifies a reading: its machine and time, or machine and running number)
 * with a 32-bit fingerprint of its content. Two generations of a table: when the younger is full it becomes the older and
 * the older is forgotten. Where `growth` allows it, a generation is so large that it lasts while a sensor reconnects, at
 * the pace of the generation before. So between one and two generations' entries are known, in bounded memory (26 bytes
 * an entry of capacity). A key collision (one in 2^64 pairs) can at worst shift a timestamp by 1 ns.
 *
 * Most keys that are looked for are new, so what is read first is one byte a slot: those fit the processor's cache.
 */
export class RecentReadings {
  private readonly capacity: number;
  private readonly growth: Growth | null;
  private young: Table;
  private old: Table;

  /** @param capacity entries of a generation; a power of two */
  constructor(capacity: number = 1 << 17, growth: Growth | null = null) {
    this.capacity = capacity;
    this.growth = growth;
    this.young = emptyTable(capacity, growth?.nowMs() ?? 0);
    this.old = emptyTable(capacity, 0);
  }

  /** The fingerprint stored for a key, or -1. */
  find(high: number, low: number): number {
    const slot = this.slotOf(this.young, high, low);
    if (slot >= 0) return this.young.words[slot * 3 + 2]!;
    const older = this.slotOf(this.old, high, low);
    return older >= 0 ? this.old.words[older * 3 + 2]! : -1;
  }

  add(high: number, low: number, fingerprint: number): void {
    if (this.young.count >= this.young.capacity) this.beginGeneration();
    const { tags, words } = this.young;
    const known = this.slotOf(this.young, high, low);
    const mask = tags.length - 1;
    let slot = known >= 0 ? known : low & mask;
    if (known < 0) while (tags[slot] !== 0) slot = (slot + 1) & mask;
    tags[slot] = tagOf(high);
    words[slot * 3] = high;
    words[slot * 3 + 1] = low;
    words[slot * 3 + 2] = fingerprint;
    this.young.count++;
  }

  /** Forgets a key whose reading was not stored after all. Its slot stays taken by a key that nothing has. */
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

  private slotOf(table: Table, high: number, low: number): number {
    const { tags, words } = table;
    const tag = tagOf(high);
    const mask = tags.length - 1;
    let slot = low & mask;
    for (let found = tags[slot]!; found !== 0; found = tags[slot]!) {
      if (found === tag && words[slot * 3] === high >>> 0 && words[slot * 3 + 1] === low >>> 0) return slot;
      slot = (slot + 1) & mask;
    }
    return -1;
  }
}

/** Entries of a generation, two a reading: a minute at 1,000 readings a second, or two seconds at 200,000. */
const entriesMin = 1 << 17;
const entriesMax = 1 << 19;
const generationMs = 60_000;

/** The memory of a gateway, which grows with the pace of its readings. */
export function recentReadings(clock: Clock): RecentReadings {
  const growth = { capacityMax: entriesMax, withinMs: generationMs, nowMs: () => clock.monotonicMs() };
  return new RecentReadings(entriesMin, growth);
}

/** How far generations may grow beyond the first. */
export interface Growth {
  /** Entries; a power of two. */
  capacityMax: number;
  /** A generation should take at least so long to fill. */
  withinMs: number;
  /** Monotonic. */
  nowMs(): number;
}

interface Table {
  /** One byte a slot: 0 if it is empty, else 8 bits of its key. There are twice as many slots as entries. */
  tags: Uint8Array;
  words: Uint32Array;
  capacity: number;
  count: number;
  bornMs: number;
}

/** The capacity that lasts `withinMs` at the pace at which `full` filled: a power of two from `capacity` to the largest allowed. */
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

/** The tag of a slot whose key was removed; no key has it. */
const forgotten = 1;

function tagOf(high: number): number {
  return (high >>> 24) | 2;
}

function emptyTable(capacity: number, bornMs: number): Table {
  const slots = capacity * 2;
  return { tags: new Uint8Array(slots), words: new Uint32Array(slots * 3), capacity, count: 0, bornMs };
}
