import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import { checkDatabaseFile, setAside } from './database-file.ts';

/** A letter as stored: without its id, which is the key. */
export type StoredLetter = Omit<DeadLetter, 'id'>;

/** The counts that survive the letters themselves. */
export interface Ledger {
  nextId: number;
  /** Evicted to make room, since the store began. */
  dropped: number;
}

export interface Databases {
  env: RootDatabase;
  letters: Database<StoredLetter, number>;
  ledger: Database<Ledger, string>;
}

/** Starts that died while they opened the file, after which it is no longer trusted. */
const attemptsMax = 2;

/**
 * Opens the database in `dir`, and has `inspect` read all of it. A damaged one is set aside, an error logged, and an
 * empty one opened. Some damage ends the process while lmdb reads; then the third start sets the file aside.
 * @throws HarbingerError DEADLETTERS_OPEN where the folder or the disk is at fault
 */
export async function openDatabases(
  parts: { dir: string; fileBytesMax: number; clock: Clock; log: Log },
  inspect: (databases: Databases) => void,
): Promise<Databases> {
  const { dir, clock, log } = parts;
  const path = join(dir, 'letters.lmdb');
  const attempts = join(dir, 'opening');
  try {
    mkdirSync(dir, { recursive: true, mode: 0o750 });
    const died = existsSync(attempts) ? readFileSync(attempts).length : 0;
    const problem =
      died >= attemptsMax && existsSync(path)
        ? `the last ${died} starts died while they opened it`
        : checkDatabaseFile(path, parts.fileBytesMax);
    if (problem !== null) replace(path, problem, clock, log);
    writeFileSync(attempts, '.'.repeat(problem === null ? died + 1 : 1));
    const databases = await openOrReplace(path, inspect, { clock, log });
    rmSync(attempts, { force: true });
    syncDir(dir);
    return databases;
  } catch (error) {
    throw new HarbingerError(
      'DEADLETTERS_OPEN',
      'journal',
      `the dead letters in ${dir} cannot be opened: ${messageOf(error)}; check the folder's rights and the disk`,
      { retry: true, cause: error },
    );
  }
}

async function openOrReplace(
  path: string,
  inspect: (databases: Databases) => void,
  { clock, log }: { clock: Clock; log: Log },
): Promise<Databases> {
  let databases: Databases | null = null;
  try {
    databases = openFile(path);
    inspect(databases);
    return databases;
  } catch (error) {
    if (isSystemError(error)) throw error;
    await databases?.env.close();
    replace(path, messageOf(error), clock, log);
    const empty = openFile(path);
    inspect(empty);
    return empty;
  }
}

/** Commits are synced before they return: no overlapping sync, synchronous transactions only. */
function openFile(path: string): Databases {
  const env = open({ path, noSubdir: true, overlappingSync: false, maxDbs: 2 });
  return {
    env,
    letters: env.openDB<StoredLetter, number>({ name: 'letters' }),
    ledger: env.openDB<Ledger, string>({ name: 'ledger' }),
  };
}

function replace(path: string, problem: string, clock: Clock, log: Log): void {
  const aside = setAside(path, clock.nowMs());
  log.error({ aside, problem }, 'the dead letters were damaged and are set aside; beginning with none');
}

/** lmdb gives errno numbers for the system's errors and numbers below -30000 for its own. */
function isSystemError(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || (typeof code === 'number' && code > 0);
}

function syncDir(dir: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
