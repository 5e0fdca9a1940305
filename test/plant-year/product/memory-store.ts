import type { Store, Table } from '../../../cloud/operations/database.ts';
import { SortedKeys } from './sorted-keys.ts';

/** One table. Nobody shares an object with it. */
class MemoryTable {
  readonly keys = new SortedKeys();
  readonly values = new Map<string | number, unknown>();

  /** Returns what undoes the change. */
  set(key: string | number, value: unknown): () => void {
    const before = this.values.get(key);
    if (value === undefined) {
      this.values.delete(key);
      this.keys.remove(key);
    } else {
      this.values.set(key, value);
      if (before === undefined) this.keys.add(key);
    }
    return () => void this.set(key, before);
  }
}

/**
 * The cloud's operations database in memory, with lmdb's guarantees: a transaction is applied as a whole or not at all.
 * It survives the restarts of the cloud. The disk, which the suites of operations test, would take most of the time.
 */
export function memoryStore(): Store {
  const tables = new Map<string, MemoryTable>();
  let undo: (() => void)[] | null = null;

  function open<T>(name: string, copy: (value: T) => T): Table<T> {
    const table = tables.get(name) ?? new MemoryTable();
    tables.set(name, table);
    const change = (key: string | number, value: T | undefined) => {
      const back = table.set(key, value);
      undo?.push(back);
    };
    const read = (key: string | number) => {
      const stored = table.values.get(key) as T | undefined;
      return stored === undefined ? undefined : copy(stored);
    };
    return {
      get: read,
      put: (key, value) => change(key, copy(value)),
      remove: (key) => change(key, undefined),
      getRange: (options) => table.keys.range(options).map((key) => ({ key, value: read(key)! })),
      getKeys: (options) => table.keys.range(options),
      getCount: () => table.keys.size,
    };
  }

  return {
    table: <T>(name: string) => open<T>(name, (value) => jsonCopy(value) as T),
    binary: (name) => open<Buffer>(name, (value) => Buffer.from(value)) as Table<Buffer, number>,
    check: () => undefined,
    trouble: null,
    async transaction(work) {
      undo = [];
      try {
        return work();
      } catch (error) {
        for (const back of undo.reverse()) back();
        throw error;
      } finally {
        undo = null;
      }
    },
    copyTo: () => Promise.reject(new Error('a store in memory is not copied')),
    close: async () => undefined,
  };
}

/** Copies plain data as JSON would, in a third of the time. */
function jsonCopy(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => jsonCopy(item) ?? null);
  const copy: Record<string, unknown> = {};
  for (const name in value) {
    const own = (value as Record<string, unknown>)[name];
    if (own === undefined) continue;
    copy[name] = typeof own === 'string' ? own : jsonCopy(own);
  }
  return copy;
}
