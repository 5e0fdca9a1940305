/**
 * The embedded store (cloud/store/embedded), which needs nothing installed: one DuckDB file in the cloud's data
 * folder. This file composes the room: write/ stores batches, query/ answers. Both work on the database file
 * (database.ts), whose tables and columns the catalog names.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Samples } from '../../../shared/parts/statistics.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { HeldFiles } from '../../ports/backup/backup.ts';
import type { MachineSpan } from '../../ports/retired/retired.ts';
import type {
  ColumnAdmin,
  DeletedRows,
  ReadingStore,
  SeriesPoint,
  SeriesQuery,
  SqlQuery,
  SqlResult,
  StoreBatch,
  StoreOutcome,
  TextPoint,
  TextQuery,
} from '../../ports/store.ts';
import { StoreUnavailableError } from '../errors.ts';
import { BackupHold } from './backup-hold.ts';
import { EmbeddedColumns } from './columns/columns.ts';
import { type Database, type DatabaseOptions, isDamage } from './database.ts';
import { readCounts } from './query/counts.ts';
import { QueryRunner } from './query/limited-query.ts';
import { MemoryGuard, memoryLimitsOf } from './query/memory-guard.ts';
import { readSeries } from './query/series.ts';
import { runSql } from './query/sql.ts';
import { readTexts } from './query/texts.ts';
import { deleteMachine } from './retention/delete-machine.ts';
import { EmbeddedRetention } from './retention/retention.ts';
import type { RetentionDeps } from './retention/work.ts';
import { StoreStatistics } from './statistics.ts';
import { WriteQueue, type WriteQueueDeps } from './write/write-queue.ts';

/** How many different damages are logged; each is logged once. */
const damagesMax = 100;

/** A list of columns reads parts of the tables. */
const listMsMax = 30_000;

const spareBytesMaxDefault = 16 << 20;

/** Retention counts the rows of each hour, which reads the times of whole tables. */
const scanMsMax = 60_000;

/** Readings that are stored during a backup take about half of their line protocol in memory. */
const heldShare = 4;

export interface EmbeddedOptions extends DatabaseOptions {
  /** Longest wait for a write to become durable, and for a reading query. */
  timeoutMs: number;
  /** Free space that the file may keep for new rows; default 16 MiB. */
  spareBytesMax?: number;
}

export function createEmbeddedStore(
  options: EmbeddedOptions,
  deps: { clock: Clock; log: Log },
): ReadingStore {
  return new EmbeddedStore(options, deps);
}

class EmbeddedStore implements ReadingStore {
  readonly kind = 'embedded';
  readonly columns: ColumnAdmin;
  readonly retention: EmbeddedRetention;
  readonly #options: EmbeddedOptions;
  readonly #reads: QueryRunner;
  readonly #foreignSql: QueryRunner;
  readonly #maintenance: QueryRunner;
  readonly #writes: WriteQueue;
  readonly #statistics: StoreStatistics;
  readonly #hold: BackupHold;
  readonly #changes: RetentionDeps;
  readonly #log: Log;
  readonly #damages = new Set<string>();

