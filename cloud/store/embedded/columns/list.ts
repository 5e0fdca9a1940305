/** Lists the columns with who caused them and when they were last written. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { StoredColumn } from '../../../ports/store.ts';
import type { Catalog } from '../catalog.ts';
import { type Column, quoted, type Table } from '../tables.ts';

const dayNs = 86_400_000_000_000n;
/** After that time, no further column is looked up. */
const lookMsMax = 10_000;
/** The time that DuckDB needs to plan a query grows faster than the number of its columns: 13 s for 1,000. */
const columnsAtOnce = 50;

export async function listColumns(
  connection: DuckDBConnection,
  catalog: Catalog,
  clock: Clock,
): Promise<StoredColumn[]> {
  const untilMs = clock.monotonicMs() + lookMsMax;
  const listed: StoredColumn[] = [];
  for (const table of catalog.tables.values()) {
    const times = await lastTimes(connection, table, clock, untilMs);
    for (const column of table.columns) {
      const { name, key, kind, type, creator } = column;
      const { measurement } = table;
      listed.push({ measurement, name, key, kind, type, creator, lastMs: times.get(column) ?? null });
    }
  }
  return listed;
}

/**
 * The time of each column's latest value, in ms since 1970. Columns in use have one within the last day, which is a small
 * part of the table; the others are looked up one by one, which costs little where DuckDB's statistics say that there is
 * nothing. A column is left out if it has no value, or if time has run out.
 */
async function lastTimes(
  connection: DuckDBConnection,
  table: Table,
  clock: Clock,
  untilMs: number,
): Promise<Map<Column, number>> {
  const times = new Map<Column, number>();
  if (table.columns.length === 0 || clock.monotonicMs() >= untilMs) return times;
  const source = `FROM main.${quoted(table.name)}`;
  const note = (column: Column, ns: unknown) => {
    if (ns !== null) times.set(column, Number(BigInt(String(ns)) / 1_000_000n));
  };
  const sinceNs = BigInt(clock.nowMs()) * 1_000_000n - dayNs;
  for (let from = 0; from < table.columns.length; from += columnsAtOnce) {
    if (clock.monotonicMs() >= untilMs) return times;
    const some = table.columns.slice(from, from + columnsAtOnce);
    const latest = some.map(
      ({ name }) => `epoch_ns(max(CASE WHEN ${quoted(name)} IS NOT NULL THEN time END))`,
    );
    const recent = await connection.runAndReadAll(
      `SELECT ${latest.join(', ')} ${source} WHERE time >= make_timestamp_ns(${sinceNs})`,
    );
    const [row] = recent.getRows();
    for (const [i, column] of some.entries()) note(column, row?.[i] ?? null);
  }
  for (const column of table.columns) {
    if (times.has(column)) continue;
    if (clock.monotonicMs() >= untilMs) break;
    const found = await connection.runAndReadAll(
      `SELECT epoch_ns(max(time)) ${source} WHERE ${quoted(column.name)} IS NOT NULL`,
    );
    note(column, found.getRows()[0]?.[0] ?? null);
  }
  return times;
}
