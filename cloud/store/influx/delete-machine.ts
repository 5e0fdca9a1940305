import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { MachineSpan } from '../../ports/retired/retired.ts';
import type { InfluxTarget } from './config.ts';
import type { InfluxHttp } from './http.ts';
import { literal, seriesOf } from './influx-ql.ts';

/** Deleting reads the index of every shard: it has so many times the usual time limit. */
const timeFactor = 10;
const tags = ['gateway', 'site', 'machine'] as const;

/** Deletes the points of a machine, all or those of a time, in every measurement. @throws HarbingerError STORE_NO_DELETE; as `InfluxHttp.send` */
export async function deleteMachine(
  http: InfluxHttp,
  config: InfluxTarget,
  span: MachineSpan,
  signal: AbortSignal,
): Promise<void> {
  const timeoutMs = config.timeoutMs * timeFactor;
  if (config.version === 1) {
    const where = tags.map((tag) => `"${tag}" = ${literal(span[tag])}`).join(' AND ');
    const times = [
      ...(span.afterMs === undefined ? [] : [` AND time >= ${nsText(span.afterMs + 1)}`]),
      ...(span.untilMs === undefined ? [] : [` AND time < ${nsText(span.untilMs + 1)}`]),
    ];
    const what = times.length === 0 ? 'DROP SERIES' : 'DELETE';
    const q = `${what} WHERE ${where}${times.join('')}`;
    const parameters = new URLSearchParams({ db: config.database, q });
    seriesOf((await http.send({ method: 'POST', path: `/query?${parameters}`, signal, timeoutMs })).text);
    return;
  }
  if (config.version === 3) throw cannotDelete(http.where);
  const parameters = new URLSearchParams({ bucket: config.database, org: config.org ?? '' });
  const predicate = tags.map((tag) => `${tag}=${JSON.stringify(span[tag])}`).join(' AND ');
  const start = span.afterMs === undefined ? '1677-09-21T00:12:44Z' : isoText(span.afterMs + 1, '');
  const stop = span.untilMs === undefined ? '2262-04-11T23:47:16Z' : isoText(span.untilMs, '999999');
  const body = JSON.stringify({ start, stop, predicate });
  await http.send({ method: 'POST', path: `/api/v2/delete?${parameters}`, body, signal, timeoutMs });
}

function nsText(ms: number): string {
  return String(BigInt(ms) * 1_000_000n);
}

/** @param digits those of the time that follow its milliseconds */
function isoText(ms: number, digits: string): string {
  return new Date(ms).toISOString().replace('Z', `${digits}Z`);
}

function cannotDelete(where: string): HarbingerError {
  return new HarbingerError(
    'STORE_NO_DELETE',
    'store',
    `${where} has no means of deleting the points of one machine: retire the machine instead, and let the database's own ` +
      'retention delete its readings',
  );
}
