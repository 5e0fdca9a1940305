/** The load generator's readings in a store. The `cycles` field repeats their running number. */
import type { Influxd } from '../support/influxd.ts';
import type { ProductProcess } from '../support/processes.ts';
import { influxSeries, pageRows, sqlRows } from '../support/stored-rows.ts';

export { sqlRows as sql } from '../support/stored-rows.ts';

export type StoredReading = readonly [machine: string, seq: number];

/** Every row of every machine, repeats included. */
export async function embeddedReadings(cloud: ProductProcess): Promise<StoredReading[]> {
  const found: StoredReading[] = [];
  for (let page: StoredReading[] | null = null; page === null || page.length === pageRows; ) {
    const window = `limit ${pageRows} offset ${found.length}`;
    page = await sqlRows<[string, number]>(
      cloud,
      `select machine, cycles from generic order by machine, time, cycles ${window}`,
    );
    found.push(...page);
  }
  return found;
}

/** Every point of every machine, read from InfluxDB itself. */
export async function influxReadings(influxd: Influxd, database: string): Promise<StoredReading[]> {
  const series = await influxSeries(influxd, database, 'SELECT "cycles" FROM "generic" GROUP BY "machine"');
  return series.flatMap(({ tags, values }) =>
    values.map(([, seq]) => [tags?.machine ?? '', Number(seq)] as const),
  );
}
