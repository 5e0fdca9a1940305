/**
 * The telemetry store, one folder for each kind. This file chooses the kind by the configuration. A store stores what it
 * is given and tells nothing of other rooms; what it must promise is in ports/store.ts and test/conformance.
 */
import { join } from 'node:path';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { ReadingStore } from '../ports/store.ts';
import { influxConfigOf, type StoreConfig, storeConfigProblems } from './config.ts';
import { createEmbeddedStore } from './embedded/embedded-store.ts';
import { createInfluxStore } from './influx/influx-store.ts';

export interface StoreDeps {
  /** The cloud's data folder: the embedded store keeps its file there. */
  dataDir: string;
  clock: Clock;
  log: Log;
}

/** Creates the store that the configuration names. @throws HarbingerError CONFIG_INVALID */
export function createReadingStore(config: StoreConfig, deps: StoreDeps): ReadingStore {
  const problems = storeConfigProblems(config);
  if (problems.length > 0) throw new HarbingerError('CONFIG_INVALID', 'config', problems.join('; '));
  if (config.kind === 'influx') return createInfluxStore(influxConfigOf(config), deps);
  const { memoryMiBMax, threads, timeoutMs } = config;
  const path = config.path ?? join(deps.dataDir, 'telemetry.duckdb');
  return createEmbeddedStore({ path, memoryMiBMax, threads, timeoutMs }, deps);
}
