import { parse } from 'csv-parse/sync';
import type { KnownMachine } from '../../../../gateway/ports/retiring.ts';
import { isDecimal } from '../../../../shared/contract/numbers/number-texts.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { History, TeachOptions } from './history.ts';

type Cell = number | string | null;
type Row = [timeMs: number, ...cells: Cell[]];

/** A query reads so much time at once, and so many rows of it. */
const spanMs = 86_400_000;
const pageRows = 10_000;
const requestMsMax = 60_000;
const dayMs = 86_400_000;

/** Where the history of a machine lies in an InfluxDB. */
interface Place {
  url: string;
  /** The database of InfluxDB 1, or the bucket of 2. */
  database: string;
  /** Present for InfluxDB 2. */
  org: string | undefined;
  user: string | undefined;
  measurement: string;
  tags: readonly (readonly [tag: string, value: string])[];
  /** The field of each sensor of the machine, in their order. */
  fields: readonly string[];
}

/** Rows that an InfluxDB has of the machine, asked by InfluxQL (1.x) or, with an organisation, by Flux (2.x). */
export function influxHistory(machine: KnownMachine, options: TeachOptions): History {
  const place = placeOf(machine, options);
  const read = place.org === undefined ? readInfluxQl : readFlux;
  const untilMs = systemClock.nowMs();
  return {
    sensors: machine.sensors,
    leftOut: [],
    unreadable: { column: 'time', example: null },
    rows: (async function* () {
      for (let fromMs = Math.floor(untilMs - options.days * dayMs); fromMs < untilMs; ) {
        const toMs = Math.min(fromMs + spanMs, Math.ceil(untilMs));
        const rows = await read(place, fromMs, toMs);
        yield* rows;
        fromMs = rows.length < pageRows ? toMs : Math.floor(rows.at(-1)![0]) + 1;
      }
    })(),
  };
}

function placeOf({ site, machine, machineType, sensors }: KnownMachine, options: TeachOptions): Place {
  const { influx, influxDatabase, influxOrg, influxUser, influxMeasurement, influxTag, influxField } =
    options;
  if (influx === undefined || influxDatabase === undefined)
    throw usage('--influx needs --influx-database, the database, or the bucket of an InfluxDB 2');
  const renamed = new Map((influxField ?? []).map((pair) => pairOf(pair, '--influx-field')));
  for (const sensor of renamed.keys())
    if (!sensors.includes(sensor))
      throw usage(`--influx-field: the machine has no sensor '${sensor}'; it has ${sensors.join(', ')}`);
  return {
    url: influx.replace(/\/+$/, ''),
    database: influxDatabase,
    org: influxOrg,
    user: influxUser,
    measurement: influxMeasurement ?? machineType,
    tags: influxTag?.map((pair) => pairOf(pair, '--influx-tag')) ?? [
      ['site', site],
      ['machine', machine],
    ],
    fields: sensors.map((sensor) => renamed.get(sensor) ?? sensor),
  };
}

function pairOf(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`${option} is NAME=VALUE, not '${text.slice(0, 60)}'`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function readInfluxQl(place: Place, fromMs: number, toMs: number): Promise<Row[]> {
  const { database, measurement, tags, fields } = place;
  const name = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const where = tags.map(([tag, value]) => ` AND ${name(tag)} = ${text(value)}`).join('');
  const q = `SELECT ${fields.map(name).join(', ')} FROM ${name(measurement)} WHERE time >= ${fromMs}ms AND time < ${toMs}ms${where} ORDER BY time LIMIT ${pageRows}`;
  const query = new URLSearchParams({ db: database, epoch: 'ms', q });
  const answer = (await (await ask(place, `/query?${query}`, {})).json()) as {
    error?: string;
    results?: { error?: string; series?: { columns: string[]; values: Cell[][] }[] }[];
  };
  const problem = answer.error ?? answer.results?.find(({ error }) => error !== undefined)?.error;
  if (problem !== undefined) throw failed(place, problem);
  const series = answer.results?.[0]?.series?.[0];
  const places = fields.map((field) => series?.columns.indexOf(field) ?? -1);
  return (series?.values ?? []).map(
    (row): Row => [Number(row[0]), ...places.map((column) => cellOf(row[column]))],
  );
}

async function readFlux(place: Place, fromMs: number, toMs: number): Promise<Row[]> {
  const { org, database, measurement, tags, fields } = place;
  // In a text of Flux, ${ begins an expression.
  const text = (value: string) => JSON.stringify(value).replaceAll('${', '\\${');
  const iso = (ms: number) => new Date(ms).toISOString();
  const is = tags.map(([tag, value]) => ` and r[${text(tag)}] == ${text(value)}`).join('');
  const wanted = fields.map((field) => `r._field == ${text(field)}`).join(' or ');
  const query = `from(bucket: ${text(database)})
  |> range(start: ${iso(fromMs)}, stop: ${iso(toMs)})
  |> filter(fn: (r) => r._measurement == ${text(measurement)}${is})
  |> filter(fn: (r) => ${wanted})
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group()
  |> sort(columns: ["_time"])
  |> limit(n: ${pageRows})`;
  const answer = await ask(place, `/api/v2/query?${new URLSearchParams({ org: org! })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/csv' },
    body: JSON.stringify({ query, type: 'flux', dialect: { annotations: [], header: true } }),
  });
  const records = parse(await answer.text(), {
    skip_empty_lines: true,
    relax_column_count: true,
  }) as string[][];
  const header = records[0] ?? [];
  const time = header.indexOf('_time');
  if (records.length > 0 && time < 0) throw failed(place, 'its answer has no column _time');
  const places = fields.map((field) => header.indexOf(field));
  return records
    .slice(1)
    .map(
      (row): Row => [
        Date.parse(row[time] ?? ''),
        ...places.map((column) => cellOf(column < 0 ? undefined : fluxValue(row[column]))),
      ],
    );
}

/** A number is one in any series, and any other text is that of a state. */
function fluxValue(text: string | undefined): Cell | boolean {
  if (text === undefined || text === '') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return isDecimal(text) ? Number(text) : text;
}

function cellOf(value: Cell | boolean | undefined): Cell {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? value.slice(0, 64) : (value ?? null);
}

async function ask(place: Place, path: string, init: RequestInit): Promise<Response> {
  const { url, user } = place;
  const { HARBINGER_INFLUX_TOKEN: token, HARBINGER_INFLUX_PASSWORD: password = '' } = process.env;
  const login =
    user !== undefined
      ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
      : token !== undefined
        ? `Token ${token}`
        : undefined;
  let response: Response;
  try {
    response = await fetch(url + path, {
      ...init,
      headers: { ...init.headers, ...(login !== undefined && { authorization: login }) },
      signal: AbortSignal.timeout(requestMsMax),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
    throw new HarbingerError('API_UNREACHABLE', 'cli', `${url} cannot be reached: ${cause}`, { retry: true });
  }
  if (response.ok) return response;
  const said = (await response.text()).trim().slice(0, 300);
  const hint =
    response.status === 401 || response.status === 403
      ? ' (set $HARBINGER_INFLUX_TOKEN, or --influx-user with $HARBINGER_INFLUX_PASSWORD)'
      : '';
  throw failed(place, `HTTP ${response.status}: ${said}${hint}`);
}

const usage = (problem: string) => new HarbingerError('USAGE', 'cli', problem);

const failed = ({ url }: Place, problem: string) =>
  new HarbingerError('API_REFUSED', 'cli', `${url}: the history could not be read: ${problem}`);
