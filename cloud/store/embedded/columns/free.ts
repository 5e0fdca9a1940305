/** Frees columns: their values move to the table of other fields, so that other names can have their place. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Catalog } from '../catalog.ts';
import { makeOtherFields } from '../other-fields.ts';
import { type Column, type ColumnType, quoted, type Table } from '../tables.ts';

const valueColumns: Record<ColumnType, string> = { DOUBLE: 'number', VARCHAR: 'text', BOOLEAN: 'flag' };

/** The columns of a measurement that have these names, in line protocol or in SQL. @throws HarbingerError COLUMN_UNKNOWN */
export function columnsNamed(catalog: Catalog, measurement: string, names: readonly string[]): Column[] {
  const { columns } = tableOf(catalog, measurement);
  return names.map((name) => {
    const found =
      columns.find(({ key }) => key === name) ??
      columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
    if (!found) throw unknown(`'${measurement}' has no column '${name.slice(0, 256)}' that could be freed`);
    return found;
  });
}

/** @throws HarbingerError COLUMN_UNKNOWN */
export function tableOf(catalog: Catalog, measurement: string): Table {
  const table = catalog.tables.get(measurement);
  if (!table) throw unknown(`there is no table of a measurement '${measurement.slice(0, 256)}'`);
  return table;
}

/** Moves the column's values and drops it, within the connection's transaction. */
export async function freeColumn(
  connection: DuckDBConnection,
  catalog: Catalog,
  table: Table,
  column: Column,
): Promise<void> {
  await moveValues(connection, catalog, table, column);
  await connection.run(`ALTER TABLE main.${quoted(table.name)} DROP COLUMN ${quoted(column.name)}`);
  for (const of of ['columns', 'creators']) {
    const where = 'measurement = $1 AND kind = $2 AND key = $3';
    const values = [table.measurement, column.kind, column.key];
    await connection.run(`DELETE FROM harbinger.${of} WHERE ${where}`, values);
  }
}

/** Moves everything that the table has and drops it, within the connection's transaction. Its lines remain counted. */
export async function freeTable(connection: DuckDBConnection, catalog: Catalog, table: Table): Promise<void> {
  await move(connection, catalog, table, { field: null, value: null, valueColumn: 'number' });
  for (const column of table.columns) await moveValues(connection, catalog, table, column);
  await connection.run(`DROP TABLE main.${quoted(table.name)}`);
  for (const of of ['measurements', 'columns', 'creators']) {
    await connection.run(`DELETE FROM harbinger.${of} WHERE measurement = $1`, [table.measurement]);
  }
}

function moveValues(
  connection: DuckDBConnection,
  catalog: Catalog,
  table: Table,
  { key, name, type }: Column,
): Promise<void> {
  const valueColumn = valueColumns[type];
  return move(connection, catalog, table, { field: key, value: quoted(name), valueColumn });
}

/** Adds a row for each row of the table that has the value; for each row if `value` is null. */
async function move(
  connection: DuckDBConnection,
  catalog: Catalog,
  table: Table,
  { field, value, valueColumn }: { field: string | null; value: string | null; valueColumn: string },
): Promise<void> {
  if (catalog.otherFields === null) await makeOtherFields(connection, catalog.nameOtherFields());
  const tags = tagsOf(table);
  await connection.run(
    `INSERT INTO main.${quoted(catalog.otherFields!)}
       (time, gateway, machine, site, tags, measurement, field, ${valueColumn})
     SELECT time, gateway, machine, site, ${tags}, $1::VARCHAR, $2::VARCHAR, ${value ?? 'NULL'}
     FROM main.${quoted(table.name)} ${value === null ? '' : `WHERE ${value} IS NOT NULL`}`,
    [table.measurement, field],
  );
}

/** SQL for the other tags of a row as JSON. */
function tagsOf({ tags }: Table): string {
  if (tags.size === 0) return 'NULL';
  const pairs = [...tags.values()].map(({ key, name }) => `'${key.replaceAll("'", "''")}', ${quoted(name)}`);
  // Merging leaves out what is null.
  return `nullif(json_merge_patch('{}', json_object(${pairs.join(', ')}))::VARCHAR, '{}')`;
}

function unknown(message: string): HarbingerError {
  return new HarbingerError('COLUMN_UNKNOWN', 'store', `${message}: \`harbinger columns list\` shows them`);
}
