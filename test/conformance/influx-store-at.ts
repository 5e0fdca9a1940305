import { Value } from '@sinclair/typebox/value';
import type { ReadingStore } from '../../cloud/ports/store.ts';
import { StoreConfig } from '../../cloud/store/config.ts';
import { createReadingStore } from '../../cloud/store/create-store.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';

/** An influx store (version 1, database `plant`, unless told otherwise) for the server at `url`. */
export function influxStoreAt(url: string, more: Partial<StoreConfig> = {}): ReadingStore {
  const target =
    more.version === 2 ? { bucket: 'plant', org: 'acme', token: 't0ken' } : { database: 'plant' };
  const config = { kind: 'influx', version: 1, url, ...target, ...more } as const;
  return createReadingStore(Value.Parse(StoreConfig, config), {
    dataDir: '',
    clock: systemClock,
    log: silentLog,
  });
}
