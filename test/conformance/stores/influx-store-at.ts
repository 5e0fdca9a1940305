import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { InfluxConfig, targetOf } from '../../../cloud/store/influx/config.ts';
import { createInfluxStore } from '../../../cloud/store/influx/influx-store.ts';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

const readConfig = compileValidator(InfluxConfig);

/** An influx store (version 1, database `plant`, unless told otherwise) for the server at `url`. */
export function influxStoreAt(
  url: string,
  more: Partial<InfluxConfig> = {},
  { clock = systemClock, dataDir = '' }: { clock?: Clock; dataDir?: string } = {},
): ReadingStore {
  const target =
    more.version === 2 ? { bucket: 'plant', org: 'acme', token: 't0ken' } : { database: 'plant' };
  const config = readConfig({ version: 1, url, ...target, ...more }, (problem) => new Error(problem));
  return createInfluxStore(targetOf(config), { dataDir, clock, log: silentLog });
}
