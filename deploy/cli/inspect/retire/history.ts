import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import type { KnownMachine } from '../../../../gateway/ports/retiring.ts';
import { textFieldSuffix } from '../../../../shared/contract/line-protocol.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { detectSeparator } from '../../../replay/csv-columns.ts';
import { cellNumber, cellTimeMs } from '../../../replay/csv-values.ts';
import { type Endpoint, findEndpoint, request } from '../../http-client.ts';
import type { ReachOptions } from '../../options.ts';

export type TeachOptions = ReachOptions & {
  from?: string;
  influx?: string;
  influxDatabase?: string;
  influxOrg?: string;
  influxUser?: string;
  influxMeasurement?: string;
  influxTag?: string[];
  influxField?: string[];
  cloudUrl?: string;
  cloudToken?: string;
  by?: string;
  anyway?: boolean;
  days: number;
};

const headBytes = 64 << 10;
const timeNames = ['time', 'timestamp', 'ts', 'date', 'datetime', 'timestamp_ms'];
/** Dates are later than this; smaller numbers count from a recording's own begin. */
const dateMsMin = 1e11;

/** The history of a machine, by which it is taught. */
export interface History {
  sensors: string[];
  /** Columns that are neither the time nor a sensor of the machine. */
  leftOut: string[];
  /** The column of times, and, once the rows were read, one of it that could not be; null: none. */
  unreadable: { column: string; example: string | null };
  rows: AsyncIterable<(number | string | null)[]>;
}

/** Rows of a CSV whose first line names the columns: a time, and sensors of the machine. */
export async function csvHistory(file: string, { sensors: known }: KnownMachine): Promise<History> {
  const handle = await open(file).catch((error) => {
    throw new HarbingerError('USAGE', 'cli', `${file} cannot be read: ${messageOf(error)}`);
  });
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  await handle.close();
  const delimiter = detectSeparator(buffer.toString('utf8', 0, bytesRead));
  const parser = parse({
    delimiter,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  pipeline(createReadStream(file), parser, () => {});
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<string[]>;
  const header = ((await records.next()).value ?? []).map((title: string) => title.trim());
  const time = header.findIndex((title: string) => timeNames.includes(title.toLowerCase()));
  const named = header
    .map((title: string, index: number) => ({ title, index }))
    .filter(({ title, index }: { title: string; index: number }) => title !== '' && index !== time);
  const columns = named.filter(({ title }: { title: string }) => known.includes(title));
  const unreadable: History['unreadable'] = { column: header[time] ?? '', example: null };
  if (time < 0 || columns.length === 0)
    throw new HarbingerError(
      'USAGE',
      'cli',
      `${file} needs a column ${timeNames.join(', ')}, and columns with the names of sensors of the machine: ${known.join(', ')}`,
    );
  return {
    sensors: columns.map(({ title }: { title: string }) => title),
    leftOut: named
      .filter((one: { title: string }) => !columns.includes(one))
      .map(({ title }: { title: string }) => title),
    unreadable,
    rows: (async function* () {
      for (let next = await records.next(); !next.done; next = await records.next()) {
        const record = next.value;
        const timeMs = cellTimeMs(record[time], header[time]);
        if (timeMs < dateMsMin)
          throw new HarbingerError(
            'USAGE',
            'cli',
            `${file}: its times count from its own begin; they must be dates`,
          );
        const cells = columns.map(({ index }: { index: number }) => cellOf(record[index]));
        if (Number.isNaN(timeMs)) unreadable.example ??= (record[time] ?? '').trim().slice(0, 64);
        yield [Number.isNaN(timeMs) ? null : timeMs, ...cells];
      }
    })(),
  };
}

/** A number, or the text of a state. */
function cellOf(text: string | undefined): number | string | null {
  const value = cellNumber(text, '.');
  if (value === null) return null;
  return Number.isFinite(value) ? value : (text ?? '').trim().slice(0, 64);
}

const pageRows = 10_000;
const dayMs = 86_400_000;

/** The cloud, with a token of its own: that of the gateway is another, unless both are configured with the same. */
function cloudOf({ cloudUrl, cloudToken, ...options }: TeachOptions): Endpoint {
  const token = cloudToken ?? process.env.HARBINGER_CLOUD_TOKEN;
  const { token: ofGateway, url: _, ...rest } = options;
  const own = token ?? (cloudUrl === undefined ? undefined : ofGateway);
  return {
    ...findEndpoint('cloud', {
      ...rest,
      ...(cloudUrl !== undefined && { url: cloudUrl }),
      ...(own !== undefined && { token: own }),
    }),
    tokenVariable: '$HARBINGER_CLOUD_TOKEN',
  };
}

/** Rows that the cloud has stored of the machine, where its store has SQL. */
export function cloudHistory(
  { site, machine, machineType, sensors }: KnownMachine,
  options: TeachOptions,
): History {
  const cloud = cloudOf(options);
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const select = (fromMs: number) =>
    `select epoch_ms(time::TIMESTAMP) as at_ms, * from ${quoted(machineType)} where site = ${text(site)} and machine = ${text(machine)} and epoch_ms(time::TIMESTAMP) > ${fromMs} order by time`;
  return {
    sensors,
    leftOut: [],
    unreadable: { column: 'time', example: null },
    rows: (async function* () {
      for (let fromMs = systemClock.nowMs() - options.days * dayMs; ; ) {
        const body = { sql: select(Math.floor(fromMs)), rowsMax: pageRows };
        const answer = (await request(cloud, 'POST', '/api/query', body)) as {
          columns: string[];
          rows: (number | string | null)[][];
          truncated: boolean;
        };
        const places = sensors.map((name) => answer.columns.indexOf(name));
        const texts = sensors.map((name) => answer.columns.indexOf(`${name}${textFieldSuffix}`));
        for (const row of answer.rows) {
          const cells = places.map((place, i) => row[place] ?? row[texts[i]!] ?? null);
          yield [Number(row[0]), ...cells];
        }
        if (!answer.truncated || answer.rows.length === 0) return;
        fromMs = Number(answer.rows.at(-1)![0]);
      }
    })(),
  };
}
