import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../cloud/operations/database.ts';
import { memoryStore } from './memory-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'harbinger-memory-store-'));
const disk = openStore(folder, (error) => {
  throw error;
});
const memory = memoryStore();
const stores: Store[] = [disk, memory];

afterAll(async () => {
  await disk.close();
  rmSync(folder, { recursive: true });
});

/** Does the same to both. */
async function both(change: (store: Store) => void): Promise<void> {
  for (const store of stores) await store.transaction(() => change(store));
}

describe('the store in memory answers as lmdb does', () => {
  beforeAll(() =>
    both((store) => {
      for (const key of [5, 1, 9, 3, 7, 'b', 'a', 'a/1', 2]) store.table('some').put(key, { key });
      store.table('some').remove(7);
    }),
  );

  const ranges = [
    {},
    { reverse: true },
    { limit: 2 },
    { reverse: true, limit: 1 },
    { start: 3 },
    { start: 3, exclusiveStart: true },
    { start: 4, end: 9 },
    { end: 5, inclusiveEnd: true },
    { start: 5, reverse: true },
    { start: 5, exclusiveStart: true, reverse: true, limit: 2 },
    { start: 9, end: 2, reverse: true },
    { start: 'a', end: 'b' },
  ];
  it.each(ranges)('to the range %j', (range) => {
    const [onDisk, inMemory] = stores.map((store) => [...store.table('some').getRange(range)]);
    expect(inMemory).toEqual(onDisk);
    const [keysOnDisk, keysInMemory] = stores.map((store) => [...store.table('some').getKeys(range)]);
    expect(keysInMemory).toEqual(keysOnDisk);
  });

  it('undoes a transaction that throws, and shares no object', async () => {
    for (const store of stores) {
      const table = store.table<{ n: number }>('other');
      const value = { n: 1 };
      await store.transaction(() => table.put('x', value));
      value.n = 2;
      const failing = store.transaction(() => {
        table.put('x', value);
        table.put('y', value);
        throw new Error('not so');
      });
      await expect(failing).rejects.toThrow('not so');
      expect([...table.getRange()].map(({ key, value: { n } }) => [key, n])).toEqual([['x', 1]]);
    }
  });
});
