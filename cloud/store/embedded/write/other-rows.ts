/** Buffers rows for the table of other fields. A line adds one for each value that has no column. */
import {
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBTimestampNanosecondsValue,
  type DuckDBValue,
  TIMESTAMP_NS,
  VARCHAR,
} from '@duckdb/node-api';
import type { Overflow, OverflowCounts } from '../column-budget.ts';
import { chunkRows } from './table-rows.ts';

type Value = number | string | boolean;

/** The values that the rows of one line have in common. */
export interface LineIdentity {
  measurement: string;
  gateway: string;
  machine: string;
  site: string;
  /** JSON of the other tags; null if there are none. */
  tags: string | null;
  timeNs: bigint;
}

interface OtherRow {
  line: LineIdentity;
  reason: Overflow;
  /** Null for a row that stands for the line itself. */
  field: string | null;
  value: Value | null;
}

const types = [TIMESTAMP_NS, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, DOUBLE, VARCHAR, BOOLEAN];

export class OtherRows {
  #rows: OtherRow[] = [];
  #line: LineIdentity | null = null;

  get count(): number {
    return this.#rows.length;
  }

  /** Sets the line that the following rows belong to. */
  begin(line: LineIdentity): void {
    this.#line = line;
  }

  add(reason: Overflow, field: string | null, value: Value | null): void {
    this.#rows.push({ line: this.#line!, reason, field, value });
  }

  clear(): void {
    this.#rows = [];
  }

  /** Adds the values among the rows to `counts`. */
  countInto(counts: OverflowCounts): void {
    for (const { line, reason, field } of this.#rows) {
      if (field === null) continue;
      const ofMeasurement = counts.get(line.measurement) ?? new Map<Overflow, number>();
      counts.set(line.measurement, ofMeasurement);
      ofMeasurement.set(reason, (ofMeasurement.get(reason) ?? 0) + 1);
    }
  }

  /** The rows in DuckDB's form, in chunks of its size. */
  *chunks(): Generator<DuckDBDataChunk> {
    for (let from = 0; from < this.#rows.length; from += chunkRows) {
      const chunk = DuckDBDataChunk.create(types);
      chunk.setRows(this.#rows.slice(from, from + chunkRows).map(cellsOf));
      yield chunk;
    }
  }
}

function cellsOf({ line, field, value }: OtherRow): DuckDBValue[] {
  return [
    new DuckDBTimestampNanosecondsValue(line.timeNs),
    line.gateway,
    line.machine,
    line.site,
    line.tags,
    line.measurement,
    field,
    typeof value === 'number' ? value : null,
    typeof value === 'string' ? value : null,
    typeof value === 'boolean' ? value : null,
  ];
}
