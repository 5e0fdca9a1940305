import type { Store, Table } from '../../../cloud/operations/database.ts';
import { SortedKeys } from './sorted-keys.ts';

/** One table: values as JSON texts, as lmdb keeps them, so that nobody shares an object with the store. */
class MemoryTable {
  readonly keys = new SortedKeys();
  readonly values = new Map<string | number, string | Buffer>();

  /** Returns what undoes the change. */
  set(key: string | number, value: string | Buffer | undefined): () => void {
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

  function open<T>(
    name: string,
    toStored: (value: T) => string | Buffer,
    toValue: (stored: string | Buffer) => T,
  ): Table<T> {
    const table = tables.get(name) ?? new MemoryTable();
    tables.set(name, table);
    const change = (key: string | number, value: string | Buffer | undefined) => {
      const back = table.set(key, value);
      undo?.push(back);
    };
    const read = (key: string | number) => {
      const stored = table.values.get(key);
      return stored === undefined ? undefined : toValue(stored);
    };
    return {
      get: read,
      put: (key, value) => change(key, toStored(value)),
      remove: (key) => change(key, undefined),
      getRange: (options) => table.keys.range(options).map((key) => ({ key, value: read(key)! })),
      getKeys: (options) => table.keys.range(options),
      getCount: () => table.keys.size,
    };
  }

  return {
    table: <T>(name: string) =>
      open<T>(
        name,
        (value) => JSON.stringify(value),
        (stored) => JSON.parse(stored as string) as T,
      ),
    binary: (name) =>
      open<Buffer>(
        name,
        (value) => Buffer.from(value),
        (stored) => Buffer.from(stored as Buffer),
      ) as Table<Buffer, number>,
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
