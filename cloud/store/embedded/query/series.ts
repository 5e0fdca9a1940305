import type { DuckDBConnection } from '@duckdb/node-api';
import type { SeriesPoint, SeriesQuery } from '../../../ports/store.ts';
import { type Column, quoted } from '../catalog.ts';

const nsInMs = 1_000_000n;

interface FieldColumn {
  field: string;
  /** Null if the table has no such number: its values are null. */
  column: Pick<Column, 'name'> | null;
}

/** Returns raw values if there are at most `pointsMax`, otherwise the mean of each of as many time buckets. */
export async function readSeries(connection: DuckDBConnection, query: SeriesQuery): Promise<SeriesPoint[]> {
  const found = await findTable(connection, query.measurement);
  if (!found) return [];
  const fields = chooseFields(found.columns, query.fields);
  const known = fields.filter((field) => field.column !== null);
  if (known.length === 0 || query.pointsMax < 1 || query.toMs < query.fromMs) return [];
  const { where, values } = condition(query, known);
  const from = `FROM main.${quoted(found.table)} WHERE ${where}`;
  const raw = await connection.runAndReadAll(
    `SELECT epoch_ns(time), ${known.map(nameOf).join(', ')} ${from} ORDER BY time LIMIT ${query.pointsMax + 1}`,
    values,
  );
  if (raw.currentRowCount <= query.pointsMax) return pointsOf(raw.getRows(), known, fields);
  const bucketNs = BigInt(Math.floor((query.toMs - query.fromMs) / query.pointsMax) + 1) * nsInMs;
  const fromNs = toNs(query.fromMs);
  const means = await connection.runAndReadAll(
    `SELECT (epoch_ns(time) - ${fromNs}) // ${bucketNs} * ${bucketNs} + ${fromNs} AS bucket,
       ${known.map((field) => `avg(${nameOf(field)})`).join(', ')} ${from} GROUP BY bucket ORDER BY bucket`,
    values,
  );
  return pointsOf(means.getRows(), known, fields);
}

async function findTable(connection: DuckDBConnection, measurement: string) {
  const tables = await connection.runAndReadAll(
    'SELECT table_name FROM harbinger.measurements WHERE measurement = $1',
    [measurement],
  );
  const table = tables.getRows()[0]?.[0];
  if (typeof table !== 'string') return null;
  const rows = await connection.runAndReadAll(
    `SELECT key, name FROM harbinger.columns
     WHERE measurement = $1 AND kind = 'field' AND type = 'DOUBLE' ORDER BY position`,
    [measurement],
  );
  return { table, columns: new Map(rows.getRows() as [string, string][]) };
}

function chooseFields(columns: Map<string, string>, wanted: string[] | undefined): FieldColumn[] {
  return (wanted ?? [...columns.keys()]).map((field) => {
    const name = columns.get(field);
    return { field, column: name === undefined ? null : { name } };
  });
}

function nameOf(field: FieldColumn): string {
  return quoted(field.column!.name);
}

function condition(query: SeriesQuery, known: FieldColumn[]): { where: string; values: string[] } {
  const values = [query.site, query.machine];
  const parts = [
    'site = $1',
    'machine = $2',
    `time >= make_timestamp_ns(${toNs(query.fromMs)})`,
    `time <= make_timestamp_ns(${toNs(query.toMs)})`,
    `(${known.map((field) => `${nameOf(field)} IS NOT NULL`).join(' OR ')})`,
  ];
  if (query.gateway !== undefined) {
    parts.push('gateway = $3');
    values.push(query.gateway);
  }
  return { where: parts.join(' AND '), values };
}

function toNs(ms: number): bigint {
  return BigInt(Math.round(ms)) * nsInMs;
}

function pointsOf(rows: unknown[][], known: FieldColumn[], fields: FieldColumn[]): SeriesPoint[] {
  return rows.map((row) => {
    const values: SeriesPoint['values'] = {};
    for (const { field } of fields) values[field] = null;
    known.forEach(({ field }, i) => {
      const value = row[i + 1];
      if (typeof value === 'number') values[field] = value;
    });
    // A double holds whole microseconds exactly.
    return { timeMs: Number(BigInt(String(row[0])) / 1000n) / 1000, values };
  });
}
