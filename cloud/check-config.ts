/**
 * Checks the cloud's configuration: against the schema, and by the checks of the rooms for what a schema cannot
 * express.
 */

import { listenerAt, listenerProblems } from '../shared/config/listeners.ts';
import {
  type ConfigCheck,
  type ConfigSources,
  type ReadConfig,
  readConfig,
} from '../shared/config/load-config.ts';
import { timeZoneProblems } from '../shared/config/time-zone.ts';
import { tlsProblems } from '../shared/config/tls-problems.ts';
import { readMachineTypes, typeFolders } from '../shared/domain/machine-types.ts';
import { heartbeatTls } from '../shared/heartbeat/config.ts';
import { httpProblems } from '../shared/http/check.ts';
import { httpTlsOwner } from '../shared/http/tls.ts';
import { jobsIn, scheduleProblems } from '../shared/jobs/config.ts';
import { notifierNameProblems, notifiersIn } from '../shared/notifications/config.ts';
import { notifiers } from '../shared/notifiers/notifiers.ts';
import { allSeams, seamChecks } from '../shared/parts/seam-checks.ts';
import { retentionOfStoreProblems } from './check-retention.ts';
import { CloudConfig, prepareCloudConfig } from './config.ts';
import { jobs } from './jobs/jobs.ts';
import { credentialProblems } from './receive/credentials.ts';
import { tlsOwner as ingestTls } from './receive/tls-files.ts';
import { storeIn } from './store/config.ts';
import { stores } from './store/stores.ts';

/** Every seam of the cloud. */
const parts = allSeams<CloudConfig>([
  seamChecks(notifiers, ({ alerts }) => notifiersIn(alerts)),
  seamChecks(stores, ({ store }) => [storeIn(store)]),
  seamChecks(jobs, (config) => jobsIn(jobs, config.jobs)),
]);

/** Opens only the files of the configuration, and with `files` also the machine types and PEM files that it names. */
export function checkCloud(sources: ConfigSources, { files }: { files: boolean }): ReadConfig<CloudConfig> {
  return readConfig(CloudConfig, sources, files ? [...checks, ...fileChecks] : checks, prepareCloudConfig);
}

const checks: ConfigCheck<CloudConfig>[] = [
  ({ gateways }) => credentialProblems(gateways),
  ({ alerts }) => notifierNameProblems(alerts),
  (config) => parts.problems(config),
  ({ api }) => httpProblems(api, 'api'),
  ({ jobs: table }) => scheduleProblems(jobs, table),
  (config) => timeZoneProblems(config),
  (config) => retentionOfStoreProblems(config),
  (config) =>
    listenerProblems([
      ...parts.listeners(config),
      listenerAt(() => config.ingest, 'ingest'),
      listenerAt(() => config.api, 'api'),
    ]),
];

const fileChecks: ConfigCheck<CloudConfig>[] = [
  ({ machineTypesDir }) => readMachineTypes(typeFolders({ machineTypesDir })).problems,
  ({ api }) => tlsProblems(api.tls ?? {}, 'api.tls', httpTlsOwner),
  ({ ingest }) => tlsProblems(ingest.tls ?? {}, 'ingest.tls', ingestTls),
  ({ heartbeat }) => tlsProblems(heartbeat.mqtt ?? {}, 'heartbeat.mqtt', heartbeatTls),
  (config) => parts.fileProblems(config),
];
