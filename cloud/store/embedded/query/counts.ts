import type { DuckDBConnection } from '@duckdb/node-api';
import { findOtherFields } from '../other-fields.ts';
import { quoted } from '../tables.ts';

/** Counts the stored lines of each measurement: rows of its table, or the rows that stand for lines without one. */
export async function readCounts(connection: DuckDBConnection): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const add = (measurement: string, count: unknown) => {
    counts[measurement] = (counts[measurement] ?? 0) + Number(count);
  };
  const tables = await connection.runAndReadAll('SELECT measurement, table_name FROM harbinger.measurements');
  for (const [measurement, table] of tables.getRows() as [string, string][]) {
    const result = await connection.runAndReadAll(`SELECT count(*) FROM main.${quoted(table)}`);
    add(measurement, result.getRows()[0]?.[0]);
  }
  const other = await findOtherFields(connection);
  if (other === null) return counts;
  const lines = await connection.runAndReadAll(
    `SELECT measurement, count(*) FROM main.${quoted(other)} WHERE field IS NULL GROUP BY measurement`,
  );
  for (const [measurement, count] of lines.getRows() as [string, unknown][]) add(measurement, count);
  return counts;
}
