import { influxSeries, pageRows, sqlRows } from '../../support/stored-rows.ts';
import { database, type Site } from '../site/site.ts';

/** The running numbers of each machine by their time in the store, repeats included. */
export type StoredSeqs = Map<string, number[]>;

/** The load's readings with running numbers from `from` up to (not including) `to`. */
export function storedSeqs(site: Site, from: number, to: number): Promise<StoredSeqs> {
  return site.influxd ? influxSeqs(site, from, to) : embeddedSeqs(site, from, to);
}

/** Rows of the plant's pumps. */
export async function storedPumpRows(site: Site): Promise<number> {
  if (!site.influxd) {
    const rows = await sql(site, 'select count(*) from pump').catch(noTable('pump'));
    return Number(rows[0]?.[0] ?? 0);
  }
  const [rows] = await series(site, 'SELECT count("vibration_x") FROM "pump"');
  return Number(rows?.values[0]?.[1] ?? 0);
}

/** Values of the field `kept` of one machine, ascending, repeats included. */
export function keptOf(site: Site, machine: string): Promise<number[]> {
  return valuesOf(site, { measurement: 'generic', field: 'kept', machine });
}

/** Values of one field of one machine, ascending, repeats included. */
export async function valuesOf(
  site: Site,
  { measurement, field, machine }: { measurement: string; field: string; machine: string },
): Promise<number[]> {
  let values: unknown[];
  if (site.influxd) {
    const query = `SELECT "${field}" FROM "${measurement}" WHERE "machine" = '${machine}'`;
    const [rows] = await series(site, query);
    values = (rows?.values ?? []).map(([, value]) => value);
  } else {
    const query = `select ${field} from ${measurement} where machine = '${machine}' and ${field} is not null`;
    const rows = await sql(site, query);
    values = rows.map(([value]) => value);
  }
  return values.map(Number).sort((a, b) => a - b);
}

/** Ids of the events in the store, one for each line. */
export async function storedEventIds(site: Site): Promise<string[]> {
  if (!site.influxd) return embeddedEventIds(site);
  const found = await series(site, 'SELECT "id" FROM "event"');
  return found.flatMap(({ values }) => values.map(([, id]) => String(id)));
}

async function embeddedEventIds(site: Site): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const query = `select id from event order by id limit ${pageRows} offset ${ids.length}`;
    const rows = await sql(site, query).catch(noTable('event'));
    ids.push(...rows.map(([id]) => String(id)));
    if (rows.length < pageRows) return ids;
  }
}

const series = (site: Site, influxQl: string) => influxSeries(site.influxd!, database, influxQl);

const sql = (site: Site, query: string) => sqlRows<unknown[]>(site.cloud.process, query);

/** Returns no rows for a table that does not exist yet: it is created with its first row. */
function noTable(name: string): (error: unknown) => unknown[][] {
  return (error) => {
    if (new RegExp(`no table '${name}'`).test(String(error))) return [];
    throw error;
  };
}

async function influxSeqs(site: Site, from: number, to: number): Promise<StoredSeqs> {
  const where = `"site" = 'chaos' AND "cycles" >= ${from} AND "cycles" < ${to}`;
  const query = `SELECT "cycles" FROM "generic" WHERE ${where} GROUP BY "machine"`;
  const found = await series(site, query);
  return new Map(
    found.map(({ tags, values }) => [tags?.machine ?? '', values.map(([, seq]) => Number(seq))]),
  );
}

async function embeddedSeqs(site: Site, from: number, to: number): Promise<StoredSeqs> {
  const found: StoredSeqs = new Map();
  for (let offset = 0; ; offset += pageRows) {
    const rows = await sql(
      site,
      `select machine, cycles from generic where site = 'chaos' and cycles >= ${from} and cycles < ${to} ` +
        `order by machine, time, cycles limit ${pageRows} offset ${offset}`,
    );
    for (const [machine, seq] of rows) {
      const seqs = found.get(String(machine));
      if (seqs) seqs.push(Number(seq));
      else found.set(String(machine), [Number(seq)]);
    }
    if (rows.length < pageRows) return found;
  }
}
