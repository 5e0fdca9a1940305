/** Reads from InfluxDB with InfluxQL. */
import { probeMeasurement } from '../../../shared/contract/line-protocol.ts';
import type { SeriesPoint, SeriesQuery, TextPoint, TextQuery } from '../../ports/store.ts';
import { identifier, literal, type QlSeries, seriesOf } from './influx-ql.ts';

export interface Reader {
  query(influxQl: string): Promise<string>;
  /** The answer in pieces, each a line of JSON. */
  queryChunked(influxQl: string, onPiece: (piece: string) => void): Promise<void>;
}

/** Returns raw values if there are at most `pointsMax`, otherwise the mean of each of as many time buckets. */
export async function readSeries(reader: Reader, query: SeriesQuery): Promise<SeriesPoint[]> {
  const numeric = await fieldsOf(reader, query.measurement, ['float', 'integer']);
  const fields = query.fields ?? [...numeric];
  const known = fields.filter((field) => numeric.has(field));
  if (known.length === 0 || query.pointsMax < 1 || query.toMs < query.fromMs) return [];
  const from = `FROM ${identifier(query.measurement)} WHERE ${conditionOf(query)}`;
  const raw = await reader.query(
    `SELECT ${known.map(identifier).join(', ')} ${from} ORDER BY time ASC LIMIT ${query.pointsMax + 1}`,
  );
  const rows = rowsOf(raw);
  if (rows.length <= query.pointsMax) return pointsOf(rows, known, fields);
  const means = known.map((field, i) => `mean(${identifier(field)}) AS "m${i}"`).join(', ');
  return pointsOf(
    rowsOf(await reader.query(`SELECT ${means} ${from} ${bucketsOf(query)} ORDER BY time ASC`)),
    known,
    fields,
  );
}

/** Returns texts by field: all if a field has at most `pointsMax`, otherwise the last of each of as many time buckets. */
export async function readTexts(reader: Reader, query: TextQuery): Promise<Record<string, TextPoint[]>> {
  const { measurement, fields, endsWith = '', fieldsMax, pointsMax, fromMs, toMs } = query;
  const known = [...(await fieldsOf(reader, measurement, ['string']))].filter(
    (field) => field.endsWith(endsWith) && (fields === undefined || fields.includes(field)),
  );
  const found: Record<string, TextPoint[]> = {};
  if (pointsMax < 1 || toMs < fromMs) return found;
  for (const field of known.slice(0, fieldsMax)) {
    const from = `FROM ${identifier(measurement)} WHERE ${conditionOf(query)}`;
    const raw = await reader.query(
      `SELECT ${identifier(field)} AS "v" ${from} ORDER BY time ASC LIMIT ${pointsMax + 1}`,
    );
    let rows = rowsOf(raw);
    if (rows.length > pointsMax)
      rows = rowsOf(
        await reader.query(
          `SELECT last(${identifier(field)}) AS "v" ${from} ${bucketsOf(query)} ORDER BY time ASC`,
        ),
      );
    if (rows.length > 0)
      found[field] = rows.map(([time, text]) => ({ timeMs: Number(time) / 1000, text: String(text) }));
  }
  return found;
}

function bucketsOf({ fromMs, toMs, pointsMax }: SeriesQuery): string {
  const bucketMs = Math.floor((toMs - fromMs) / pointsMax) + 1;
  // The offset makes the first bucket start where the query does.
  return `GROUP BY time(${bucketMs}ms, ${Math.round(fromMs) % bucketMs}ms) fill(none)`;
}

async function fieldsOf(reader: Reader, measurement: string, types: readonly string[]): Promise<Set<string>> {
  const answer = seriesOf(await reader.query(`SHOW FIELD KEYS FROM ${identifier(measurement)}`));
  const keys = answer.flatMap((series) => series.values ?? []);
  return new Set(keys.filter(([, type]) => types.includes(String(type))).map(([key]) => String(key)));
}

function conditionOf(query: SeriesQuery): string {
  const parts = [
    `"site" = ${literal(query.site)}`,
    `"machine" = ${literal(query.machine)}`,
    `time >= ${Math.round(query.fromMs)}ms`,
    `time <= ${Math.round(query.toMs)}ms`,
  ];
  if (query.gateway !== undefined) parts.push(`"gateway" = ${literal(query.gateway)}`);
  return parts.join(' AND ');
}

function rowsOf(answer: string): unknown[][] {
  return seriesOf(answer).flatMap((series: QlSeries) => series.values ?? []);
}

/** Rows are [µs since 1970, value of each known field]. */
function pointsOf(rows: unknown[][], known: string[], fields: string[]): SeriesPoint[] {
  return rows.map(([time, ...row]) => {
    const values: SeriesPoint['values'] = Object.fromEntries(fields.map((field) => [field, null]));
    known.forEach((field, i) => {
      const value = row[i];
      if (typeof value === 'number') values[field] = value;
    });
    return { timeMs: Number(time) / 1000, values };
  });
}

/**
 * Counts the stored points of each measurement. InfluxQL counts values of a field, not points, and a point may lack any
 * field. So all points are read, in pieces of bounded size, and counted here.
 */
export async function readCounts(reader: Reader): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const names = seriesOf(await reader.query('SHOW MEASUREMENTS')).flatMap((series) => series.values ?? []);
  for (const [name] of names) {
    if (name === probeMeasurement) continue;
    let count = 0;
    await reader.queryChunked(`SELECT *::field FROM ${identifier(String(name))} GROUP BY *`, (piece) => {
      for (const series of seriesOf(piece)) count += series.values?.length ?? 0;
    });
    counts[String(name)] = count;
  }
  return counts;
}
