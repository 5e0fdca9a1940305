/** Reads from InfluxDB with InfluxQL. */
import { probeMeasurement } from '../../../shared/contract/line-protocol.ts';
import type { SeriesPoint, SeriesQuery } from '../../ports/store.ts';
import { identifier, literal, type QlSeries, seriesOf } from './influx-ql.ts';

export interface Reader {
  query(influxQl: string): Promise<string>;
  /** The answer in pieces, each a line of JSON. */
  queryChunked(influxQl: string, onPiece: (piece: string) => void): Promise<void>;
}

/** Returns raw values if there are at most `pointsMax`, otherwise the mean of each of as many time buckets. */
export async function readSeries(reader: Reader, query: SeriesQuery): Promise<SeriesPoint[]> {
  const numeric = await numericFields(reader, query.measurement);
  const fields = query.fields ?? [...numeric];
  const known = fields.filter((field) => numeric.has(field));
  if (known.length === 0 || query.pointsMax < 1 || query.toMs < query.fromMs) return [];
  const from = `FROM ${identifier(query.measurement)} WHERE ${conditionOf(query)}`;
  const raw = await reader.query(
    `SELECT ${known.map(identifier).join(', ')} ${from} ORDER BY time ASC LIMIT ${query.pointsMax + 1}`,
  );
  const rows = rowsOf(raw);
  if (rows.length <= query.pointsMax) return pointsOf(rows, known, fields);
  const bucketMs = Math.floor((query.toMs - query.fromMs) / query.pointsMax) + 1;
  const means = known.map((field, i) => `mean(${identifier(field)}) AS "m${i}"`).join(', ');
  // The offset makes the first bucket start where the query does.
  const groups = `GROUP BY time(${bucketMs}ms, ${Math.round(query.fromMs) % bucketMs}ms) fill(none)`;
  return pointsOf(
    rowsOf(await reader.query(`SELECT ${means} ${from} ${groups} ORDER BY time ASC`)),
    known,
    fields,
  );
}

async function numericFields(reader: Reader, measurement: string): Promise<Set<string>> {
  const answer = seriesOf(await reader.query(`SHOW FIELD KEYS FROM ${identifier(measurement)}`));
  const keys = answer.flatMap((series) => series.values ?? []);
  return new Set(
    keys.filter(([, type]) => type === 'float' || type === 'integer').map(([key]) => String(key)),
  );
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
