import { addLost, type Lost } from '../../shared/bounds/drop-notes.ts';
import { Shares } from '../../shared/bounds/shares.ts';
import {
  type Dropped,
  type DropReason,
  dropReasons,
  type Ledger,
  type LetterKey,
  type StoredLetter,
  sizeOf,
} from './letter-record.ts';
import { pathOf, sourceDepth, sourceOf } from './letter-source.ts';

/** Letters added together, and what they have pushed out. */
export interface Addition {
  /** Letters that are kept, with their keys. */
  kept: [LetterKey, StoredLetter][];
  /** Letters on disk that make room. */
  evicted: LetterKey[];
  /** Letters and bytes that are lost by it, those that were not kept at all included. */
  lost: Lost<DropReason>;
  /** One that is lost: a key on disk, or a letter that was not kept. */
  example: LetterKey | StoredLetter | null;
  ledgerBefore: Ledger;
}

/**
 * The existing letters, with counts by code. When there are too many, the source that has most loses its oldest ones:
 * first the user, of whom the client, of which the topic (see Shares). So a flood drops its own letters and nobody
 * else's.
 */
export class LetterTable {
  private readonly limits: { countMax: number; bytesMax: number };
  private readonly letters = new Map<number, LetterKey>();
  private readonly shares = new Shares(sourceDepth);
  private readonly byCode = new Map<string, number>();
  private current: Ledger;

  constructor(
    limits: { countMax: number; bytesMax: number },
    keys: Iterable<LetterKey>,
    ledger: Ledger | null,
  ) {
    this.limits = limits;
    let lastId = 0;
    for (const key of [...keys].sort((a, b) => a.id - b.id)) {
      this.put(key);
      lastId = key.id;
    }
    const nextId = Math.max(ledger?.nextId ?? 1, lastId + 1);
    this.current = { dropped: 0, ...ledger, nextId };
  }

  get ledger(): Ledger {
    return this.current;
  }

  get(id: number): LetterKey | undefined {
    return this.letters.get(id);
  }

  /** In no particular order. */
  keys(): IterableIterator<LetterKey> {
    return this.letters.values();
  }

  /** Oldest first. */
  ids(): number[] {
    return [...this.letters.keys()].sort((a, b) => a - b);
  }

  /** The letters with a code, oldest first. */
  ofCode(code: string): LetterKey[] {
    if (!this.byCode.has(code)) return [];
    return [...this.keys()].filter((key) => key.code === code).sort((a, b) => a.id - b.id);
  }

  /** Adds letters and makes room for them. `undo` takes all of it back. */
  add(letters: readonly StoredLetter[], keptMs: number): Addition {
    const { limits, shares } = this;
    const ledgerBefore = this.current;
    const added = new Map<number, StoredLetter>();
    const addition: Addition = { kept: [], evicted: [], lost: new Map(), example: null, ledgerBefore };
    let { nextId } = ledgerBefore;
    for (const letter of letters) {
      const bytes = sizeOf(letter);
      if (bytes > limits.bytesMax) {
        lose(addition, 'size', bytes, letter);
        continue;
      }
      const { code, machine } = letter;
      const of = machine === undefined ? {} : { machine };
      const key = { id: nextId++, code, bytes, source: sourceOf(letter), keptMs, ...of, isOld: false };
      added.set(key.id, letter);
      this.put(key);
      while (shares.count > limits.countMax || shares.bytes > limits.bytesMax) {
        const reason = shares.count > limits.countMax ? 'count' : 'bytes';
        const gone = this.take(shares.oldestOfLargest(reason)!)!;
        const own = added.get(gone.id);
        lose(addition, reason, gone.bytes, own ?? gone);
        if (!own) addition.evicted.push(gone);
        added.delete(gone.id);
      }
    }
    addition.kept = [...added].map(([id, letter]) => [this.letters.get(id)!, letter]);
    this.current = withLost({ ...ledgerBefore, nextId }, addition.lost);
    return addition;
  }

  undo({ kept, evicted, ledgerBefore }: Addition): void {
    for (const [{ id }] of kept) this.take(id);
    for (const key of evicted) this.put(key);
    this.current = ledgerBefore;
  }

  /** Removes letters, once that is on disk. */
  remove(keys: readonly LetterKey[], ledger: Ledger): void {
    for (const { id } of keys) this.take(id);
    this.current = ledger;
  }

  counts(): {
    count: number;
    bytes: number;
    dropped: number;
    droppedBy: Dropped;
    byCode: Record<string, number>;
  } {
    const { count, bytes } = this.shares;
    const { dropped, droppedBy } = this.current;
    const byReason = Object.fromEntries(dropReasons.map((reason) => [reason, droppedBy?.[reason] ?? 0]));
    const byCode = Object.fromEntries(this.byCode);
    return { count, bytes, dropped, droppedBy: byReason as Dropped, byCode };
  }

  private put(key: LetterKey): void {
    this.letters.set(key.id, key);
    this.shares.add(pathOf(key.source), key.id, key.bytes);
    this.byCode.set(key.code, (this.byCode.get(key.code) ?? 0) + 1);
  }

  private take(id: number): LetterKey | undefined {
    const key = this.letters.get(id);
    if (!key) return undefined;
    this.letters.delete(id);
    this.shares.remove(pathOf(key.source), id, key.bytes);
    const ofCode = this.byCode.get(key.code)! - 1;
    if (ofCode > 0) this.byCode.set(key.code, ofCode);
    else this.byCode.delete(key.code);
    return key;
  }
}

function lose(addition: Addition, reason: DropReason, bytes: number, what: LetterKey | StoredLetter): void {
  addLost(addition.lost, reason, { count: 1, bytes });
  addition.example ??= what;
}

/** The ledger after these are lost. */
export function withLost(ledger: Ledger, lost: Lost<DropReason>): Ledger {
  const after = { ...ledger, droppedBy: { ...ledger.droppedBy } };
  for (const [reason, { count }] of lost) {
    after.dropped += count;
    after.droppedBy[reason] = (after.droppedBy[reason] ?? 0) + count;
  }
  return after;
}
