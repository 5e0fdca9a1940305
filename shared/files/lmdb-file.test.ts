import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { findLmdbDamage } from './lmdb-file.ts';

const pageBytes = 4_096;
let dir = '';
const path = () => join(dir, 'data.mdb');
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lmdb-file-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Tables with small and large values, many of them removed again: leaves, branches, overflow and free pages. */
async function fill(lives = 1): Promise<void> {
  const random = seededRandom(5);
  const one = (count: number) => Math.floor(random.next() * count);
  for (let life = 0; life < lives; life++) {
    const root = open({ path: dir, noSubdir: false, maxDbs: 8, encoding: 'json', overlappingSync: false });
    const tables = ['a', 'b', 'b.ids'].map((name) => root.openDB<unknown, string | number>({ name }));
    for (let round = 0; round < 8; round++) {
      await root.transaction(() => {
        for (let i = 0; i < 80; i++) {
          const table = tables[one(3)]!;
          const key = one(2) === 0 ? one(400) : `key ${one(400)}`;
          if (one(3) === 0) table.remove(key);
          else table.put(key, 'x'.repeat(one(20) === 0 ? one(30_000) : one(500)));
        }
      });
      expect(findLmdbDamage(path())).toBeNull();
    }
    await root.close();
    expect(findLmdbDamage(path())).toBeNull();
  }
}

it('finds nothing wrong with a database that is well, whatever was done to it', async () => {
  await fill(3);
});

it('an empty file is a new database', () => {
  writeFileSync(path(), '');
  expect(findLmdbDamage(path())).toBeNull();
});

describe('finds', () => {
  const all = (damage: (page: Buffer) => void) => {
    const whole = readFileSync(path());
    return Array.from({ length: whole.length / pageBytes - 2 }, (_, i) => {
      const bytes = Buffer.from(whole);
      damage(bytes.subarray((i + 2) * pageBytes, (i + 3) * pageBytes));
      writeFileSync(path(), bytes);
      return findLmdbDamage(path());
    });
  };

  it.each<[string, (page: Buffer) => void]>([
    ['zeros', (page) => page.fill(0)],
    ['garbage', (page) => page.fill('some text that is not a page')],
    ['another page', (page) => page.writeBigUInt64LE(page.readBigUInt64LE(0) ^ 1n)],
  ])('%s in the place of a page, by its number', async (_, damage) => {
    await fill();
    const problems = all(damage).filter((problem) => problem !== null);
    // The rest are free, or lie within a large value.
    expect(problems.length).toBeGreaterThan(10);
    expect(problems.every((problem) => /^page \d+ /.test(problem))).toBe(true);
  });

  it('a file cut short, and a damaged header', async () => {
    await fill();
    const whole = readFileSync(path());
    writeFileSync(path(), whole.subarray(0, whole.length - 30 * pageBytes));
    expect(findLmdbDamage(path())).toMatch(/^it has \d+ of its \d+ bytes$|is not there$/);
    writeFileSync(path(), Buffer.from(whole).fill(0, 0, pageBytes));
    expect(findLmdbDamage(path())).toBe('its header is not whole');
  });
});
