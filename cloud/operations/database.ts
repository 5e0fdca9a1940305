import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RangeOptions, type RootDatabase } from 'lmdb';
import { findLmdbDamage } from '../../shared/files/lmdb-file.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

/** The part of an lmdb table that is used. After a failed write everything throws, and lmdb is not called. */
export interface Table<T, K extends string | number = string | number> {
  get(key: K): T | undefined;
  put(key: K, value: T): void;
  remove(key: K): void;
  getRange(options?: RangeOptions): Iterable<{ key: K; value: T }>;
  getKeys(options?: RangeOptions): Iterable<K>;
  getCount(): number;
}

export interface Store {
  /** A table of JSON values. */
  table<T>(name: string): Table<T>;
  binary(name: string): Table<Buffer, number>;
  /** @throws HarbingerError OPERATIONS_UNAVAILABLE after a failed write, when copies in memory are not to be trusted */
  check(): void;
  /** Why no change is accepted at the moment; null while they are. */
  readonly trouble: string | null;
  /**
   * Runs `change` in a transaction: all of it or, if it throws, none of it. Resolves when it is synced to disk.
   * Transactions requested while one is being synced share the next sync.
   * @throws what `change` threw, or HarbingerError OPERATIONS_UNAVAILABLE (retry) if the disk did not accept it
   */
  transaction<T>(change: () => T): Promise<T>;
  /** Copies the database, as of one moment, into a folder that does not exist. */
  copyTo(folder: string): Promise<void>;
  close(): Promise<void>;
}

/** With less free space no change is begun, so that lmdb does not meet a full disk. */
const freeBytesMin = 1 << 20;

/**
 * Opens the database in `folder`, creating it if there is none. After a failed write lmdb is not used any more, because
 * that would end the process with a signal, sooner or later: `failed` is called once, and a new process must go on.
 * @throws HarbingerError OPERATIONS_DAMAGED
 */
export function openStore(folder: string, failed: (error: HarbingerError) => void): Store {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'data.mdb');
  const damage = existsSync(path) ? findLmdbDamage(path) : null;
  if (damage !== null) throw damagedStore(folder, damage);
  let root: RootDatabase;
  try {
    root = open({
      path: folder,
      noSubdir: false,
      maxDbs: 64,
      encoding: 'json',
      // A commit's promise then resolves after its pages and its meta page (written with O_DSYNC) are on disk.
      overlappingSync: false,
      // With it, a failed commit also rejects a promise that nobody holds, which would end the process.
      eventTurnBatching: false,
    });
  } catch (error) {
    throw damagedStore(folder, messageOf(error));
  }
  const openTable = (name: string, encoding: 'json' | 'binary') => {
    try {
      return root.openDB<unknown, string | number>({ name, encoding });
    } catch (error) {
      throw damagedStore(folder, messageOf(error));
    }
  };
  const opened = statSync(path);
  let failure: HarbingerError | null = null;
  let trouble: string | null = null;
  const check = () => {
    if (failure) throw failure;
  };
  /** @throws HarbingerError if nothing may be written now */
  const checkBefore = () => {
    check();
    if (freeBytes(folder) < freeBytesMin) throw unavailable(folder, 'the disk is full');
    checkPlace(path, opened);
  };
  return {
    table: <T>(name: string) => guarded(openTable(name, 'json') as Database<T, string | number>, check),
    binary: (name) => guarded(openTable(name, 'binary') as Database<Buffer, number>, check),
    check,
    get trouble() {
      return failure?.message ?? trouble;
    },
    async transaction(change) {
      try {
        checkBefore();
        const result = await runTransaction(root, () => {
          check();
          return change();
        });
        checkPlace(path, opened);
        trouble = null;
        return result;
      } catch (error) {
        if (error instanceof FailedWrite) {
          if (!failure) {
            failure = unavailable(folder, error.message, error.cause);
            failed(failure);
          }
          throw failure;
        }
        if (error instanceof HarbingerError && error.code === 'OPERATIONS_UNAVAILABLE')
          trouble = error.message;
        throw error;
      }
    },
    async copyTo(copy) {
      check();
      mkdirSync(copy, { mode: 0o700 });
      await root.backup(copy, false);
    },
    close: async () => {
      if (!failure) await root.close();
    },
  };
}

function guarded<T, K extends string | number>(table: Database<T, K>, check: () => void): Table<T, K> {
  const checked = (): Database<T, K> => {
    check();
    return table;
  };
  return {
    get: (key) => checked().get(key),
    put: (key, value) => void checked().put(key, value),
    remove: (key) => void checked().remove(key),
    getRange: (options) => checked().getRange(options),
    getKeys: (options) => checked().getKeys(options),
    getCount: () => checked().getCount(),
  };
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY; // the check of its place says more
  }
}

/** @throws HarbingerError if the database's file was deleted or replaced: what is written to it would be gone */
function checkPlace(path: string, opened: { ino: number; dev: number }): void {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now && now.ino === opened.ino && now.dev === opened.dev) return;
  throw unavailable(
    path,
    'it was deleted or replaced; put it back, or restart the cloud to continue without it',
  );
}

function unavailable(folder: string, why: string, cause?: unknown): HarbingerError {
  return new HarbingerError(
    'OPERATIONS_UNAVAILABLE',
    'store',
    `operations database ${folder} did not take a change: ${why}; check free space and permissions`,
    { retry: true, cause },
  );
}

/** A commit that failed: from now on lmdb must not be used. */
class FailedWrite extends Error {}

/** lmdb only undoes what a callback did before it threw where the callback is a child transaction. */
async function runTransaction<T>(root: RootDatabase, change: () => T): Promise<T> {
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
    throw new FailedWrite(await commitCause(error), { cause: error });
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
