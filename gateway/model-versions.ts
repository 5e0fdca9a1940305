import { join } from 'node:path';
import type { MachineType } from '../shared/domain/machine-type.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { GatewayConfig } from './config.ts';
import { slowMsOf } from './models/versions/health.ts';
import { modelsFile } from './models/versions/state-file.ts';
import { TrialReports } from './models/versions/trials/trial-reports.ts';
import { Versions } from './models/versions/versions.ts';
import type { ModelLibrary } from './ports/models/models.ts';
import type { Outbox } from './ports/uplink.ts';
import { modelRuns } from './watch/model-runs.ts';
import type { Watch } from './watch/watch.ts';

export interface ModelVersionsDeps {
  config: GatewayConfig;
  types: ReadonlyMap<string, MachineType>;
  watch: Watch;
  library: ModelLibrary;
  outbox: Pick<Outbox, 'event'>;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Part of the time for an alert decision after which a version is not waited for, so that the one before it can still answer. */
const answerShare = 0.4;

/** Creates what runs several versions of models. @throws HarbingerError MODELS_VERSION, MODELS_UNREADABLE */
export function createModelVersions(deps: ModelVersionsDeps): {
  models: Versions;
  trialReports: TrialReports;
} {
  const { config, types, watch, library, outbox, clock, random, log } = deps;
  const { backend, requestMsMax, restart } = config.intelligence;
  const answerMsMax = answerShare * config.decisions.alerts.budgetMs;
  const run = modelRuns({
    ...{ types, backend, requestMsMax, restart, clock, random, log },
    // One that is slower would be taken back for it.
    answerMsMax: slowMsOf(answerMsMax),
    baselineOf: watch.windows.baselineOf.bind(watch.windows),
    judged: (input, trained) => watch.drift.add(input, trained),
  });
  const models = new Versions({
    installed: watch.modelAssessor,
    installedBeside: watch.modelBeside,
    installedOf: watch.installedModel,
    ...{ types, library, run, answerMsMax, clock, log },
    file: modelsFile(join(config.dataDir, 'models.json'), log),
  });
  models.load();
  const { gateway } = config;
  return { models, trialReports: new TrialReports({ gateway, trials: models.trials, outbox, clock, log }) };
}
