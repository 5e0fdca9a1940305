/** Reads the numbers of one machine: from the columns of its measurement's table, and from the table of other fields. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SeriesPoint, SeriesQuery } from '../../../ports/store.ts';
import { findOtherFields } from '../other-fields.ts';
import { quoted } from '../tables.ts';

const nsInMs = 1_000_000n;
/** How many fields without a column are read where the query names none: a machine may have any number of them. */
const otherFieldsMax = 200;

/** Returns raw values if there are at most `pointsMax`, otherwise the mean of each of as many time buckets. */
export async function readSeries(connection: DuckDBConnection, query: SeriesQuery): Promise<SeriesPoint[]> {
  if (query.pointsMax < 1 || query.toMs < query.fromMs) return [];
  const table = await findTable(connection, query);
  const other = await findOther(connection, query);
  const known = [...new Set([...table.columns.keys(), ...other.fields])];
  if (known.length === 0) return [];
  const rows = rowsOf(query, known, table, other);
  const fields = query.fields ?? known;
  const raw = await rawRows(connection, rows, known.length, query.pointsMax);
  return pointsOf(raw ?? (await meansOf(connection, rows, known.length, query)), known, fields);
}

/** Null if there are more than `rowsMax`. */
async function rawRows(
  connection: DuckDBConnection,
  { parts, values, isTall }: Rows,
  count: number,
  rowsMax: number,
): Promise<unknown[][] | null> {
  // Values of one time come from several rows and are put together, which must not be done with millions of them.
  if (isTall) {
    for (const { text, parameters } of parts) {
      const some = `SELECT DISTINCT time FROM (${text}) LIMIT ${rowsMax + 1}`;
      const found = await connection.runAndReadAll(
        `SELECT count(*) FROM (${some})`,
        values.slice(0, parameters),
      );
      if (Number(found.getRows()[0]?.[0]) > rowsMax) return null;
    }
  }
  const all = isTall
    ? `SELECT time, ${namesOf(count, 'any_value')} FROM (${textOf(parts)}) GROUP BY time`
    : textOf(parts);
  const raw = await connection.runAndReadAll(
    `SELECT epoch_ns(time), ${namesOf(count)} FROM (${all}) ORDER BY time LIMIT ${rowsMax + 1}`,
    values,
  );
  return raw.currentRowCount <= rowsMax ? raw.getRows() : null;
}

async function meansOf(
  connection: DuckDBConnection,
  { parts, values }: Rows,
  count: number,
  query: SeriesQuery,
): Promise<unknown[][]> {
  const bucketNs = BigInt(Math.floor((query.toMs - query.fromMs) / query.pointsMax) + 1) * nsInMs;
  const fromNs = toNs(query.fromMs);
  const means = await connection.runAndReadAll(
    `SELECT (epoch_ns(time) - ${fromNs}) // ${bucketNs} * ${bucketNs} + ${fromNs} AS bucket,
       ${namesOf(count, 'avg')} FROM (${textOf(parts)}) GROUP BY bucket ORDER BY bucket`,
    values,
  );
  return means.getRows();
}

/** The names of the values in `Rows`, each in a call of the aggregate. */
function namesOf(count: number, aggregate?: string): string {
  const names = Array.from({ length: count }, (_, i) => `v${i}`);
  return names.map((name) => (aggregate ? `${aggregate}(${name}) AS ${name}` : name)).join(', ');
}

interface FoundTable {
  /** Null if the measurement has no table. */
  name: string | null;
  /** Name of the column by field, of the numbers that the query wants. */
  columns: Map<string, string>;
}

async function findTable(connection: DuckDBConnection, query: SeriesQuery): Promise<FoundTable> {
  const tables = await connection.runAndReadAll(
    'SELECT table_name FROM harbinger.measurements WHERE measurement = $1',
    [query.measurement],
  );
  const name = tables.getRows()[0]?.[0];
  if (typeof name !== 'string') return { name: null, columns: new Map() };
  const found = await connection.runAndReadAll(
    `SELECT key, name FROM harbinger.columns
     WHERE measurement = $1 AND kind = 'field' AND type = 'DOUBLE' ORDER BY position`,
    [query.measurement],
  );
  const all = new Map(found.getRows() as [string, string][]);
  const wanted = query.fields ?? [...all.keys()];
  return { name, columns: new Map(wanted.flatMap((key) => (all.has(key) ? [[key, all.get(key)!]] : []))) };
}

