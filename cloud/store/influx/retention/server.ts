/** The requests of retention to an InfluxDB 1 or 2: both answer InfluxQL; only deleting differs. */
import { HttpError } from '@influxdata/influxdb-client';
import { probeMeasurement } from '../../../../shared/contract/line-protocol.ts';
import type { RejectedLine } from '../../../ports/store.ts';
import { storeMisconfigured } from '../../errors.ts';
import type { InfluxTarget } from '../config.ts';
import type { InfluxHttp } from '../http.ts';
import { identifier, type QlSeries, seriesOf } from '../influx-ql.ts';
import type { Reader } from '../reads.ts';

/** Every series that Harbinger writes has these; measurements without them belong to somebody else. */
const ownTags = ['gateway', 'machine', 'site'];

/** Fields × machines that may be read at once: with InfluxDB 1.6.7 some 100 MB for each shard that has them. */
const cellsMax = 200_000;

/** Deleting touches every file of the time that it is about. */
const deleteMsFactor = 10;

export interface Span {
  /** Ms since 1970; `toMs` does not belong to it. */
  fromMs: number;
  toMs: number;
}

/** The content of an hour. */
export interface HourCount {
  fromMs: number;
  /** Values of all fields together. */
  values: number;
  /** At least so many points: those that have the most frequent field. */
  points: number;
}

export interface RetentionServerDeps {
  config: InfluxTarget;
  http: InfluxHttp;
  reader: Reader;
  /** Writes lines and returns those that are refused for ever. */
  write(lines: readonly Buffer[]): Promise<RejectedLine[]>;
}

export class RetentionServer {
  readonly #deps: RetentionServerDeps;

  constructor(deps: RetentionServerDeps) {
    this.#deps = deps;
  }

  /** Tells this database from another one. */
  get identity(): string {
    const { url, database, retentionPolicy = '' } = this.#deps.config;
    return `${url} ${database} ${retentionPolicy}`;
  }

  /** The measurements of Harbinger. */
  async measurements(): Promise<string[]> {
    const found = await this.#query('SHOW TAG KEYS');
    return found
      .filter(({ name, values = [] }) => {
        const keys = new Set(values.map(([key]) => key));
        return name !== probeMeasurement && ownTags.every((key) => keys.has(key));
      })
      .map(({ name = '' }) => name);
  }

  /** Names of fields, each with its types: in each span of storage it may have another one. */
  async fieldTypes(measurement: string): Promise<Map<string, Set<string>>> {
    const types = new Map<string, Set<string>>();
    for (const { values = [] } of await this.#query(`SHOW FIELD KEYS FROM ${identifier(measurement)}`)) {
      for (const [key, type] of values as [string, string][])
        types.set(key, (types.get(key) ?? new Set()).add(type));
    }
    return types;
  }

