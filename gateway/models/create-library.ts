import type { MachineType } from '../../shared/domain/machine-type.ts';
import { shippedDigests } from '../../shared/model/trust/trust.ts';
import type { ModelsConfig } from './config.ts';
import { Library } from './library.ts';
import { trustedKeys } from './trusted-keys.ts';

export interface LibrarySettings {
  models: ModelsConfig;
  intelligence: { artefactsDir?: string };
}

/** Creates the library of a gateway, which has looked at what lies here. @throws HarbingerError MODEL_KEY */
export function createLibrary(
  { models, intelligence: { artefactsDir } }: LibrarySettings,
  types: ReadonlyMap<string, MachineType>,
): Library {
  const trust = { digests: shippedDigests(), keys: trustedKeys(models) };
  const library = new Library({ types, trust, ...(artefactsDir !== undefined && { artefactsDir }) });
  library.load();
  return library;
}
