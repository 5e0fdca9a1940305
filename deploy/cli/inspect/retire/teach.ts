/** `harbinger machines teach`: what is normal for a machine is learnt from its history: a CSV, or what its cloud has stored. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import type { KnownMachine, Lesson, Saved, TeachOutcome } from '../../../../gateway/ports/retiring.ts';
import { textFieldSuffix } from '../../../../shared/contract/line-protocol.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { randomHex, systemRandom } from '../../../../shared/runtime/random.ts';
import { detectSeparator } from '../../../replay/csv-columns.ts';
import { cellNumber, cellTimeMs } from '../../../replay/csv-values.ts';
import { exitCodes } from '../../exit-codes.ts';
import { type Endpoint, findEndpoint, request } from '../../http-client.ts';
import type { ReachOptions } from '../../options.ts';
import { printable, printJson } from '../../output.ts';
import { isUnsaved } from './at-gateway.ts';
import type { NamedMachine } from './names.ts';

export type TeachOptions = ReachOptions & {
  from?: string;
  cloudUrl?: string;
  by?: string;
  days: number;
};

const lessonRows = 1_000;
const headBytes = 64 << 10;
const timeNames = ['time', 'timestamp', 'ts', 'date', 'datetime', 'timestamp_ms'];
/** Dates are later than this; smaller numbers count from a recording's own begin. */
const dateMsMin = 1e11;

type Taught = TeachOutcome & Partial<Saved>;

interface History {
  sensors: string[];
  rows: AsyncIterable<(number | string | null)[]>;
}

/** Sets the exit code 1 if the machine is not known, or was not taught. */
export async function teachAtGateway(name: NamedMachine, options: TeachOptions): Promise<void> {
  const endpoint = findEndpoint('gateway', options);
  const { machines } = (await request(endpoint, 'GET', '/api/machines?limit=100000')) as {
    machines: KnownMachine[];
  };
  const known = machines.find(({ site, machine }) => site === name.site && machine === name.machine);
  const shown = printable(`${name.site}/${name.machine}`, 130);
  if (!known) {
    process.stderr.write(`the gateway does not know ${shown}\n`);
    process.exitCode = exitCodes.failed;
    return;
  }
  const history =
    options.from === undefined ? cloudHistory(known, options) : await csvHistory(options.from, known);
  const outcome = await teach(endpoint, name, history, options.by ?? userInfo().username);
  if (options.json) printJson(outcome);
  else if (outcome.isTaught) process.stdout.write(`${shown}: ${taughtText(outcome)}\n`);
  else
    process.stderr.write(
      outcome.isKnown
        ? `${shown}: ${outcome.rows} rows are too few to learn what is normal; what it has learnt stays\n`
        : `${shown} has sent nothing since its gateway started\n`,
    );
  if (outcome.unknownSensors.length > 0 && !options.json)
    process.stderr.write(
      `left out, since the machine has not sent them: ${printable(outcome.unknownSensors.join(', '), 300)}\n`,
    );
  if (!outcome.isTaught || isUnsaved(outcome, options.json)) process.exitCode = exitCodes.failed;
}

function taughtText({ rows, atRest, leftOut, learning }: TeachOutcome): string {
  const more = [
    ...(atRest > 0 ? [`${atRest} at rest`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out, out of order`] : []),
  ];
  const knows = learning
    ? `how its sensors go together needs ${learning.needed} days, of which ${learning.days} are known`
    : 'it is judged by that from now on';
  return `learnt from ${rows} rows${more.length > 0 ? ` (${more.join(', ')})` : ''}; ${knows}`;
}

async function teach(
  endpoint: Endpoint,
  { site, machine }: NamedMachine,
  { sensors, rows }: History,
  by: string,
): Promise<Taught> {
  const teaching = randomHex(systemRandom, 16);
  let isFirst = true;
  const send = async (lesson: Pick<Lesson, 'rows' | 'isLast'>): Promise<Taught> => {
    const body = { site, machine, by, teaching, sensors, isFirst, ...lesson };
    isFirst = false;
    return (await request(endpoint, 'POST', '/api/machines/teach', body)) as Taught;
  };
  let waiting: (number | string | null)[][] = [];
  for await (const row of rows) {
    waiting.push(row);
    if (waiting.length < lessonRows) continue;
    const outcome = await send({ rows: waiting, isLast: false });
    waiting = [];
    if (!outcome.isKnown) return outcome;
  }
  return send({ rows: waiting, isLast: true });
}

/** Rows of a CSV whose first line names the columns: a time, and sensors of the machine. */
async function csvHistory(file: string, { sensors: known }: KnownMachine): Promise<History> {
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
  const columns = header
    .map((title: string, index: number) => ({ title, index }))
    .filter(({ title }: { title: string }) => known.includes(title));
  if (time < 0 || columns.length === 0)
    throw new HarbingerError(
      'USAGE',
      'cli',
      `${file} needs a column ${timeNames.join(', ')}, and columns with the names of sensors of the machine: ${known.join(', ')}`,
    );
  return {
    sensors: columns.map(({ title }: { title: string }) => title),
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

/** Rows that the cloud has stored of the machine, where its store has SQL. */
function cloudHistory({ site, machine, machineType, sensors }: KnownMachine, options: TeachOptions): History {
  const cloud = findEndpoint('cloud', {
    ...options,
    ...(options.cloudUrl !== undefined && { url: options.cloudUrl }),
  });
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const select = (fromMs: number) =>
    `select epoch_ms(time::TIMESTAMP) as at_ms, * from ${quoted(machineType)} where site = ${text(site)} and machine = ${text(machine)} and epoch_ms(time::TIMESTAMP) > ${fromMs} order by time`;
  return {
    sensors,
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
