/**
 * Thinning: the readings of each machine within a span become one, at the beginning of the span: the means of its numbers,
 * and the last of its texts and truth values. Where that has been done, nothing changes when it is done again, so a crash
 * does no harm, and readings that arrive late are thinned in a later pass.
 *
 * The hours that are thinned are in the bookkeeping with the number of rows that they had then: an hour that has another
 * number now, or was thinned to shorter spans, is thinned again.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../tables.ts';
import { hoursOf, type Slice, type Target, within } from './targets.ts';
import type { Work } from './work.ts';

/** Cells that are averaged in one piece: 50 ms to 500 ms. */
const cellsInPieceMax = 5_000_000;

export interface Thinned {
  /** Rows that were replaced, and the rows that replace them. */
  thinned: number;
  means: number;
}

/** Thins the whole hours before `beforeNs`. */
export async function thinBefore(
  work: Work,
  target: Target,
  { beforeNs, widthNs }: { beforeNs: bigint; widthNs: bigint },
  isDryRun: boolean,
): Promise<Thinned> {
  const total: Thinned = { thinned: 0, means: 0 };
  if (!target.isTall && !target.columns.some(({ type }) => type === 'DOUBLE')) return total;
  const hours = await work.deps.read((connection) => hoursToThin(connection, target, beforeNs, widthNs));
  for (const hour of hours) {
    if (work.isOver) break;
    if (isDryRun) {
      const means = await work.deps.read((connection) => countMeans(connection, target, hour, widthNs));
      add(total, { thinned: hour.rows, means });
      continue;
    }
    for (const piece of piecesOf(hour, target, widthNs)) {
      if (work.isOver) return total;
      add(total, await work.piece((connection) => thin(connection, target, piece, widthNs)));
    }
    await work.piece((connection) => note(connection, target, hour, widthNs));
  }
  return total;
}

function add(total: Thinned, { thinned, means }: Thinned): void {
  // A row that is alone in its span is its own mean.
  if (thinned === means) return;
  total.thinned += thinned;
  total.means += means;
}

async function hoursToThin(
  connection: DuckDBConnection,
  target: Target,
  beforeNs: bigint,
  widthNs: bigint,
): Promise<Slice[]> {
  const hours = (await hoursOf(connection, target, beforeNs)).filter(({ toNs }) => toNs < beforeNs);
  const found = await connection.runAndReadAll(
    'SELECT from_ns, width_ns, row_count FROM harbinger.thinned WHERE measurement = $1 AND is_tall = $2',
    [target.measurement, target.isTall],
  );
  const known = new Map(
    found.getRows().map(([from, width, rows]) => [BigInt(String(from)), { width, rows }]),
  );
  return hours.filter(({ fromNs, rows }) => {
    const done = known.get(fromNs);
    return !done || BigInt(String(done.width)) < widthNs || Number(done.rows) !== rows;
  });
}

/** Divides an hour at the bounds of spans so that each piece has about as many cells as it may. */
function piecesOf({ fromNs, toNs, rows }: Slice, { columns }: Target, widthNs: bigint): Slice[] {
  const count = Math.max(1, Math.ceil((rows * (columns.length + 4)) / cellsInPieceMax));
  const spans = Number((toNs - fromNs) / widthNs);
  const step = widthNs * BigInt(Math.max(1, Math.ceil(spans / count)));
  const pieces: Slice[] = [];
  for (let at = fromNs; at < toNs; at += step) {
    pieces.push({ fromNs: at, toNs: at + step < toNs ? at + step : toNs, rows: 0 });
  }
  return pieces;
}

async function thin(
  connection: DuckDBConnection,
  target: Target,
  piece: Slice,
  widthNs: bigint,
): Promise<Thinned> {
  const { table } = target;
  const which = within(target, piece);
  const { names, values, keys } = columnsOf(target, widthNs);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE means AS SELECT ${values.join(', ')} FROM ${table} WHERE ${which} GROUP BY ${keys}`,
  );
  const counted = await connection.runAndReadAll(
    `SELECT (SELECT count(*) FROM ${table} WHERE ${which})::DOUBLE, (SELECT count(*) FROM temp.means)::DOUBLE`,
  );
  const [thinned, means] = counted.getRows()[0] as [number, number];
  if (thinned > means) {
    await connection.run(`DELETE FROM ${table} WHERE ${which}`);
    const list = names.join(', ');
    await connection.run(`INSERT INTO ${table} (${list}) SELECT ${list} FROM temp.means ORDER BY time`);
  }
  await connection.run('DROP TABLE temp.means');
  return { thinned, means };
}

async function countMeans(
  connection: DuckDBConnection,
  target: Target,
  hour: Slice,
  widthNs: bigint,
): Promise<number> {
  const { values, keys } = columnsOf(target, widthNs);
  const found = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE FROM (SELECT ${values[0]} FROM ${target.table} WHERE ${within(target, hour)} GROUP BY ${keys})`,
  );
  return Number(found.getRows()[0]?.[0]);
}

interface ThinnedColumns {
  names: string[];
  /** SQL for each of them. */
  values: string[];
  /** SQL for what has one row in each span. */
  keys: string;
}

function columnsOf({ columns, isTall }: Target, widthNs: bigint): ThinnedColumns {
  const span = `epoch_ns(time) // ${widthNs}`;
  const last = (name: string) => `arg_max(${name}, time) FILTER (WHERE ${name} IS NOT NULL) AS ${name}`;
  const mean = (name: string) => `avg(${name}) AS ${name}`;
  const tags = isTall
    ? ['tags', 'measurement', 'field']
    : columns.filter(({ kind }) => kind === 'tag').map(({ name }) => quoted(name));
  const numbers = isTall
    ? ['number']
    : columns
        .filter(({ kind, type }) => kind === 'field' && type === 'DOUBLE')
        .map(({ name }) => quoted(name));
  const others = isTall
    ? ['text', 'flag']
    : columns
        .filter(({ kind, type }) => kind === 'field' && type !== 'DOUBLE')
        .map(({ name }) => quoted(name));
  const series = ['gateway', 'machine', 'site', ...tags];
  return {
    names: ['time', ...series, ...numbers, ...others],
    values: [
      `make_timestamp_ns((${span}) * ${widthNs}) AS time`,
      ...series,
      ...numbers.map(mean),
      ...others.map(last),
    ],
    keys: [span, ...series].join(', '),
  };
}

async function note(
  connection: DuckDBConnection,
  target: Target,
  hour: Slice,
  widthNs: bigint,
): Promise<void> {
  const { measurement, isTall } = target;
  const which = 'measurement = $1 AND is_tall = $2 AND from_ns = $3';
  const key = [measurement, isTall, hour.fromNs];
  await connection.run(`DELETE FROM harbinger.thinned WHERE ${which}`, key);
  await connection.run(
    `INSERT INTO harbinger.thinned SELECT $1, $2, $3, ${widthNs}, count(*) FROM ${target.table} WHERE ${within(target, hour)}`,
    key,
  );
}

/** Forgets hours of the measurement that lie before `beforeNs`, when their rows are deleted. */
export async function forgetThinned(work: Work, target: Target, beforeNs: bigint): Promise<void> {
  const values = [target.measurement, target.isTall, beforeNs];
  const where = 'measurement = $1 AND is_tall = $2 AND from_ns < $3';
  const found = await work.deps.read((connection) =>
    connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM harbinger.thinned WHERE ${where}`, values),
  );
  if (Number(found.getRows()[0]?.[0]) === 0) return;
  await work.piece((connection) => connection.run(`DELETE FROM harbinger.thinned WHERE ${where}`, values));
}
