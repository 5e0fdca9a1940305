/** What a store holds of the load generator's readings: the `cycles` field repeats their running number. */
import type { Influxd } from '../support/influxd.ts';
import type { ProductProcess } from '../support/processes.ts';

export type StoredReading = readonly [machine: string, seq: number];

/** Asks the embedded store through the cloud's API. */
export async function sql<T extends unknown[]>(cloud: ProductProcess, query: string): Promise<T[]> {
  const answer = await cloud.json<{ rows: T[]; truncated: boolean }>('/api/query', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: query, rowsMax: 10_000, timeoutMs: 30_000 }),
  });
  if (answer.truncated) throw new Error(`more rows than a query may return: ${query}`);
  return answer.rows;
}

const pageRows = 10_000;

/** Every row of every machine, repeats included. */
export async function embeddedReadings(cloud: ProductProcess): Promise<StoredReading[]> {
  const found: StoredReading[] = [];
  for (let page: StoredReading[] | null = null; page === null || page.length === pageRows; ) {
    const window = `limit ${pageRows} offset ${found.length}`;
    page = await sql<[string, number]>(
      cloud,
      `select machine, cycles from generic order by machine, time, cycles ${window}`,
    );
    found.push(...page);
  }
  return found;
}

/** Every point of every machine, asked of InfluxDB itself. */
export async function influxReadings(influxd: Influxd, database: string): Promise<StoredReading[]> {
  const answer = await influxd.query('SELECT "cycles" FROM "generic" GROUP BY "machine"', database);
  const error = answer.error ?? answer.results[0]?.error;
  if (error) throw new Error(error);
  return (answer.results[0]?.series ?? []).flatMap((series) =>
    series.values.map(([, seq]) => [series.tags?.machine ?? '', Number(seq)] as const),
  );
}
