import type { Databases, Ledger, StoredLetter } from './database.ts';

const letterOverheadBytes = 64;

interface State {
  nextId: number;
  dropped: number;
  count: number;
  bytes: number;
  byCode: Map<string, number>;
}

/** The letters and the count of them, kept in step. Changes are made inside a transaction of the caller's. */
export class Shelf {
  private readonly countMax: number;
  private readonly bytesMax: number;
  private databases!: Databases;
  private state: State = { nextId: 1, dropped: 0, count: 0, bytes: 0, byCode: new Map() };

  constructor(limits: { countMax: number; bytesMax: number }) {
    this.countMax = limits.countMax;
    this.bytesMax = limits.bytesMax;
  }

  static sizeOf(letter: StoredLetter): number {
    const texts = letter.topic.length + letter.client.length + letter.reason.length + letter.code.length;
    return letterOverheadBytes + letter.payload.length + texts;
  }

  /** Reads every letter, which also finds damage. @throws if there is any */
  load(databases: Databases): void {
    this.databases = databases;
    this.state = { nextId: 1, dropped: 0, count: 0, bytes: 0, byCode: new Map() };
    const { state } = this;
    for (const { key, value } of databases.letters.getRange()) {
      if (!isLetter(key, value)) throw new Error(`letter ${String(key)} is damaged`);
      this.count(value, 1);
      state.nextId = key + 1;
    }
    const ledger = databases.ledger.get('ledger');
    state.nextId = Math.max(state.nextId, ledger?.nextId ?? 1);
    state.dropped = ledger?.dropped ?? 0;
  }

  add(letter: StoredLetter): void {
    this.databases.letters.putSync(this.state.nextId++, letter);
    this.count(letter, 1);
    if (this.isOver()) this.evict();
  }

  /** How many of them were there. */
  remove(ids: readonly number[]): number {
    const before = this.state.count;
    for (const id of ids) {
      const letter = this.databases.letters.get(id);
      if (!letter) continue;
      this.databases.letters.removeSync(id);
      this.count(letter, -1);
    }
    return before - this.state.count;
  }

  counts(): { count: number; bytes: number; dropped: number; byCode: Record<string, number> } {
    const { count, bytes, dropped, byCode } = this.state;
    return { count, bytes, dropped, byCode: Object.fromEntries(byCode) };
  }

  ledger(): Ledger {
    return { nextId: this.state.nextId, dropped: this.state.dropped };
  }

  snapshot(): State {
    return { ...this.state, byCode: new Map(this.state.byCode) };
  }

  restore(state: State): void {
    this.state = state;
  }

  private isOver(): boolean {
    return this.state.count > this.countMax || this.state.bytes > this.bytesMax;
  }

  private evict(): void {
    // A handful at a time, because what is read here was changed in this transaction.
    while (this.isOver()) {
      for (const id of [...this.databases.letters.getKeys({ limit: 16 })]) {
        if (!this.isOver()) return;
        this.state.dropped += this.remove([id]);
      }
    }
  }

  private count(letter: StoredLetter, by: 1 | -1): void {
    const { state } = this;
    state.count += by;
    state.bytes += by * Shelf.sizeOf(letter);
    const ofCode = (state.byCode.get(letter.code) ?? 0) + by;
    if (ofCode > 0) state.byCode.set(letter.code, ofCode);
    else state.byCode.delete(letter.code);
  }
}

function isLetter(key: unknown, value: unknown): value is StoredLetter {
  if (!Number.isSafeInteger(key) || typeof value !== 'object' || value === null) return false;
  const letter = value as Record<string, unknown>;
  const texts = ['topic', 'client', 'stage', 'code', 'reason'].every(
    (name) => typeof letter[name] === 'string',
  );
  return texts && letter.payload instanceof Uint8Array && typeof letter.atMs === 'number';
}