  /**
   * How many fields of how many machines the measurement has, if that is more than it may be: InfluxDB needs memory for
   * each field of each series whenever all of them are read, about 400 bytes in each shard. Null if it is not.
   */
  async tooWide(measurement: string): Promise<{ fields: number; machines: number } | null> {
    const fields = (await this.fieldTypes(measurement)).size;
    const most = Math.floor(cellsMax / Math.max(1, fields));
    const found = await this.#query(
      `SHOW TAG VALUES FROM ${identifier(measurement)} WITH KEY = "machine" LIMIT ${most + 1}`,
    );
    const machines = found.reduce((sum, { values = [] }) => sum + values.length, 0);
    return machines > most ? { fields, machines } : null;
  }

  /**
   * Names another retention policy that has points of the measurement before `beforeMs`: InfluxDB 1 deletes a measurement
   * from all of them at once. Null if there is none.
   */
  async otherPolicyWith(measurement: string, beforeMs: number): Promise<string | null> {
    const { version, database, retentionPolicy } = this.#deps.config;
    if (version !== 1) return null;
    const policies = await this.#query(`SHOW RETENTION POLICIES ON ${identifier(database)}`);
    for (const [name, , , , isDefault] of policies.flatMap(({ values = [] }) => values)) {
      if (retentionPolicy === undefined ? isDefault === true : name === retentionPolicy) continue;
      const from = `${identifier(database)}.${identifier(String(name))}.${identifier(measurement)}`;
      const found = await this.#query(`SELECT *::field FROM ${from} WHERE time < ${beforeMs}ms LIMIT 1`);
      if (found.length > 0) return String(name);
    }
    return null;
  }

  /** The time of the first point; null if there is none. @param fromMs null: from the beginning */
  async firstMs(measurement: string, fromMs: number | null, toMs: number): Promise<number | null> {
    const from = fromMs === null ? '' : `time >= ${fromMs}ms AND `;
    const found = await this.#query(
      `SELECT *::field FROM ${identifier(measurement)} WHERE ${from}time < ${toMs}ms ORDER BY time ASC LIMIT 1`,
    );
    const timeUs = found[0]?.values?.[0]?.[0];
    return timeUs === undefined ? null : Math.floor(Number(timeUs) / 1_000);
  }

  /** The hours of the span that have points, oldest first. */
  async hours(measurement: string, span: Span): Promise<HourCount[]> {
    const found = await this.#query(
      `SELECT count(*) FROM ${identifier(measurement)} WHERE ${within(span)} GROUP BY time(1h) fill(none)`,
    );
    return found
      .flatMap(({ values = [] }) => values)
      .map(([timeUs, ...counts]) => ({ fromMs: Number(timeUs) / 1_000, ...sums(counts) }))
      .filter(({ values }) => values > 0);
  }

  /** How many points there are in the span; fewer are reported where points of a series have no field in common. */
  async points(measurement: string, span: Span): Promise<number> {
    const found = await this.#query(
      `SELECT count(*) FROM ${identifier(measurement)} WHERE ${within(span)} GROUP BY *`,
    );
    return found
      .flatMap(({ values = [] }) => values)
      .reduce((sum, [, ...counts]) => sum + sums(counts).points, 0);
  }

  /** The points of the span in pieces of one series each, in the order of their time within the series. */
  async eachPoints(measurement: string, span: Span, onSeries: (series: QlSeries) => void): Promise<void> {
    const select = `SELECT *::field FROM ${identifier(measurement)} WHERE ${within(span)} GROUP BY *`;
    await this.#asked(() =>
      this.#deps.reader.queryChunked(select, (piece) => seriesOf(piece).forEach(onSeries)),
    );
  }

  /** Deletes the points of the measurement in the span; what is not there does not matter. */
  async delete(measurement: string, { fromMs, toMs }: Span): Promise<void> {
    const { config, http } = this.#deps;
    const timeoutMs = config.timeoutMs * deleteMsFactor;
    await this.#asked(async () => {
      if (config.version === 1) {
        const q = `DELETE FROM ${identifier(measurement)} WHERE ${within({ fromMs, toMs })}`;
        const path = `/query?${new URLSearchParams({ db: config.database, q })}`;
        seriesOf((await http.send({ method: 'POST', path, timeoutMs })).text);
        return;
      }
      const where = new URLSearchParams({ org: config.org ?? '', bucket: config.database });
      const predicate = `_measurement="${measurement.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
      // The end belongs to what is deleted, whatever the documentation of some versions says.
      const stop = `${new Date(toMs - 1).toISOString().slice(0, -1)}999999Z`;
      const body = JSON.stringify({ start: new Date(fromMs).toISOString(), stop, predicate });
      const path = `/api/v2/delete?${where}`;
      await http.send({ method: 'POST', path, body, contentType: 'application/json', timeoutMs });
    });
  }

  write(lines: readonly Buffer[]): Promise<RejectedLine[]> {
    return this.#deps.write(lines);
  }

  #query(influxQl: string): Promise<QlSeries[]> {
    return this.#asked(async () => seriesOf(await this.#deps.reader.query(influxQl)));
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof HttpError && error.statusCode < 500 && error.statusCode !== 429) {
        const failure = this.#deps.http.failureOf(error);
        throw storeMisconfigured(`retention: ${failure.message}`, error);
      }
      throw this.#deps.http.failureOf(error);
    }
  }
}

function within({ fromMs, toMs }: Span): string {
  return `time >= ${fromMs}ms AND time < ${toMs}ms`;
}

function sums(counts: readonly unknown[]): { values: number; points: number } {
  const numbers = counts.map((count) => Number(count ?? 0));
  return { values: numbers.reduce((sum, count) => sum + count, 0), points: Math.max(0, ...numbers) };
}
