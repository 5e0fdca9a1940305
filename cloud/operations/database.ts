import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { findLmdbDamage } from '../../shared/files/lmdb-file.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

export interface Store {
  /** A table of JSON values. */
  table<T>(name: string): Database<T, string | number>;
  binary(name: string): Database<Buffer, number>;
  /**
   * Runs `change` in a transaction: all of it or, if it throws, none of it. Resolves when it is synced to disk.
   * Transactions requested while one is being synced share the next sync.
   * @throws what `change` threw, or HarbingerError OPERATIONS_UNAVAILABLE (retry) if the disk did not accept it
   */
  transaction<T>(change: () => T): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the database in `folder`, creating it if there is none.
 * @throws HarbingerError OPERATIONS_DAMAGED
 */
export function openStore(folder: string): Store {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'data.mdb');
  const damage = existsSync(path) ? findLmdbDamage(path) : null;
  if (damage !== null) throw damagedStore(folder, damage);
  let root: RootDatabase;
  const tables: Database<unknown, string | number>[] = [];
  try {
    root = open({
      path: folder,
      noSubdir: false,
      maxDbs: 32,
      encoding: 'json',
      // A commit's promise then resolves after its pages and its meta page (written with O_DSYNC) are on disk.
      overlappingSync: false,
      // With it, a failed commit also rejects a promise that nobody holds, which would end the process.
      eventTurnBatching: false,
    });
  } catch (error) {
    throw damagedStore(folder, messageOf(error));
  }
  const openTable = <T>(name: string, encoding: 'json' | 'binary'): Database<T, string | number> => {
    try {
      const table = root.openDB<T, string | number>({ name, encoding });
      tables.push(table);
      return table;
    } catch (error) {
      throw damagedStore(folder, messageOf(error));
    }
  };
  return {
    table: (name) => openTable(name, 'json'),
    binary: (name) => openTable<Buffer>(name, 'binary') as Database<Buffer, number>,
    transaction: (change) => runTransaction(root, folder, change),
    close: () => root.close(),
  };
}

/** lmdb only undoes what a callback did before it threw where the callback is a child transaction. */
async function runTransaction<T>(root: RootDatabase, folder: string, change: () => T): Promise<T> {
  let thrown: { error: unknown } | null = null;
  try {
    return await root.childTransaction(() => {
      try {
        return change();
      } catch (error) {
        thrown = { error };
        throw error;
      }
    });
  } catch (error) {
    if (thrown) throw (thrown as { error: unknown }).error;
    const cause = await commitCause(error);
    throw new HarbingerError(
      'OPERATIONS_UNAVAILABLE',
      'store',
      `operations database ${folder} did not take a change: ${cause}; check free space and permissions`,
      { retry: true, cause: error },
    );
  }
}

/** lmdb puts the reason into a promise of its own, which must be consumed. */
async function commitCause(error: unknown): Promise<string> {
  if (typeof error === 'object' && error !== null && 'commitError' in error) {
    return Promise.resolve(error.commitError).then(() => messageOf(error), messageOf);
  }
  return messageOf(error);
}

export function damagedStore(folder: string, why: string): HarbingerError {
  return new HarbingerError(
    'OPERATIONS_DAMAGED',
    'store',
    `operations database ${folder} is damaged (${why}): restore it from a backup, or move the folder away to start ` +
      'with no alert history; telemetry is not affected, and alerts that are still open come back with their next update',
  );
}

/**
 * Database keys for names from outside: the name where it is plain and short, otherwise its SHA-256. Never with a
 * space.
 */
export function keyOf(text: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(text)
    ? text
    : `#sha256:${createHash('sha256').update(text).digest('hex')}`;
}
