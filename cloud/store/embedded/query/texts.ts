/** Reads the texts of one machine's fields: from the columns of its measurement's table, and from the table of other fields. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SeriesQuery, TextPoint, TextQuery } from '../../../ports/store.ts';
import { findOtherFields } from '../other-fields.ts';
import { quoted } from '../tables.ts';
import { conditionOf, toNs } from './series.ts';

const nsInMs = 1_000_000n;

/** Returns, by field, its texts if there are at most `pointsMax`, otherwise the last of each of as many time buckets. */
export async function readTexts(
  connection: DuckDBConnection,
  query: TextQuery,
): Promise<Record<string, TextPoint[]>> {
  const found: Record<string, TextPoint[]> = {};
  if (query.pointsMax < 1 || query.toMs < query.fromMs) return found;
  for (const [field, { text, values }] of await sourcesOf(connection, query)) {
    const points = await pointsOf(connection, query, text, values);
    if (points.length > 0) found[field] = points;
  }
  return found;
}

/** A query for rows of a time and a text `v`, and its parameters. */
interface Source {
  text: string;
  values: string[];
}

async function sourcesOf(connection: DuckDBConnection, query: TextQuery): Promise<Map<string, Source>> {
  const sources = new Map<string, Source>();
  const { text: condition, values } = conditionOf(query);
  for (const [field, part] of await columnsOf(connection, query, condition))
    sources.set(field, { text: part, values });
  const other = await findOtherFields(connection);
  if (other === null) return sources;
  const which = `${condition} AND measurement = $${values.length + 1} AND text IS NOT NULL`;
  const fields = await connection.runAndReadAll(
    `SELECT DISTINCT field FROM main.${quoted(other)} WHERE ${which} ORDER BY field LIMIT ${query.fieldsMax}`,
    [...values, query.measurement],
  );
  for (const [field] of fields.getRows()) {
    if (typeof field !== 'string' || !isWanted(field, query)) continue;
    const tall = `SELECT time, text AS v FROM main.${quoted(other)}
      WHERE ${which} AND field = $${values.length + 2}`;
    const parts = [sources.get(field)?.text, tall].filter((part) => part !== undefined);
    sources.set(field, { text: parts.join(' UNION ALL '), values: [...values, query.measurement, field] });
  }
  return sources;
}

/** By field: the query for what is in its column. */
async function columnsOf(
  connection: DuckDBConnection,
  query: TextQuery,
  condition: string,
): Promise<[string, string][]> {
  const found = await connection.runAndReadAll(
    `SELECT m.table_name, c.key, c.name FROM harbinger.measurements m
     JOIN harbinger.columns c ON c.measurement = m.measurement
     WHERE m.measurement = $1 AND c.kind = 'field' AND c.type = 'VARCHAR' ORDER BY c.position`,
    [query.measurement],
  );
  return (found.getRows() as [string, string, string][])
    .filter(([, key]) => isWanted(key, query))
    .slice(0, query.fieldsMax)
    .map(([table, key, column]) => [
      key,
      `SELECT time, ${quoted(column)} AS v FROM main.${quoted(table)}
       WHERE ${condition} AND ${quoted(column)} IS NOT NULL`,
    ]);
}

function isWanted(field: string, { fields, endsWith }: TextQuery): boolean {
  if (endsWith !== undefined && !field.endsWith(endsWith)) return false;
  return fields === undefined || fields.includes(field);
}

async function pointsOf(
  connection: DuckDBConnection,
  query: SeriesQuery,
  rows: string,
  values: string[],
): Promise<TextPoint[]> {
  const { pointsMax } = query;
  const raw = await connection.runAndReadAll(
    `SELECT epoch_ns(time), v FROM (${rows}) ORDER BY time LIMIT ${pointsMax + 1}`,
    values,
  );
  if (raw.currentRowCount <= pointsMax) return raw.getRows().map(pointOf);
  const bucketNs = BigInt(Math.floor((query.toMs - query.fromMs) / pointsMax) + 1) * nsInMs;
  const fromNs = toNs(query.fromMs);
  const last = await connection.runAndReadAll(
    `SELECT (epoch_ns(time) - ${fromNs}) // ${bucketNs} * ${bucketNs} + ${fromNs} AS bucket, arg_max(v, time)
     FROM (${rows}) GROUP BY bucket ORDER BY bucket`,
    values,
  );
  return last.getRows().map(pointOf);
}

function pointOf([ns, text]: unknown[]): TextPoint {
  return { timeMs: Number(BigInt(String(ns)) / 1000n) / 1000, text: String(text) };
}
