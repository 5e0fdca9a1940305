/**
 * Explains errors of queries that name an unknown table or column. The message lists the existing names and says why
 * a name may appear later: a machine type gets its table with its first stored reading, a sensor its column with its
 * first value. For a name whose values are in the table of other fields, it gives the query that reads them.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { reservedMeasurements } from '../../../../shared/domain/machine-type.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { findOtherFields } from '../other-fields.ts';
import { quoted } from '../tables.ts';

const namesShownMax = 40;
const unknownTable = /Table with name "?([^"\s]+?)"? does not exist|Referenced table "([^"]+)" not found/;
const unknownColumn = /Referenced column "([^"]+)" (?:was )?not found|does not have a column named "([^"]+)"/;

interface Table {
  name: string;
  /** Null for the table of other fields. */
  measurement: string | null;
  columns: string[];
}

/** Returns any other error unchanged. */
export async function explained(connection: DuckDBConnection, sql: string, error: unknown): Promise<unknown> {
  const message = messageOf(error);
  const table = firstGroup(unknownTable, message);
  const column = firstGroup(unknownColumn, message);
  if (table === null && column === null) return error;
  const tables = await tablesOf(connection);
  const hasFrom = /\bfrom\b/i.test(sql);
  const elsewhere = !hasFrom ? null : await queryOfOtherFields(connection, sql, { table, column }, tables);
  const text = table !== null ? noTable(table, tables) : noColumn(column!, tables, sql);
  return new HarbingerError('QUERY_FAILED', 'store', elsewhere ?? text, { cause: error });
}

/** Returns the message that gives the query to ask instead; null if the table of other fields has no such values. */
async function queryOfOtherFields(
  connection: DuckDBConnection,
  sql: string,
  { table, column }: { table: string | null; column: string | null },
  tables: readonly Table[],
): Promise<string | null> {
  const other = await findOtherFields(connection);
  if (other === null) return null;
  const asked = table === null ? column! : table;
  const found = await connection.runAndReadAll(
    `SELECT measurement, field, count(number) > 0, count(text) > 0, count(flag) > 0 FROM main.${quoted(other)}
     WHERE lower(${table === null ? 'field' : 'measurement'}) = lower($1) AND field IS NOT NULL
     GROUP BY measurement, field ORDER BY count(*) DESC, field LIMIT 100`,
    [asked],
  );
  type Row = [string, string, boolean, boolean, boolean];
  const rows = found.getRows() as Row[];
  const named = namedIn(sql, tables).map(({ measurement }) => measurement);
  const best = rows.find(([measurement]) => named.includes(measurement)) ?? rows[0];
  if (!best) return null;
  const [measurement, field, ...kinds] = best;
  const values = ['number', 'text', 'flag'].filter((_, i) => kinds[i]);
  const query =
    `select time, machine, ${values.join(', ')} from ${plain(other)} ` +
    `where measurement = ${literal(measurement)} and field = ${literal(field)}`;
  return table === null
    ? `'${column}' of '${measurement}' has no column; its values are in ${plain(other)}: ${query}`
    : `'${table}' has no table; its values are in ${plain(other)}: ${query}`;
}

function noTable(name: string, tables: readonly Table[]): string {
  // Harbinger's own tables may be there before any reading.
  if (tables.every((table) => reservedMeasurements.includes(table.name)))
    return `there is no table '${name}', because no reading is stored yet: publish one, and ask again`;
  const names = shown(tables.map((table) => table.name));
  return `there is no table '${name}'; there are ${names}. A machine type has a table once a reading of it is stored: publish one, and ask again`;
}

function noColumn(name: string, tables: readonly Table[], sql: string): string {
  if (!/\bfrom\b/i.test(sql)) return `'${name}' means nothing, because the query has no FROM with a table`;
  const have = namedIn(sql, tables).map((table) => `${table.name} has ${shown(table.columns)}`);
  return `there is no column '${name}'${have.map((text) => `; ${text}`).join('')}. A sensor has a column once a value of it is stored: publish one, and ask again`;
}

function namedIn(sql: string, tables: readonly Table[]): Table[] {
  return tables.filter((table) => sql.toLowerCase().includes(table.name.toLowerCase()));
}

function shown(names: readonly string[]): string {
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : '';
  return `${names.slice(0, namesShownMax).join(', ')}${more}`;
}

/** The name for SQL, in quotes only where it needs them. */
function plain(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function firstGroup(pattern: RegExp, text: string): string | null {
  const [, first, second] = pattern.exec(text) ?? [];
  return first ?? second ?? null;
}

async function tablesOf(connection: DuckDBConnection): Promise<Table[]> {
  const found = await connection.runAndReadAll(`
    SELECT table_name, column_name, measurement FROM information_schema.columns
    LEFT JOIN harbinger.measurements USING (table_name)
    WHERE table_schema = 'main' ORDER BY table_name, ordinal_position`);
  const tables = new Map<string, Table>();
  for (const [name, column, measurement] of found.getRows() as [string, string, string | null][]) {
    const table = tables.get(name) ?? { name, measurement, columns: [] };
    tables.set(name, table);
    table.columns.push(column);
  }
  return [...tables.values()];
}
