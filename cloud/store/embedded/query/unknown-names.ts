/**
 * Explains errors of queries that name an unknown table or column. The message lists the existing names and says why
 * a name may appear later: a machine type gets its table with its first stored reading, a sensor its column with its
 * first value.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';

const namesShownMax = 40;
const unknownTable = /Table with name "?([^"\s]+?)"? does not exist|Referenced table "([^"]+)" not found/;
const unknownColumn = /Referenced column "([^"]+)" (?:was )?not found|does not have a column named "([^"]+)"/;

interface Table {
  name: string;
  columns: string[];
}

/** Returns any other error unchanged. */
export async function explained(connection: DuckDBConnection, sql: string, error: unknown): Promise<unknown> {
  const message = messageOf(error);
  const table = firstGroup(unknownTable, message);
  const column = firstGroup(unknownColumn, message);
  if (table === null && column === null) return error;
  const tables = await tablesOf(connection);
  const text = table !== null ? noTable(table, tables) : noColumn(column!, tables, sql);
  return new HarbingerError('QUERY_FAILED', 'store', text, { cause: error });
}

function noTable(name: string, tables: readonly Table[]): string {
  if (tables.length === 0)
    return `there is no table '${name}', because no reading is stored yet: publish one, and ask again`;
  const names = shown(tables.map((table) => table.name));
  return `there is no table '${name}'; there are ${names}. A machine type has a table once a reading of it is stored: publish one, and ask again`;
}

function noColumn(name: string, tables: readonly Table[], sql: string): string {
  if (!/\bfrom\b/i.test(sql)) return `'${name}' means nothing, because the query has no FROM with a table`;
  const named = tables.filter((table) => sql.toLowerCase().includes(table.name.toLowerCase()));
  const have = named.map((table) => `${table.name} has ${shown(table.columns)}`);
  return `there is no column '${name}'${have.map((text) => `; ${text}`).join('')}. A sensor has a column once a value of it is stored: publish one, and ask again`;
}

function shown(names: readonly string[]): string {
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : '';
  return `${names.slice(0, namesShownMax).join(', ')}${more}`;
}

function firstGroup(pattern: RegExp, text: string): string | null {
  const [, first, second] = pattern.exec(text) ?? [];
  return first ?? second ?? null;
}

async function tablesOf(connection: DuckDBConnection): Promise<Table[]> {
  const found = await connection.runAndReadAll(`
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'main' ORDER BY table_name, ordinal_position`);
  const tables = new Map<string, string[]>();
  for (const [table, column] of found.getRows() as [string, string][]) {
    tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}
