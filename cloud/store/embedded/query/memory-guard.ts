/**
 * Watches how much memory a query takes, because DuckDB's own limit is not enough: it is one for everything, so a query
 * that takes all of it makes writes fail, and some aggregates keep their states outside of it (approx_quantile of many
 * groups took 1.4 GB with a limit of 512 MiB).
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Database } from '../database.ts';

const checkMs = 25;
/** Kinds of DuckDB's memory that queries take. Blocks of tables are kept while there is room, and are nobody's. */
const queryKinds = ['hash_table', 'order_by', 'window', 'column_data', 'allocator'];
const usageQuery = `SELECT
  (sum(memory_usage_bytes) FILTER (WHERE lower(tag) IN (${queryKinds.map((kind) => `'${kind}'`).join(', ')})))::DOUBLE,
  (sum(memory_usage_bytes) FILTER (WHERE lower(tag) = 'base_table'))::DOUBLE
  FROM duckdb_memory()`;

export interface MemoryLimits {
  /** Limit of what DuckDB counts for queries. */
  queryBytesMax: number;
  /** Limit of the process's growth during one query, besides blocks of tables that are kept. */
  processBytesMax: number;
}

interface Usage {
  queries: number;
  tables: number;
}

/** A quarter of the store's memory for a query, so that columns keep the three quarters that they may need. */
export function memoryLimitsOf(memoryMiBMax: number): MemoryLimits {
  return {
    queryBytesMax: Math.max(32, memoryMiBMax / 4) * 2 ** 20,
    processBytesMax: Math.max(256, (memoryMiBMax * 3) / 4) * 2 ** 20,
  };
}

export class MemoryGuard {
  readonly #clock: Clock;
  readonly #limits: MemoryLimits;
  readonly #rssBytes: () => number;

  /** @param rssBytes the memory of this process at present */
  constructor(clock: Clock, limits: MemoryLimits, rssBytes: () => number = process.memoryUsage.rss) {
    this.#clock = clock;
    this.#limits = limits;
    this.#rssBytes = rssBytes;
  }

  /** Runs a query and calls `exceeded` once when more memory is taken than allowed. */
  async watch<T>(
    database: Database,
    exceeded: (error: HarbingerError) => void,
    query: () => Promise<T>,
  ): Promise<T> {
    return database.with(async (connection) => {
      const watch = new Watch(this.#clock, this.#limits, this.#rssBytes, connection);
      await watch.start(exceeded);
      try {
        return await query();
      } finally {
        await watch.stop();
      }
    });
  }
}

class Watch {
  readonly #clock: Clock;
  readonly #limits: MemoryLimits;
  readonly #rssBytes: () => number;
  readonly #connection: DuckDBConnection;
  #first: Usage = { queries: 0, tables: 0 };
  #latest: Usage = this.#first;
  #firstRss = 0;
  #timer: Timer | null = null;
  #asking: Promise<void> | null = null;

  constructor(clock: Clock, limits: MemoryLimits, rssBytes: () => number, connection: DuckDBConnection) {
    this.#clock = clock;
    this.#limits = limits;
    this.#rssBytes = rssBytes;
    this.#connection = connection;
  }

  async start(exceeded: (error: HarbingerError) => void): Promise<void> {
    this.#first = await this.#usage();
    this.#latest = this.#first;
    this.#firstRss = this.#rssBytes();
    this.#wait(exceeded);
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#asking;
  }

  #wait(exceeded: (error: HarbingerError) => void): void {
    this.#timer = this.#clock.setTimer(checkMs, () => {
      this.#asking ??= this.#ask();
      if (this.#isTooMuch()) exceeded(this.#error());
      else this.#wait(exceeded);
    });
  }

  /** The latest numbers of DuckDB may be some checks old, where its threads are busy. */
  async #ask(): Promise<void> {
    try {
      this.#latest = await this.#usage();
    } catch {
      // The query's end or an outage shows by other means.
    }
    this.#asking = null;
  }

  async #usage(): Promise<Usage> {
    const rows = (await this.#connection.runAndReadAll(usageQuery)).getRows();
    const [queries, tables] = rows[0] ?? [];
    return { queries: Number(queries ?? 0), tables: Number(tables ?? 0) };
  }

  #isTooMuch(): boolean {
    const { queryBytesMax, processBytesMax } = this.#limits;
    const tables = Math.max(0, this.#latest.tables - this.#first.tables);
    const growth = this.#rssBytes() - this.#firstRss - tables;
    return this.#latest.queries - this.#first.queries > queryBytesMax || growth > processBytesMax;
  }

  #error(): HarbingerError {
    const mib = Math.floor(this.#limits.queryBytesMax / 2 ** 20);
    return new HarbingerError(
      'QUERY_MEMORY',
      'store',
      `the query was stopped because it needs more memory than it may have (${mib} MiB, a quarter of store.memoryMiBMax); ask for less, or in smaller parts`,
    );
  }
}
