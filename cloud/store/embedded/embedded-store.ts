/** The telemetry store that needs nothing installed: one DuckDB file in the cloud's data folder. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type {
  ReadingStore,
  SeriesPoint,
  SeriesQuery,
  SqlQuery,
  SqlResult,
  StoreBatch,
  StoreOutcome,
} from '../../ports.ts';
import { StoreUnavailableError } from '../errors.ts';
import { quoted } from './catalog.ts';
import type { Database, DatabaseOptions } from './database.ts';
import { QueryRunner } from './limited-query.ts';
import { readSeries } from './series.ts';
import { runSql } from './sql.ts';
import { WriteQueue } from './write-queue.ts';

export interface EmbeddedOptions extends DatabaseOptions {
  /** Longest wait for a write to become durable, and for a reading query. */
  timeoutMs: number;
}

export function createEmbeddedStore(
  options: EmbeddedOptions,
  deps: { clock: Clock; log: Log },
): ReadingStore {
  return new EmbeddedStore(options, deps);
}

class EmbeddedStore implements ReadingStore {
  readonly kind = 'embedded';
  readonly #options: EmbeddedOptions;
  readonly #reads: QueryRunner;
  readonly #foreignSql: QueryRunner;
  readonly #writes: WriteQueue;

  constructor(options: EmbeddedOptions, deps: { clock: Clock; log: Log }) {
    this.#options = options;
    this.#reads = new QueryRunner(deps.clock, { insideMax: 1, waitingMax: 64 });
    this.#foreignSql = new QueryRunner(deps.clock, { insideMax: 1, waitingMax: 8 });
    this.#writes = new WriteQueue(options, deps);
  }

  /** @throws HarbingerError STORE_LOCKED, STORE_UNREADABLE */
  async start(): Promise<void> {
    await this.#writes.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#reads.stop(), this.#foreignSql.stop()]);
    await this.#writes.stop();
  }

  write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome> {
    return this.#writes.write(batch, signal);
  }

  async healthy(): Promise<boolean> {
    try {
      await this.#read((connection) => connection.run('SELECT 1'));
      return true;
    } catch {
      return false;
    }
  }

  series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return this.#read((connection) => readSeries(connection, query));
  }

  counts(): Promise<Record<string, number>> {
    return this.#read(async (connection) => {
      const counts: Record<string, number> = {};
      const tables = await connection.runAndReadAll(
        'SELECT measurement, table_name FROM harbinger.measurements',
      );
      for (const [measurement, table] of tables.getRows() as [string, string][]) {
        const result = await connection.runAndReadAll(`SELECT count(*) FROM main.${quoted(table)}`);
        counts[measurement] = Number(result.getRows()[0]?.[0]);
      }
      return counts;
    });
  }

  sql(query: SqlQuery): Promise<SqlResult> {
    return this.#foreignSql.run(this.#database(), query.timeoutMs, (connection) => runSql(connection, query));
  }

  #read<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#reads.run(this.#database(), this.#options.timeoutMs, use);
  }

  #database(): Database {
    const database = this.#writes.database;
    if (!database)
      throw new StoreUnavailableError(`the telemetry database ${this.#options.path} is not open`);
    return database;
  }
}
