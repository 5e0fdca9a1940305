/** The table `[store]`: the settings of one of the kinds of store, selected by `kind`. */
import type { Static } from '@sinclair/typebox';
import { choice } from '../../shared/parts/config.ts';
import type { Configured } from '../../shared/parts/registry.ts';
import { seamChecks } from '../../shared/parts/seam-checks.ts';
import { stores } from './stores.ts';

type Kind = (typeof stores)[number]['kind'];

const defaultKind: Kind = 'embedded';

export const StoreConfig = {
  ...choice('kind', stores, {}, 'Where readings are kept.'),
  default: { kind: defaultKind },
};
export type StoreConfig = Static<typeof StoreConfig>;

/** Settings of another kind that were ignored when all kinds shared one table, and so may be in existing files. */
const ignored: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  embedded: ['retentionPolicy'],
  influx: ['memoryMiBMax', 'threads'],
};

/** Fills in the kind where it is not set, and leaves out settings that have always been ignored, before validation. */
export function prepareStore(table: unknown): unknown {
  if (typeof table !== 'object' || table === null || Array.isArray(table)) return table;
  const { kind = defaultKind, ...settings } = table as Record<string, unknown>;
  const drop = Object.entries(ignored).find(([name]) => name === kind)?.[1] ?? [];
  const kept = Object.entries(settings).filter(([name]) => !drop.includes(name));
  return { kind, ...Object.fromEntries(kept) };
}

export function storeIn(config: StoreConfig): Configured {
  return { kind: config.kind, config, place: 'store' };
}

/** Checks of the configured store. */
export const storeChecks = seamChecks(stores, (config: StoreConfig) => [storeIn(config)]);
