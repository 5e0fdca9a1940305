import type { Store, Table } from './database.ts';

/** A small table with a copy in memory, in order of key. Change it only inside a transaction. */
export class CachedTable<T> {
  private readonly db: Table<T>;
  private rows = new Map<string, T>();

  constructor(store: Store, name: string) {
    this.db = store.table<T>(name);
    this.reload();
  }

  /** Rereads the copy from disk: after a failed transaction, its changes must not stay in memory. */
  reload(): void {
    this.rows = new Map();
    for (const { key, value } of this.db.getRange()) this.rows.set(String(key), value);
  }

  get size(): number {
    return this.rows.size;
  }

  get(key: string): T | undefined {
    return this.rows.get(key);
  }

  put(key: string, value: T): void {
    this.db.put(key, value);
    this.rows.set(key, value);
  }

  /** Changes only the copy, until the next `put`. It is meant for values that change all the time and may be lost. */
  touch(key: string, value: T): void {
    this.rows.set(key, value);
  }

  remove(key: string): void {
    this.db.remove(key);
    this.rows.delete(key);
  }

  entries(): IterableIterator<[string, T]> {
    return this.rows.entries();
  }

  values(): IterableIterator<T> {
    return this.rows.values();
  }
}
