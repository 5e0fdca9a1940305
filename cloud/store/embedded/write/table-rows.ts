/** Buffers rows of one table as columns, at most one DuckDB chunk. The buffers are reused for every chunk. */
import {
  BOOLEAN,
  DOUBLE,
  DuckDBBooleanVector,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampNanosecondsVector,
  type DuckDBType,
  DuckDBVarCharVector,
  TIMESTAMP_NS,
  VARCHAR,
} from '@duckdb/node-api';
import type { Column, ColumnType, Table } from '../tables.ts';

/** DuckDB's vector size, the limit of rows in a chunk. */
export const chunkRows = 2_048;

const types: Record<ColumnType, DuckDBType> = { DOUBLE, VARCHAR, BOOLEAN };

/** The tags of a series; absent fixed tags are empty. */
export interface Series {
  rows: TableRows;
  gateway: string;
  machine: string;
  site: string;
  /** The tags that are not fixed columns. */
  others: { column: Column; value: string }[];
}

export class TableRows {
  readonly table: Table;
  count = 0;
  readonly times = new BigInt64Array(chunkRows);
  /** The same memory as `times`: low and high half of each time (little-endian, as DuckDB stores them). */
  readonly timeWords = new Uint32Array(this.times.buffer);
  readonly series: Series[] = new Array(chunkRows);
  /** Number columns by index; NaN if a row has no value. */
  readonly #numbers: (Float64Array | undefined)[] = [];
  /** Text and boolean columns by index. */
  readonly #others: (unknown[] | undefined)[] = [];
  #chunk: DuckDBDataChunk | null = null;
  #chunkColumns = -1;

  constructor(table: Table) {
    this.table = table;
  }

  numbers(index: number): Float64Array {
    const known = this.#numbers[index];
    if (known) return known;
    const values = new Float64Array(chunkRows).fill(Number.NaN);
    this.#numbers[index] = values;
    return values;
  }

  setOther(index: number, value: string | boolean): void {
    this.#others[index] ??= new Array(chunkRows).fill(null);
    this.#others[index][this.count] = value;
  }

  /** Whether the row being read has no text or truth value in the column yet. */
  isFree(index: number): boolean {
    return (this.#others[index]?.[this.count] ?? null) === null;
  }

  /** Whether the column has a buffer; it gets one with its first value. */
  holds(index: number): boolean {
    return this.#numbers[index] !== undefined || this.#others[index] !== undefined;
  }

  /** Clears the values of a row that was not completed. */
  clearRow(): void {
    for (const values of this.#numbers) if (values) values[this.count] = Number.NaN;
    for (const values of this.#others) if (values) values[this.count] = null;
  }

  clear(): void {
    for (const values of this.#numbers) values?.fill(Number.NaN, 0, this.count);
    for (const values of this.#others) values?.fill(null, 0, this.count);
    this.count = 0;
  }

  /** Returns the rows as a chunk with a vector for every column of the table; valid until the next call. */
  toChunk(): DuckDBDataChunk {
    const columns = this.table.columns;
    if (!this.#chunk || this.#chunkColumns !== columns.length) {
      const columnTypes = columns.map((column) => types[column.type]);
      this.#chunk = DuckDBDataChunk.create([TIMESTAMP_NS, VARCHAR, VARCHAR, VARCHAR, ...columnTypes]);
      this.#chunkColumns = columns.length;
    }
    const chunk = this.#chunk;
    chunk.reset();
    chunk.rowCount = this.count;
    const time = chunk.getColumnVector(0);
    if (time instanceof DuckDBTimestampNanosecondsVector) {
      for (let row = 0; row < this.count; row++) {
        time.setItem(row, new DuckDBTimestampNanosecondsValue(this.times[row]!));
      }
      time.flush();
    }
    this.#fillText(chunk, 1, (series) => series.gateway);
    this.#fillText(chunk, 2, (series) => series.machine);
    this.#fillText(chunk, 3, (series) => series.site);
    for (const column of columns) this.#fillColumn(chunk, column);
    return chunk;
  }

  #fillText(chunk: DuckDBDataChunk, index: number, textOf: (series: Series) => string): void {
    const vector = chunk.getColumnVector(index);
    if (!(vector instanceof DuckDBVarCharVector)) return;
    for (let row = 0; row < this.count; row++) vector.setItem(row, textOf(this.series[row]!));
    vector.flush();
  }

  #fillColumn(chunk: DuckDBDataChunk, column: Column): void {
    const vector = chunk.getColumnVector(column.index + 4);
    if (vector instanceof DuckDBDoubleVector) {
      const values = this.#numbers[column.index];
      for (let row = 0; row < this.count; row++) {
        const value = values ? values[row]! : Number.NaN;
        vector.setItem(row, Number.isNaN(value) ? null : value);
      }
      vector.flush();
    } else if (vector instanceof DuckDBVarCharVector || vector instanceof DuckDBBooleanVector) {
      const values = this.#others[column.index];
      for (let row = 0; row < this.count; row++) vector.setItem(row, (values?.[row] ?? null) as never);
      vector.flush();
    }
  }
}
