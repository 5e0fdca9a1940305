/**
 * The telemetry store (cloud/store), one folder for each kind. A store stores what it is given and reports to no other
 * room; its contract is in ports/store.ts and test/conformance.
 */
import { refuse } from '../../shared/config/problem.ts';
import { createPart } from '../../shared/parts/registry.ts';
import type { ReadingStore, StoreDeps } from '../ports/store.ts';
import { type StoreConfig, storeChecks, storeIn } from './config.ts';
import { stores } from './stores.ts';

/** Creates the store that the configuration names, without opening it. @throws ConfigError CONFIG_INVALID */
export async function createReadingStore(config: StoreConfig, deps: StoreDeps): Promise<ReadingStore> {
  refuse([...storeChecks.problems(config), ...storeChecks.fileProblems(config)]);
  return createPart<StoreDeps, ReadingStore>(stores, storeIn(config), deps);
}
