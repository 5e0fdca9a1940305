/**
 * The table of other fields: a row for each value whose name has no column, or whose type is not that of its column. It
 * is made when it is first needed. Its name is in the bookkeeping, because an old store may have a measurement of that
 * name.
 *
 * A row has its value in `number`, `text` or `flag`. `tags` holds the tags besides the fixed ones as JSON, null if there
 * are none. A row without a field stands for a line whose measurement has no table, so that lines can be counted.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from './tables.ts';

export const otherFieldsName = 'other_fields';

const columns = `
  time TIMESTAMP_NS, gateway VARCHAR, machine VARCHAR, site VARCHAR, tags VARCHAR,
  measurement VARCHAR, field VARCHAR, number DOUBLE, text VARCHAR, flag BOOLEAN`;

/** Its name for SQL; null while there is none. */
export async function findOtherFields(connection: DuckDBConnection): Promise<string | null> {
  const found = await connection.runAndReadAll('SELECT table_name FROM harbinger.other_fields');
  const name = found.getRows()[0]?.[0];
  return typeof name === 'string' ? name : null;
}

/** Makes it, within the connection's transaction. */
export async function makeOtherFields(connection: DuckDBConnection, name: string): Promise<void> {
  await connection.run(`CREATE TABLE main.${quoted(name)}(${columns})`);
  await connection.run('INSERT INTO harbinger.other_fields VALUES ($1)', [name]);
}
