import { type Ledger, type LetterKey, parseLetterKey, type StoredLetter, sizeOf } from './letter-record.ts';

/** A planned change: letters to add, letters dropped to make room for them, and the resulting ledger. */
export interface LetterPlan {
  added: LetterKey[];
  evicted: LetterKey[];
  ledger: Ledger;
}

/**
 * The existing letters, oldest first, with counts by code. A change is planned first, and applied once it is on disk.
 */
export class LetterTable {
  private readonly limits: { countMax: number; bytesMax: number };
  private readonly letters: Map<number, LetterKey>;
  private readonly byCode = new Map<string, number>();
  private bytes = 0;
  private ledger: Ledger;

  constructor(limits: { countMax: number; bytesMax: number }, keys: Iterable<string>, ledger: Ledger | null) {
    this.limits = limits;
    const found = [...keys].flatMap((key) => parseLetterKey(key) ?? []).sort((a, b) => a.id - b.id);
    this.letters = new Map(found.map((key) => [key.id, key]));
    for (const key of found) this.count(key, 1);
    const nextId = Math.max(ledger?.nextId ?? 1, (found.at(-1)?.id ?? 0) + 1);
    this.ledger = { nextId, dropped: ledger?.dropped ?? 0 };
  }

  get(id: number): LetterKey | undefined {
    return this.letters.get(id);
  }

  ids(): Iterable<number> {
    return this.letters.keys();
  }

  /** Newest first. */
  idsBefore(id: number, limit: number): number[] {
    const before = [...this.letters.keys()].filter((one) => one < id);
    return limit <= 0 ? [] : before.slice(-limit).reverse();
  }

  /** Plans the addition of letters, without changing anything. */
  plan(letters: readonly StoredLetter[]): LetterPlan {
    const { nextId, dropped } = this.ledger;
    const added = letters.map((letter, i) => ({ id: nextId + i, code: letter.code, bytes: sizeOf(letter) }));
    const evicted: LetterKey[] = [];
    let count = this.letters.size + added.length;
    let bytes = this.bytes + added.reduce((sum, key) => sum + key.bytes, 0);
    for (const key of oldestFirst(this.letters.values(), added)) {
      if (count <= this.limits.countMax && bytes <= this.limits.bytesMax) break;
      evicted.push(key);
      count--;
      bytes -= key.bytes;
    }
    return { added, evicted, ledger: { nextId: nextId + added.length, dropped: dropped + evicted.length } };
  }

  apply({ added, evicted, ledger }: LetterPlan): void {
    for (const key of added) {
      this.letters.set(key.id, key);
      this.count(key, 1);
    }
    for (const { id } of evicted) this.remove(id);
    this.ledger = ledger;
  }

  remove(id: number): void {
    const key = this.letters.get(id);
    if (key && this.letters.delete(id)) this.count(key, -1);
  }

  counts(): { count: number; bytes: number; dropped: number; byCode: Record<string, number> } {
    const { letters, bytes, ledger, byCode } = this;
    return { count: letters.size, bytes, dropped: ledger.dropped, byCode: Object.fromEntries(byCode) };
  }

  private count(key: LetterKey, by: 1 | -1): void {
    this.bytes += by * key.bytes;
    const ofCode = (this.byCode.get(key.code) ?? 0) + by;
    if (ofCode > 0) this.byCode.set(key.code, ofCode);
    else this.byCode.delete(key.code);
  }
}

function* oldestFirst(...lists: Iterable<LetterKey>[]): Generator<LetterKey> {
  for (const list of lists) yield* list;
}
