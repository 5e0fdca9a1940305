import { join } from 'node:path';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { shippedDigests } from '../../shared/model/trust/trust.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { ProbedModel } from '../ports/models/models.ts';
import type { ModelsConfig } from './config.ts';
import { Installer } from './download/install.ts';
import { Library } from './library.ts';
import { trustedKeys } from './trusted-keys.ts';

export interface LibrarySettings {
  models: ModelsConfig;
  intelligence: { artefactsDir?: string };
}

export interface LibraryOptions {
  types: ReadonlyMap<string, MachineType>;
  /** Sends a message to the cloud, if it is connected and has models. */
  ask(message: Buffer): void;
  probe(model: ProbedModel): Promise<void>;
  clock: Clock;
  log: Log;
}

/** Creates the library of a gateway, which has looked at what lies here. @throws HarbingerError MODEL_KEY */
export function createLibrary(
  { dataDir, models, intelligence: { artefactsDir } }: LibrarySettings & { dataDir: string },
  options: LibraryOptions,
): Library & { heard(message: Buffer | null): void; stop(): void } {
  const { types } = options;
  const trust = { digests: shippedDigests(), keys: trustedKeys(models) };
  const check = (folder: string) => library.check(folder);
  const installer = new Installer({ dir: join(dataDir, 'models'), settings: models, check, ...options });
  const library = new Library({
    types,
    trust,
    installer,
    ...(artefactsDir !== undefined && { artefactsDir }),
  });
  library.load();
  return Object.assign(library, {
    heard: (message: Buffer | null) => installer.heard(message),
    stop: () => installer.stop(),
  });
}
