/** The rows of each measurement, in its own table and in the table of other fields, by the hour. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { loadCatalog } from '../bookkeeping.ts';
import { type Column, quoted } from '../tables.ts';

export interface Target {
  measurement: string;
  /** For SQL. */
  table: string;
  /** SQL that is true for the rows of the measurement. */
  where: string;
  /** Columns besides the fixed ones; of the table of other fields none. */
  columns: readonly Column[];
  isTall: boolean;
}

export async function targetsOf(connection: DuckDBConnection): Promise<Target[]> {
  const catalog = await loadCatalog(connection);
  const targets: Target[] = [...catalog.tables.values()].map(({ measurement, name, columns }) => {
    return { measurement, table: `main.${quoted(name)}`, where: 'true', columns, isTall: false };
  });
  if (catalog.otherFields === null) return targets;
  const table = `main.${quoted(catalog.otherFields)}`;
  const found = await connection.runAndReadAll(`SELECT DISTINCT measurement FROM ${table}`);
  for (const [measurement] of found.getRows() as [string][]) {
    const where = `measurement = '${measurement.replaceAll("'", "''")}'`;
    targets.push({ measurement, table, where, columns: [], isTall: true });
  }
  return targets;
}

/** Rows of consecutive hours: those from `fromNs` to before `toNs`. */
export interface Slice {
  fromNs: bigint;
  toNs: bigint;
  rows: number;
}

export const hourNs = 3_600_000_000_000n;

/** The hours before `beforeNs` that have rows, oldest first. */
export async function hoursOf(
  connection: DuckDBConnection,
  { table, where }: Target,
  beforeNs: bigint | null,
): Promise<Slice[]> {
  const before = beforeNs === null ? 'true' : `time < make_timestamp_ns(${beforeNs})`;
  const found = await connection.runAndReadAll(
    `SELECT epoch_ns(time_bucket(INTERVAL 1 HOUR, time::TIMESTAMP)) AS hour, count(*) FROM ${table}
     WHERE ${where} AND ${before} GROUP BY hour ORDER BY hour`,
  );
  return found.getRows().map(([hour, rows]) => {
    const fromNs = BigInt(String(hour));
    const endNs = fromNs + hourNs;
    return { fromNs, toNs: beforeNs !== null && beforeNs < endNs ? beforeNs : endNs, rows: Number(rows) };
  });
}

/** Puts consecutive slices together as long as they have at most `rowsMax` rows. */
export function grouped(slices: readonly Slice[], rowsMax: number): Slice[] {
  const groups: Slice[] = [];
  for (const slice of slices) {
    const last = groups.at(-1);
    if (last && last.rows + slice.rows <= rowsMax) {
      last.rows += slice.rows;
      last.toNs = slice.toNs;
    } else groups.push({ ...slice });
  }
  return groups;
}

/** SQL for the rows of the target from `fromNs` to before `toNs`. */
export function within({ where }: Target, { fromNs, toNs }: Pick<Slice, 'fromNs' | 'toNs'>): string {
  return `${where} AND time >= make_timestamp_ns(${fromNs}) AND time < make_timestamp_ns(${toNs})`;
}

export function toNs(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n;
}