  constructor(options: EmbeddedOptions, deps: { clock: Clock; log: Log }) {
    this.#options = options;
    this.#log = deps.log;
    this.#reads = new QueryRunner(deps.clock, { insideMax: 1, waitingMax: 64 });
    const guard = new MemoryGuard(deps.clock, memoryLimitsOf(options.memoryMiBMax));
    this.#foreignSql = new QueryRunner(deps.clock, { insideMax: 1, waitingMax: 8 }, guard);
    this.#statistics = new StoreStatistics(deps.log);
    const onWritten: WriteQueueDeps['onWritten'] = (report) => this.#statistics.add(report);
    this.#writes = new WriteQueue(options, { ...deps, onWritten });
    this.columns = new EmbeddedColumns({
      clock: deps.clock,
      read: (use) => this.#foreignSql.run(this.#database(), listMsMax, use),
      change: (work) => this.#writes.change(work),
    });
    this.#hold = new BackupHold({
      path: options.path,
      heldBytesMax: (options.memoryMiBMax << 20) / heldShare,
      alone: (work) => this.#writes.alone(work),
      connect: () => this.#database().connect(),
    });
    const maintenance = new QueryRunner(deps.clock, { insideMax: 1, waitingMax: 8 });
    this.#maintenance = maintenance;
    this.#changes = {
      path: options.path,
      spareBytesMax: options.spareBytesMax ?? spareBytesMaxDefault,
      clock: deps.clock,
      read: (use) => maintenance.run(this.#database(), scanMsMax, use),
      change: (work) => this.#writes.change(work),
      alone: (work) => (this.#hold.isHeld ? Promise.reject(heldError()) : this.#writes.alone(work)),
    };
    this.retention = new EmbeddedRetention(this.#changes);
  }

  /** @throws HarbingerError STORE_LOCKED, STORE_UNREADABLE */
  async start(): Promise<void> {
    await this.#writes.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#reads, this.#foreignSql, this.#maintenance].map((runner) => runner.stop()));
    await this.#writes.stop();
  }

  write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome> {
    const unknown = this.retention.unknownYet();
    return unknown ? unknown.then(() => this.#write(batch, signal)) : this.#write(batch, signal);
  }

  #write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome> {
    const { refusal } = this.retention;
    if (refusal !== null) return Promise.reject(new StoreUnavailableError(refusal));
    if (!this.#hold.admits(batch.raw.length)) return Promise.reject(heldError());
    return this.#writes.write(batch, signal);
  }

  async healthy(): Promise<boolean> {
    if (this.retention.refusal !== null) return false;
    try {
      await this.#read((connection) => connection.run('SELECT 1'));
      return true;
    } catch {
      return false;
    }
  }

  deleteMachine(span: MachineSpan, signal: AbortSignal): Promise<DeletedRows> {
    return deleteMachine(this.#changes, span, signal);
  }

  holdForBackup(): Promise<HeldFiles> {
    return this.#hold.hold();
  }

  series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return this.#read((connection) => readSeries(connection, query));
  }

  texts(query: TextQuery): Promise<Record<string, TextPoint[]>> {
    return this.#read((connection) => readTexts(connection, query));
  }

  counts(): Promise<Record<string, number>> {
    return this.#read(readCounts);
  }

  samples(): Samples {
    return this.#statistics.samples();
  }

  sql(query: SqlQuery): Promise<SqlResult> {
    return this.#foreignSql
      .run(this.#database(), query.timeoutMs, (connection) => runSql(connection, query), query.signal)
      .catch((error) => this.#failed(error));
  }

  #read<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#reads
      .run(this.#database(), this.#options.timeoutMs, use)
      .catch((error) => this.#failed(error));
  }

  /** @throws HarbingerError STORE_DAMAGED if a block cannot be read: its content is lost, everything else works on */
  #failed(error: unknown): never {
    if (!isDamage(error)) throw error;
    const reason = messageOf(error);
    const damaged = new HarbingerError(
      'STORE_DAMAGED',
      'store',
      `part of the telemetry database ${this.#options.path} is damaged: ${reason}; what lies elsewhere is read, and what ` +
        'comes is stored, as before: restore a backup, or ask for other columns and times and see to the disk',
      { cause: error },
    );
    if (!this.#damages.has(reason) && this.#damages.size < damagesMax) this.#log.error(damaged.message);
    this.#damages.add(reason);
    throw damaged;
  }

  #database(): Database {
    const database = this.#writes.database;
    if (!database)
      throw new StoreUnavailableError(`the telemetry database ${this.#options.path} is not open`);
    return database;
  }
}

function heldError(): HarbingerError {
  return new StoreUnavailableError(
    'a backup of the embedded store is being made; it goes on when that is complete',
  );
}
