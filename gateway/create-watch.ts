import { join } from 'node:path';
import type { MachineType } from '../shared/domain/machine-type.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { GatewayConfig } from './config.ts';
import { createLibrary } from './models/create-library.ts';
import type { ProbedModel } from './ports/models/models.ts';
import { probeModel } from './watch/model/probe.ts';
import { Watch, type WatchOptions } from './watch/watch.ts';

type CreateWatch = Omit<WatchOptions, 'config'> & { config: GatewayConfig };

/** Creates the watch with its files in the data folder, and reads what people have set. @throws HarbingerError LIMITS_…, MAINTENANCE_… */
export async function createWatch({ config, ...options }: CreateWatch): Promise<Watch> {
  const { gateway, intelligence, dataDir } = config;
  const watch = new Watch({
    ...options,
    ...{ gateway, config: intelligence },
    // The folder keeps its name from earlier versions.
    baselinesDir: join(dataDir, 'normals'),
    hearingsPath: join(dataDir, 'hearings.json'),
    levelsPath: join(dataDir, 'levels.json'),
    driftPath: join(dataDir, 'drift.json'),
    latePath: join(dataDir, 'late.json'),
    limitsFile: join(dataDir, 'machine-limits.json'),
    maintenanceFile: join(dataDir, 'maintenance.json'),
  });
  await watch.load();
  return watch;
}

export interface ModelLibraryDeps {
  types: ReadonlyMap<string, MachineType>;
  data: { askModel(message: Buffer): void };
  clock: Clock;
  random: Random;
  log: Log;
}

/** Creates the library of models, which examines what it fetches as the watch would run it. @throws HarbingerError MODEL_KEY */
export function createModelLibrary(
  config: GatewayConfig,
  { types, data, clock, random, log }: ModelLibraryDeps,
) {
  const { budgetMs } = config.decisions.alerts;
  const probe = (model: ProbedModel) =>
    probeModel(model, { ...config.intelligence, budgetMs, clock, random, log });
  const ask = (message: Buffer) => data.askModel(message);
  return createLibrary(config, { types, ask, probe, clock, log });
}

/** Returns the files of what is learnt of machines and kept over restarts, with their names. */
export function savedIn({ savedBaselines, savedHearings, savedLevels, savedDrift, savedLate }: Watch) {
  const all = [
    ['saved baselines', savedBaselines],
    ['saved hearings', savedHearings],
    ['saved levels', savedLevels],
    ['saved inputs of models', savedDrift],
    ['saved late readings', savedLate],
  ] as const;
  return all.flatMap(([name, file]) => (file ? [[name, file] as const] : []));
}
