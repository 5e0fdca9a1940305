/**
 * Records of a run (test/load/record): readings that were sent and acknowledged, and latencies. The store is
 * compared with them, so they never ask the product.
 */

/**
 * Readings that one machine sent, and which of them were acknowledged. Running numbers `first … next - 1` were sent.
 */
export class MachineLedger {
  readonly machine: string;
  readonly first: number;
  next: number;
  #acked = new Uint32Array(32);
  #ackedCount = 0;

  constructor(machine: string, first: number) {
    this.machine = machine;
    this.first = first;
    this.next = first;
  }

  get sentCount(): number {
    return this.next - this.first;
  }

  get ackedCount(): number {
    return this.#ackedCount;
  }

  ack(seq: number): void {
    const bit = seq - this.first;
    const word = bit >>> 5;
    if (word >= this.#acked.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#acked.length * 2));
      grown.set(this.#acked);
      this.#acked = grown;
    }
    const mask = 1 << (bit & 31);
    if ((this.#acked[word]! & mask) === 0) this.#ackedCount++;
    this.#acked[word]! |= mask;
  }

  isAcked(seq: number): boolean {
    const bit = seq - this.first;
    return bit >= 0 && ((this.#acked[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** The acknowledged running numbers as ranges, both ends included. */
  ackedRanges(): [number, number][] {
    const ranges: [number, number][] = [];
    for (let seq = this.first; seq < this.next; seq++) {
      if (!this.isAcked(seq)) continue;
      const last = ranges.at(-1);
      if (last?.[1] === seq - 1) last[1] = seq;
      else ranges.push([seq, seq]);
    }
    return ranges;
  }
}

export interface LedgerJson {
  machines: { machine: string; first: number; sent: number; acked: [number, number][] }[];
}

/** The result of comparing a store's content with a ledger. */
export interface LedgerVerdict {
  /** Acknowledged but not stored, which breaks the promise. The first 20. */
  lost: string[];
  lostCount: number;
  /** Stored more than once. The first 20. */
  repeated: string[];
  repeatedCount: number;
  /** Stored, but never sent. */
  strangers: number;
  /** Stored, but no acknowledgement arrived. This is allowed, as an acknowledgement may be lost. */
  storedUnacked: number;
}

/** Records which (machine, running number) were sent and acknowledged, in one bit each. */
export class Ledger {
  readonly machines: MachineLedger[];

  constructor(machines: MachineLedger[]) {
    this.machines = machines;
  }

  static fromJson(json: LedgerJson): Ledger {
    return new Ledger(
      json.machines.map((entry) => {
        const machine = new MachineLedger(entry.machine, entry.first);
        machine.next = entry.first + entry.sent;
        for (const [from, to] of entry.acked) for (let seq = from; seq <= to; seq++) machine.ack(seq);
        return machine;
      }),
    );
  }

  toJson(): LedgerJson {
    return {
      machines: this.machines.map((machine) => ({
        machine: machine.machine,
        first: machine.first,
        sent: machine.sentCount,
        acked: machine.ackedRanges(),
      })),
    };
  }

  get sentCount(): number {
    return this.machines.reduce((sum, machine) => sum + machine.sentCount, 0);
  }

  get ackedCount(): number {
    return this.machines.reduce((sum, machine) => sum + machine.ackedCount, 0);
  }

  /** Compares with the content of a store: every (machine, running number), as often as it is stored. */
  compare(stored: Iterable<readonly [machine: string, seq: number]>): LedgerVerdict {
    const comparison = new Comparison(this);
    for (const [machine, seq] of stored) comparison.add(machine, seq);
    return comparison.verdict();
  }
}

/** Compares reading by reading, for more readings than fit in memory. */
export class Comparison {
  stored = 0;
  readonly #seen: Map<string, { machine: MachineLedger; counts: Uint8Array }>;
  readonly #verdict: LedgerVerdict = {
    lost: [],
    lostCount: 0,
    repeated: [],
    repeatedCount: 0,
    strangers: 0,
    storedUnacked: 0,
  };

  constructor(ledger: Ledger) {
    this.#seen = new Map(
      ledger.machines.map((machine) => [
        machine.machine,
        { machine, counts: new Uint8Array(machine.sentCount) },
      ]),
    );
  }

  add(name: string, seq: number): void {
    const verdict = this.#verdict;
    const seen = this.#seen.get(name);
    const index = seen ? seq - seen.machine.first : -1;
    this.stored++;
    if (!seen || !(index in seen.counts)) verdict.strangers++;
    else if (seen.counts[index]! > 0) {
      if (verdict.repeatedCount++ < 20) verdict.repeated.push(`${name}#${seq}`);
    } else {
      seen.counts[index] = 1;
      if (!seen.machine.isAcked(seq)) verdict.storedUnacked++;
    }
  }

  /** Returns the result. Call it once, at the end. */
  verdict(): LedgerVerdict {
    const verdict = this.#verdict;
    for (const { machine, counts } of this.#seen.values()) {
      for (let index = 0; index < counts.length; index++) {
        const seq = machine.first + index;
        if (counts[index] !== 0 || !machine.isAcked(seq)) continue;
        if (verdict.lostCount++ < 20) verdict.lost.push(`${machine.machine}#${seq}`);
      }
    }
    return verdict;
  }
}
