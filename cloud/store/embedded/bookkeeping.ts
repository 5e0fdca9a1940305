/** Keeps the catalog in the database: reads it at the start, and makes the tables and columns that it declares. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { Catalog } from './catalog.ts';
import { findOtherFields } from './other-fields.ts';
import { type Column, type ColumnKind, type ColumnType, type Creator, quoted, type Table } from './tables.ts';

/** @param memoryMiBMax bounds how many columns the tables may have; matters only where lines are read */
export async function loadCatalog(connection: DuckDBConnection, memoryMiBMax = 0): Promise<Catalog> {
  const catalog = new Catalog(memoryMiBMax);
  const tables = await connection.runAndReadAll(`
    SELECT measurement, m.table_name, coalesce(t.estimated_size, 0)::DOUBLE, c.gateway, c.site, c.machine
    FROM harbinger.measurements m
    LEFT JOIN duckdb_tables() t ON t.schema_name = 'main' AND t.table_name = m.table_name
    LEFT JOIN (SELECT * FROM harbinger.creators WHERE kind = 'table') c USING (measurement)`);
  type TableRow = [string, string, number, ...CreatorRow];
  for (const [measurement, name, rows, ...creator] of tables.getRows() as TableRow[]) {
    const table = catalog.restoreTable(measurement, name, creatorOf(creator));
    table.columnsMade = 0;
    table.rows = rows;
  }
  const columns = await connection.runAndReadAll(`
    SELECT measurement, position, name, kind, key, type, c.gateway, c.site, c.machine
    FROM harbinger.columns LEFT JOIN harbinger.creators c USING (measurement, kind, key)
    ORDER BY measurement, position`);
  type Row = [string, number, string, ColumnKind, string, ColumnType, ...CreatorRow];
  for (const [measurement, position, name, kind, key, type, ...creator] of columns.getRows() as Row[]) {
    const table = catalog.tables.get(measurement);
    if (!table) continue;
    catalog.restoreColumn(table, { name, kind, key, type, creator: creatorOf(creator) });
    table.columnsMade++;
    table.nextPosition = position + 1;
  }
  const otherFields = await findOtherFields(connection);
  if (otherFields !== null) catalog.restoreOtherFields(otherFields);
  return catalog;
}

type CreatorRow = [gateway: string | null, site: string | null, machine: string | null];

function creatorOf([gateway, site, machine]: CreatorRow): Creator | null {
  return gateway === null || site === null || machine === null ? null : { gateway, site, machine };
}

/** Creates the table, or adds the columns that the catalog has and the table lacks, within the connection's transaction. */
export async function makeTable(connection: DuckDBConnection, table: Table): Promise<void> {
  const name = `main.${quoted(table.name)}`;
  const definition = (column: Column) => `${quoted(column.name)} ${column.type}`;
  const missing = table.columns.slice(Math.max(0, table.columnsMade));
  if (table.columnsMade < 0) {
    const columns = ['time TIMESTAMP_NS', 'gateway VARCHAR', 'machine VARCHAR', 'site VARCHAR'];
    await connection.run(`CREATE TABLE ${name}(${[...columns, ...missing.map(definition)].join(', ')})`);
    await connection.run('INSERT INTO harbinger.measurements VALUES ($1, $2)', [
      table.measurement,
      table.name,
    ]);
    await noteCreator(connection, table.measurement, 'table', '', table.creator);
  } else {
    for (const column of missing) {
      await connection.run(`ALTER TABLE ${name} ADD COLUMN ${definition(column)}`);
    }
  }
  for (const { name, kind, key, type, creator } of missing) {
    const values = [table.measurement, table.nextPosition++, name, kind, key, type];
    await connection.run('INSERT INTO harbinger.columns VALUES ($1, $2, $3, $4, $5, $6)', values);
    await noteCreator(connection, table.measurement, kind, key, creator);
  }
  table.columnsMade = table.columns.length;
}

async function noteCreator(
  connection: DuckDBConnection,
  measurement: string,
  kind: ColumnKind | 'table',
  key: string,
  creator: Creator | null,
): Promise<void> {
  if (!creator) return;
  const values = [measurement, kind, key, creator.gateway, creator.site, creator.machine];
  await connection.run('INSERT INTO harbinger.creators VALUES ($1, $2, $3, $4, $5, $6)', values);
}
