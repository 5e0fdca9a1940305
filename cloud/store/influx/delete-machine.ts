import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import type { InfluxTarget } from './config.ts';
import type { InfluxHttp } from './http.ts';
import { literal, seriesOf } from './influx-ql.ts';

/** Deleting reads the index of every shard: it has so many times the usual time limit. */
const timeFactor = 10;
const tags = ['gateway', 'site', 'machine'] as const;

/** Deletes all points of a machine, in every measurement. @throws HarbingerError STORE_NO_DELETE; as `InfluxHttp.send` */
export async function deleteMachine(
  http: InfluxHttp,
  config: InfluxTarget,
  name: MachineName,
  signal: AbortSignal,
): Promise<void> {
  const timeoutMs = config.timeoutMs * timeFactor;
  if (config.version === 1) {
    const where = tags.map((tag) => `"${tag}" = ${literal(name[tag])}`).join(' AND ');
    const parameters = new URLSearchParams({ db: config.database, q: `DROP SERIES WHERE ${where}` });
    seriesOf((await http.send({ method: 'POST', path: `/query?${parameters}`, signal, timeoutMs })).text);
    return;
  }
  if (config.version === 3) throw cannotDelete(http.where);
  const parameters = new URLSearchParams({ bucket: config.database, org: config.org ?? '' });
  const predicate = tags.map((tag) => `${tag}=${JSON.stringify(name[tag])}`).join(' AND ');
  const body = JSON.stringify({ start: '1677-09-21T00:12:44Z', stop: '2262-04-11T23:47:16Z', predicate });
  await http.send({ method: 'POST', path: `/api/v2/delete?${parameters}`, body, signal, timeoutMs });
}

function cannotDelete(where: string): HarbingerError {
  return new HarbingerError(
    'STORE_NO_DELETE',
    'store',
    `${where} has no means of deleting the points of one machine: retire the machine instead, and let the database's own ` +
      'retention delete its readings',
  );
}
