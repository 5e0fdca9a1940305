/**
 * Writing to the embedded store (cloud/store/embedded/write): batches are queued, their lines become columns, and a
 * group is stored at once. Nothing here answers questions; ../query does.
 *
 * Stores groups of batches, each group in one transaction with its ledger entries and with one sync of the disk.
 */
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { RejectedLine, StoreBatch, StoreOutcome } from '../../../ports/store.ts';
import { loadCatalog, makeTable } from '../bookkeeping.ts';
import type { Catalog } from '../catalog.ts';
import type { AddedCells, OverflowCounts } from '../column-budget.ts';
import { type Database, isInvalidated } from '../database.ts';
import { makeOtherFields } from '../other-fields.ts';
import { Ledger } from './ledger.ts';
import { LineReader } from './line-reader.ts';
import type { OtherRows } from './other-rows.ts';
import type { TableRows } from './table-rows.ts';

export interface WriteReport {
  /** The values of this write that have no column. */
  overflow: OverflowCounts;
  /** Columns of all tables. */
  columns: number;
}

export interface WriterDeps {
  database: Database;
  /** Bounds how many columns the tables may have. */
  memoryMiBMax: number;
  addedCells: AddedCells;
  clock: Clock;
  /** Is called for each write that became durable. */
  onWritten(report: WriteReport): void;
}

export class Writer {
  readonly #deps: WriterDeps;
  readonly #connection: DuckDBConnection;
  readonly #catalog: Catalog;
  readonly #reader: LineReader;
  readonly #ledger: Ledger;
  #overflow: OverflowCounts = new Map();
  readonly #appenders = new Map<string, { appender: DuckDBAppender; columns: number }>();

  private constructor(deps: WriterDeps, connection: DuckDBConnection, catalog: Catalog, ledger: Ledger) {
    this.#deps = deps;
    this.#connection = connection;
    this.#catalog = catalog;
    this.#reader = new LineReader(catalog);
    this.#ledger = ledger;
  }

  static async open(deps: WriterDeps): Promise<Writer> {
    const connection = await deps.database.connect();
    const ledger = await Ledger.load(connection);
    if (ledger.isLong) await ledger.compact(connection);
    const catalog = await loadCatalog(connection, deps.memoryMiBMax);
    catalog.budget.countInto(deps.addedCells);
    return new Writer(deps, connection, catalog, ledger);
  }

  /**
   * Resolves with an outcome for each batch when all are durable. If it throws, either all or none are stored (a disk may
   * fill up right after the commit), and the ledger on disk tells which. The writer must then be replaced, because its
   * copy of tables and blocks may differ from the database.
   */
  async write(batches: StoreBatch[]): Promise<StoreOutcome[]> {
    if (this.#ledger.isLong) await this.#ledger.compact(this.#connection);
    this.#catalog.budget.startWrite(this.#deps.clock.monotonicMs());
    this.#overflow = new Map();
    await this.#connection.run('BEGIN');
    try {
      const outcomes: StoreOutcome[] = [];
      const advanced = new Set<StoreBatch>();
      for (const batch of batches) {
        outcomes.push({ rejected: await this.#read(batch) });
        if (this.#ledger.advance(batch)) advanced.add(batch);
      }
      await this.#flush();
      if (advanced.size > 0) await this.#note(advanced);
      await this.#connection.run('COMMIT');
      await this.#checkpointIfNeeded();
      this.#deps.onWritten({ overflow: this.#overflow, columns: this.#catalog.budget.total });
      return outcomes;
    } catch (error) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  close(): void {
    this.#connection.closeSync();
  }

  /** Columns that were added are in memory until a checkpoint. While one cannot be made, as during a backup, none is added. */
  async #checkpointIfNeeded(): Promise<void> {
    const { addedCells } = this.#deps;
    if (!addedCells.needCheckpoint) return;
    try {
      await this.#connection.run('CHECKPOINT');
      addedCells.checkpointed();
    } catch (error) {
      if (isInvalidated(error)) throw error;
    }
  }

  async #read(batch: StoreBatch): Promise<RejectedLine[]> {
    const last = this.#ledger.last(batch);
    let storedBytes = 0;
    for (const block of batch.blocks) if (block.seq <= last) storedBytes += block.bytes;
    const rejected: RejectedLine[] = [];
    const end = batch.raw.length;
    if (storedBytes > 0) {
      // Stored blocks are read again for their rejected lines: the caller may have died before it recorded them.
      await this.#flush();
      this.#catalog.isOpen = false;
      for (let at = 0; at < storedBytes; this.#reader.taken()) {
        at = this.#reader.read(batch.raw, at, storedBytes, rejected);
      }
      this.#catalog.isOpen = true;
    }
    for (let at = storedBytes; at < end; ) {
      at = this.#reader.read(batch.raw, at, end, rejected);
      if (at < end) await this.#flush();
    }
    return rejected;
  }

  async #flush(): Promise<void> {
    for (const rows of this.#reader.pending()) await this.#append(rows);
    if (this.#reader.other.count > 0) await this.#appendOther(this.#reader.other);
    this.#reader.taken();
  }

  async #append(rows: TableRows): Promise<void> {
    const { table } = rows;
    let known = this.#appenders.get(table.name);
    if (!known || known.columns !== table.columns.length) {
      known?.appender.closeSync();
      if (table.columnsMade !== table.columns.length) await makeTable(this.#connection, table);
      const appender = await this.#connection.createAppender(table.name, 'main');
      known = { appender, columns: table.columns.length };
      this.#appenders.set(table.name, known);
    }
    known.appender.appendDataChunk(rows.toChunk());
    known.appender.flushSync();
    table.rows += rows.count;
  }

  async #appendOther(rows: OtherRows): Promise<void> {
    if (this.#catalog.otherFields === null)
      await makeOtherFields(this.#connection, this.#catalog.nameOtherFields());
    const appender = await this.#connection.createAppender(this.#catalog.otherFields!, 'main');
    for (const chunk of rows.chunks()) appender.appendDataChunk(chunk);
    appender.closeSync();
    rows.countInto(this.#overflow);
  }

  async #note(batches: Iterable<StoreBatch>): Promise<void> {
    const appender = await this.#connection.createAppender('blocks', 'harbinger');
    for (const batch of batches) this.#ledger.append(appender, batch);
    appender.closeSync();
  }
}
