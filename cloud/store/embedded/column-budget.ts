/**
 * How many columns the tables may have, and how many of them one machine or gateway may cause. A column costs memory
 * even in rows without a value: DuckDB holds a block of 256 KiB for its values and one for its nulls while its table is
 * appended to, and as much again for the widest table during a checkpoint (measured with 1.5.6). Without that memory
 * every write fails, also after a restart, so the columns are bounded by the memory that is allowed.
 */
import { type Column, type Creator, fixedColumns, type Table } from './tables.ts';

/** Why a field gets no column: see `overflowReasons`. */
export type Overflow = keyof typeof overflowReasons;

export const overflowReasons = {
  type: 'its column has another type',
  columns: 'the tables have as many columns as the memory allows, or this table has 1,000',
  gateway: 'its gateway has caused as many columns as one gateway may',
  machine: 'its machine has caused as many columns as one machine may',
  write: 'this write has added as many columns as one write may; a later one may add it',
  tables: 'its measurement has no table: there are as many as there may be',
} as const;

/** By measurement and reason: how many values have no column. */
export type OverflowCounts = Map<string, Map<Overflow, number>>;

export const columnLimits = {
  tablesMax: 200,
  columnsInTableMax: 1_000,
  /** Columns that one write may add to tables that exist already. */
  addedInWriteMax: 32,
} as const;

/**
 * Adding a column makes as many cells as the table has rows, and DuckDB holds them in memory (11 bytes each, measured with 1.5.6)
 * until a checkpoint, as it does rows. Beyond its memory each write fails, so cells get a sixth of it between two checkpoints.
 */
const cellsPerMiB = 16_384;

/** Cells of columns that were added since the last checkpoint. It outlives the writer, which is replaced after each failure. */
export class AddedCells {
  readonly #max: number;
  #count = 0;
  #frozenUntilMs = Number.NEGATIVE_INFINITY;

  constructor(memoryMiBMax: number) {
    this.#max = memoryMiBMax * cellsPerMiB;
  }

  /** One column is always added after a checkpoint, however long its table is, unless the memory was too small for one. */
  mayAdd(rows: number, nowMs: number): boolean {
    return nowMs >= this.#frozenUntilMs && (this.#count === 0 || this.#count + rows <= this.#max);
  }

  add(rows: number): void {
    this.#count += Math.max(1, rows);
  }

  get needCheckpoint(): boolean {
    return this.#count > this.#max / 4;
  }

  checkpointed(): void {
    this.#count = 0;
  }

  /** The memory was too small: no column is added until then, by the monotonic clock. */
  freeze(untilMs: number): void {
    this.#frozenUntilMs = untilMs;
  }
}

/** Columns of the table of other fields and of the bookkeeping. */
const columnsOfOurOwn = 24;
const mibForColumn = 0.5;
/** The rest is for queries, and for rows on their way into the tables. */
const shareForColumns = 0.75;
const reservedMiB = 64;

export class ColumnBudget {
  readonly #columnsMax: number;
  readonly machineMax: number;
  readonly gatewayMax: number;
  readonly #caused = new Map<string, number>();
  #total = columnsOfOurOwn;
  #widest = 0;
  #addedInWrite = 0;
  #cells: AddedCells;
  #nowMs = 0;

  constructor(memoryMiBMax: number) {
    this.#cells = new AddedCells(memoryMiBMax);
    this.#columnsMax = Math.floor((memoryMiBMax * shareForColumns) / mibForColumn);
    this.machineMax = Math.max(32, Math.floor(this.#columnsMax / 8));
    this.gatewayMax = Math.max(64, Math.floor((this.#columnsMax * 3) / 8));
  }

  /** Columns of all tables, the fixed ones included. */
  get total(): number {
    return this.#total;
  }

  /** The memory that DuckDB needs to append to all tables and to write a checkpoint. */
  get neededMiB(): number {
    return Math.ceil((this.#total + this.#widest) * mibForColumn * 1.1) + reservedMiB;
  }

  /** From here on, columns are added, where those before were there. */
  countInto(cells: AddedCells): void {
    this.#cells = cells;
  }

  /** @param nowMs by the monotonic clock */
  startWrite(nowMs: number): void {
    this.#addedInWrite = 0;
    this.#nowMs = nowMs;
  }

  /** Why `creator` cannot have a new table; null if it can. */
  refusesTable(tables: number, creator: Creator): Overflow | null {
    if (tables >= columnLimits.tablesMax || !this.#fits(fixedColumns.length + 1, fixedColumns.length + 1))
      return 'tables';
    return this.#overQuota(creator, fixedColumns.length + 1);
  }

  /** Why `creator` cannot have a new column of the table; null if it can. */
  refusesColumn(table: Table, creator: Creator): Overflow | null {
    const columns = table.columns.length;
    if (columns >= columnLimits.columnsInTableMax || !this.#fits(1, fixedColumns.length + columns + 1))
      return 'columns';
    const over = this.#overQuota(creator, 1);
    if (over) return over;
    if (table.columnsMade < 0) return null;
    const isFull = this.#addedInWrite >= columnLimits.addedInWriteMax;
    return isFull || !this.#cells.mayAdd(table.rows, this.#nowMs) ? 'write' : null;
  }

  /** Counts a table without its columns. */
  addTable(creator: Creator | null): void {
    this.#total += fixedColumns.length;
    this.#widest = Math.max(this.#widest, fixedColumns.length);
    if (creator) this.#charge(creator, fixedColumns.length);
  }

  /** Counts the column, which the table has already. */
  addColumn(table: Table, { creator }: Pick<Column, 'creator'>): void {
    this.#total++;
    this.#widest = Math.max(this.#widest, fixedColumns.length + table.columns.length);
    if (creator) this.#charge(creator, 1);
    if (table.columnsMade < 0) return;
    this.#addedInWrite++;
    this.#cells.add(table.rows);
  }

  #fits(more: number, width: number): boolean {
    return this.#total + more + Math.max(this.#widest, width) <= this.#columnsMax;
  }

  #overQuota(creator: Creator, more: number): Overflow | null {
    if (this.#causedBy(machineOf(creator)) + more > this.machineMax) return 'machine';
    return this.#causedBy(creator.gateway) + more > this.gatewayMax ? 'gateway' : null;
  }

  #charge(creator: Creator, columns: number): void {
    for (const key of [machineOf(creator), creator.gateway]) {
      this.#caused.set(key, this.#causedBy(key) + columns);
    }
  }

  #causedBy(key: string): number {
    return this.#caused.get(key) ?? 0;
  }
}

function machineOf({ gateway, site, machine }: Creator): string {
  return `${gateway}/${site}/${machine}`;
}
