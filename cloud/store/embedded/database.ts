/** The embedded store's DuckDB file, opened with all access beyond the file disabled and locked. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { makeFolder } from '../../../shared/files/make-folder.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { Catalog, type Column, type ColumnKind, type ColumnType, quoted, type Table } from './catalog.ts';
import { cutTornTail } from './torn-wal.ts';

export interface DatabaseOptions {
  path: string;
  memoryMiBMax: number;
  threads: number;
}

/** Files open in this process: DuckDB's lock keeps out other processes only. */
const openHere = new Set<string>();

const bookkeeping = `
  CREATE SCHEMA IF NOT EXISTS harbinger;
  CREATE TABLE IF NOT EXISTS harbinger.measurements(measurement VARCHAR, table_name VARCHAR);
  CREATE TABLE IF NOT EXISTS harbinger.columns(
    measurement VARCHAR, position INTEGER, name VARCHAR, kind VARCHAR, key VARCHAR, type VARCHAR);
  CREATE TABLE IF NOT EXISTS harbinger.blocks(gateway VARCHAR, journal VARCHAR, lane VARCHAR, last_seq BIGINT);
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
      const instance = await instanceOf(options).catch((error) => {
        const cut = cutTornTail(options.path, messageOf(error));
        if (!cut) throw error;
        log.warn(
          cut,
          'cut off the torn end of the telemetry database’s log; nothing in it had been confirmed',
        );
        return instanceOf(options);
      });
      const database = new Database(instance, realPath);
      await database.with((connection) => connection.run(bookkeeping));
      return database;
    } catch (error) {
      openHere.delete(realPath);
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
    lock_configuration: 'true',
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

/** Whether a block of the file is damaged: DuckDB verifies the checksum of each block that it reads. */
export function isDamage(error: unknown): boolean {
  return messageOf(error).includes('Corrupt database file');
}

export async function loadCatalog(connection: DuckDBConnection): Promise<Catalog> {
  const catalog = new Catalog();
  const tables = await connection.runAndReadAll('SELECT measurement, table_name FROM harbinger.measurements');
  for (const [measurement, name] of tables.getRows() as [string, string][]) {
    catalog.restoreTable(measurement, name).columnsMade = 0;
  }
  const columns = await connection.runAndReadAll(
    'SELECT measurement, name, kind, key, type FROM harbinger.columns ORDER BY measurement, position',
  );
  type Row = [string, string, ColumnKind, string, ColumnType];
  for (const [measurement, name, kind, key, type] of columns.getRows() as Row[]) {
    const table = catalog.tables.get(measurement);
    if (!table) continue;
    catalog.restoreColumn(table, { name, kind, key, type });
    table.columnsMade++;
  }
  return catalog;
}

/** Creates the table, or adds the columns that the catalog has and the table lacks, within the connection's transaction. */
export async function makeTable(connection: DuckDBConnection, table: Table): Promise<void> {
  const name = `main.${quoted(table.name)}`;
  const definition = (column: Column) => `${quoted(column.name)} ${column.type}`;
  const missing = table.columns.slice(Math.max(0, table.columnsMade));
  if (table.columnsMade < 0) {
    const columns = ['time TIMESTAMP_NS', 'gateway VARCHAR', 'machine VARCHAR', 'site VARCHAR'];
    await connection.run(`CREATE TABLE ${name}(${[...columns, ...missing.map(definition)].join(', ')})`);
    await connection.run('INSERT INTO harbinger.measurements VALUES ($1, $2)', [
      table.measurement,
      table.name,
    ]);
  } else {
    for (const column of missing) {
      await connection.run(`ALTER TABLE ${name} ADD COLUMN ${definition(column)}`);
    }
  }
  for (const { index, name, kind, key, type } of missing) {
    const values = [table.measurement, index, name, kind, key, type];
    await connection.run('INSERT INTO harbinger.columns VALUES ($1, $2, $3, $4, $5, $6)', values);
  }
  table.columnsMade = table.columns.length;
}