interface FoundOther {
  /** Null if there is no table of other fields. */
  name: string | null;
  /** The fields that have numbers there. */
  fields: string[];
}

async function findOther(connection: DuckDBConnection, query: SeriesQuery): Promise<FoundOther> {
  const name = await findOtherFields(connection);
  if (name === null) return { name, fields: [] };
  const where = conditionOf(query);
  where.values.push(query.measurement);
  let text = `SELECT DISTINCT field FROM main.${quoted(name)} WHERE ${where.text}
    AND measurement = $${where.values.length} AND number IS NOT NULL`;
  if (query.fields) {
    const places = query.fields.map((field) => `$${where.values.push(field)}`);
    text += ` AND field IN (${places.join(', ')})`;
  }
  const found = await connection.runAndReadAll(
    `${text} ORDER BY field LIMIT ${otherFieldsMax}`,
    where.values,
  );
  return { name, fields: found.getRows().map(([field]) => String(field)) };
}

/** Queries for rows of a time and the values `v0`, `v1` … of the known fields, with their parameters. */
interface Rows {
  /** Each uses the first `parameters` of the values. */
  parts: { text: string; parameters: number }[];
  values: string[];
  /** Whether one time may have several rows: those of the table of other fields. */
  isTall: boolean;
}

function textOf(parts: Rows['parts']): string {
  return parts.map(({ text }) => text).join(' UNION ALL ');
}

function rowsOf(query: SeriesQuery, known: string[], table: FoundTable, other: FoundOther): Rows {
  const { text: condition, values } = conditionOf(query);
  const parts: Rows['parts'] = [];
  if (table.name !== null && table.columns.size > 0) {
    const columns = [...table.columns.values()].map(quoted);
    const cells = known.map((field, i) => {
      const column = table.columns.get(field);
      return `${column === undefined ? 'NULL::DOUBLE' : quoted(column)} AS v${i}`;
    });
    const text = `SELECT time, ${cells.join(', ')} FROM main.${quoted(table.name)}
      WHERE ${condition} AND (${columns.map((name) => `${name} IS NOT NULL`).join(' OR ')})`;
    parts.push({ text, parameters: values.length });
  }
  if (other.name !== null && other.fields.length > 0) {
    const measurement = `$${values.push(query.measurement)}`;
    const places = new Map(other.fields.map((field) => [field, `$${values.push(field)}`]));
    const cells = known.map((field, i) => {
      const place = places.get(field);
      return `${place === undefined ? 'NULL::DOUBLE' : `CASE WHEN field = ${place} THEN number END`} AS v${i}`;
    });
    const text = `SELECT time, ${cells.join(', ')} FROM main.${quoted(other.name)}
      WHERE ${condition} AND measurement = ${measurement} AND number IS NOT NULL
        AND field IN (${[...places.values()].join(', ')})`;
    parts.push({ text, parameters: values.length });
  }
  return { parts, values, isTall: other.fields.length > 0 };
}

export function conditionOf(query: SeriesQuery): { text: string; values: string[] } {
  const values = [query.site, query.machine];
  const parts = [
    'site = $1',
    'machine = $2',
    `time >= make_timestamp_ns(${toNs(query.fromMs)})`,
    `time <= make_timestamp_ns(${toNs(query.toMs)})`,
  ];
  if (query.gateway !== undefined) parts.push(`gateway = $${values.push(query.gateway)}`);
  return { text: parts.join(' AND '), values };
}

export function toNs(ms: number): bigint {
  return BigInt(Math.round(ms)) * nsInMs;
}

function pointsOf(rows: unknown[][], known: string[], fields: string[]): SeriesPoint[] {
  return rows.map((row) => {
    const values: SeriesPoint['values'] = {};
    for (const field of fields) values[field] = null;
    known.forEach((field, i) => {
      const value = row[i + 1];
      if (typeof value === 'number') values[field] = value;
    });
    // A double holds whole microseconds exactly.
    return { timeMs: Number(BigInt(String(row[0])) / 1000n) / 1000, values };
  });
}
