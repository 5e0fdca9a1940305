/** The embedded store's DuckDB file, opened with all access beyond the file disabled and locked. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { makeFolder } from '../../../shared/files/make-folder.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { loadCatalog } from './bookkeeping.ts';
import { noteFormat, refuseNewer } from './opening/format.ts';
import { cutTornTail } from './opening/torn-wal.ts';

export interface DatabaseOptions {
  path: string;
  memoryMiBMax: number;
  threads: number;
}

/** Files open in this process: DuckDB's lock keeps out other processes only. */
const openHere = new Set<string>();

/** More than a table with 1,000 columns needs, which an earlier version may have made. */
const replayMoreMiB = 1_536;

const bookkeeping = `
  CREATE SCHEMA IF NOT EXISTS harbinger;
  CREATE TABLE IF NOT EXISTS harbinger.measurements(measurement VARCHAR, table_name VARCHAR);
  CREATE TABLE IF NOT EXISTS harbinger.columns(
    measurement VARCHAR, position INTEGER, name VARCHAR, kind VARCHAR, key VARCHAR, type VARCHAR);
  CREATE TABLE IF NOT EXISTS harbinger.creators(
    measurement VARCHAR, kind VARCHAR, key VARCHAR, gateway VARCHAR, site VARCHAR, machine VARCHAR);
  CREATE TABLE IF NOT EXISTS harbinger.other_fields(table_name VARCHAR);
  CREATE TABLE IF NOT EXISTS harbinger.blocks(gateway VARCHAR, journal VARCHAR, lane VARCHAR, last_seq BIGINT);
  CREATE TABLE IF NOT EXISTS harbinger.thinned(
    measurement VARCHAR, is_tall BOOLEAN, from_ns BIGINT, width_ns BIGINT, row_count BIGINT);
`;

export class Database {
  readonly #instance: DuckDBInstance;
  readonly #realPath: string;

  private constructor(instance: DuckDBInstance, realPath: string) {
    this.#instance = instance;
    this.#realPath = realPath;
  }

  /** Recovers it after a crash. @throws HarbingerError STORE_LOCKED, STORE_UNREADABLE */
  static async open(options: DatabaseOptions, log: Log): Promise<Database> {
    const realPath = claim(options.path);
    try {
      const instance = await openRepaired(options, log);
      const database = new Database(instance, realPath);
      await database.with(async (connection) => {
        await refuseNewer(connection, options.path);
        await connection.run(bookkeeping);
        await noteFormat(connection);
        await allowMemory(connection, options, log);
        await connection.run('SET lock_configuration = true');
      });
      return database;
    } catch (error) {
      openHere.delete(realPath);
      if (codeOf(error) === 'STORE_VERSION') throw error;
      throw openingFailed(options.path, error);
    }
  }

  connect(): Promise<DuckDBConnection> {
    return this.#instance.connect();
  }

  async with<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      return await use(connection);
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#instance.closeSync();
    openHere.delete(this.#realPath);
  }
}

/** Opens the file; cuts a torn end off its log, and allows more memory where replaying the log needs it. */
async function openRepaired(options: DatabaseOptions, log: Log): Promise<DuckDBInstance> {
  try {
    return await instanceOf(options);
  } catch (error) {
    const reason = messageOf(error);
    if (isShortOfMemory(error)) {
      return await instanceOf({ ...options, memoryMiBMax: options.memoryMiBMax + replayMoreMiB });
    }
    const cut = cutTornTail(options.path, reason);
    if (!cut) throw error;
    log.warn(cut, 'cut off the torn end of the telemetry database’s log; nothing in it had been confirmed');
    return await instanceOf(options);
  }
}

/** An earlier version has made as many columns as lines named: writing to them may need more than is allowed. */
async function allowMemory(
  connection: DuckDBConnection,
  { path, memoryMiBMax }: DatabaseOptions,
  log: Log,
): Promise<void> {
  const { budget } = await loadCatalog(connection, memoryMiBMax);
  const neededMiB = Math.max(memoryMiBMax, budget.neededMiB);
  await connection.run(`SET memory_limit = '${neededMiB}MiB'`);
  if (neededMiB === memoryMiBMax) return;
  log.warn(
    { columns: budget.total, memoryMiBMax, neededMiB },
    `the telemetry database ${path} has more columns than store.memoryMiBMax is enough for, so it may use more: free columns (harbinger columns), or raise store.memoryMiBMax`,
  );
}

function instanceOf({ path, memoryMiBMax, threads }: DatabaseOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(path, {
    memory_limit: `${memoryMiBMax}MiB`,
    threads: String(threads),
    max_temp_directory_size: '0MiB',
    enable_external_access: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
}

function claim(path: string): string {
  try {
    makeFolder(dirname(path));
    const realPath = existsSync(path)
      ? realpathSync(path)
      : join(realpathSync(dirname(path)), basename(path));
    if (openHere.has(realPath)) throw locked(path, 'this process has it open already');
    openHere.add(realPath);
    return realPath;
  } catch (error) {
    throw error instanceof HarbingerError ? error : openingFailed(path, error);
  }
}

function locked(path: string, why: string): HarbingerError {
  return new HarbingerError(
    'STORE_LOCKED',
    'store',
    `the telemetry database ${path} is in use (${why}); stop the other process, or set another store.path`,
  );
}

export function openingFailed(path: string, error: unknown): HarbingerError {
  const message = messageOf(error);
  if (message.includes('lock on file')) return locked(path, message);
  return new HarbingerError(
    'STORE_UNREADABLE',
    'store',
    `the telemetry database ${path} cannot be opened: ${message} Nothing has been changed. Check its folder and ` +
      `rights; if the file is damaged, restore a backup, or move it and ${path}.wal away to begin an empty one`,
    { cause: error },
  );
}

/** Whether DuckDB could not have the memory that the work needs. */
export function isShortOfMemory(error: unknown): boolean {
  return /Out of Memory|failed to (pin|allocate) block|could not allocate block|failed to offload/i.test(
    messageOf(error),
  );
}

/** Whether DuckDB refuses everything after this error until the database is opened again. */
export function isInvalidated(error: unknown): boolean {
  return /FATAL|invalidated/i.test(messageOf(error));
}

/** Whether a block of the file is damaged: DuckDB verifies the checksum of each block that it reads. */
export function isDamage(error: unknown): boolean {
  return messageOf(error).includes('Corrupt database file');
}
