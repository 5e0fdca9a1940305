/** Queries to the stores in tests: to the embedded one over the cloud's API, to InfluxDB itself. */
import type { Influxd, InfluxSeries } from './influxd.ts';
import type { ProductProcess } from './processes.ts';

/** The most rows that one query may return. A longer result is read page by page. */
export const pageRows = 10_000;

/** Rows of the embedded store. @throws Error if there are more than `pageRows` */
export async function sqlRows<T extends unknown[]>(cloud: ProductProcess, query: string): Promise<T[]> {
  const answer = await cloud.json<{ rows: T[]; truncated: boolean }>('/api/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: query, rowsMax: pageRows, timeoutMs: 30_000 }),
  });
  if (answer.truncated) throw new Error(`more rows than a query may return: ${query}`);
  return answer.rows;
}

/** Series of InfluxDB; none if nothing is stored. @throws Error with InfluxDB's message */
export async function influxSeries(
  influxd: Influxd,
  database: string,
  influxQl: string,
): Promise<InfluxSeries[]> {
  const answer = await influxd.query(influxQl, database);
  const error = answer.error ?? answer.results[0]?.error;
  if (error) throw new Error(`InfluxDB: ${error}`);
  return answer.results[0]?.series ?? [];
}
