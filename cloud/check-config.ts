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
import { tlsProblems } from '../shared/config/tls-problems.ts';
import { builtInTypesDir, readMachineTypes } from '../shared/domain/machine-types.ts';
import { httpProblems } from '../shared/http/check.ts';
import { notifierFileProblems, notifierProblems } from './alerts/config.ts';
import { CloudConfig, prepareCloudConfig } from './config.ts';
import { credentialProblems } from './receive/credentials.ts';
import { tlsOwner as ingestTls } from './receive/tls-files.ts';
import { storeProblems } from './store/config.ts';

/** Opens only the files of the configuration, and with `files` also the machine types and PEM files that it names. */
export function checkCloud(sources: ConfigSources, { files }: { files: boolean }): ReadConfig<CloudConfig> {
  return readConfig(CloudConfig, sources, files ? [...checks, ...fileChecks] : checks, prepareCloudConfig);
}

const checks: ConfigCheck<CloudConfig>[] = [
  ({ gateways }) => credentialProblems(gateways),
  ({ alerts }) => notifierProblems(alerts),
  ({ store }) => storeProblems(store),
  ({ api }) => httpProblems(api, 'api'),
  (config) =>
    listenerProblems([listenerAt(() => config.ingest, 'ingest'), listenerAt(() => config.api, 'api')]),
];

const fileChecks: ConfigCheck<CloudConfig>[] = [
  ({ machineTypesDir }) =>
    readMachineTypes([builtInTypesDir, ...(machineTypesDir === undefined ? [] : [machineTypesDir])]).problems,
  ({ ingest }) => tlsProblems(ingest.tls ?? {}, 'ingest.tls', ingestTls),
  ({ alerts }) => notifierFileProblems(alerts),
];
