/**
 * Opening (cloud/store/embedded/opening): the work on a database file before its tables are used. Here its
 * format is checked and noted, and torn-wal.ts repairs a torn end of its log. Opening itself is in ../database.ts.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';

/** Rises when an earlier version could not read the tables, or would lose something of them. */
const storeFormat = 1;

/** A file without a note is of version 0.1.0, or new. @throws HarbingerError STORE_VERSION, and nothing is changed */
export async function refuseNewer(connection: DuckDBConnection, path: string): Promise<void> {
  const tables = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'harbinger' AND table_name = 'format'`,
  );
  if (tables.currentRowCount === 0) return;
  const rows = await connection.runAndReadAll('SELECT max(version) FROM harbinger.format');
  const found = Number(rows.getRows()[0]?.[0] ?? 0);
  if (found <= storeFormat) return;
  throw new HarbingerError(
    'STORE_VERSION',
    'store',
    `the telemetry database ${path} has format ${found}, and this version of Harbinger knows ${storeFormat}: start the ` +
      'version that wrote it, or restore a backup of this version',
  );
}

export async function noteFormat(connection: DuckDBConnection): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS harbinger.format(version INTEGER)');
  await connection.run(
    `INSERT INTO harbinger.format SELECT ${storeFormat} WHERE NOT EXISTS (FROM harbinger.format)`,
  );
}
