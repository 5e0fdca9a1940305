/**
 * Checks the cloud's configuration: against the schema, and by the checks of the rooms for what a schema cannot
 * express.
 */
import {
  type ConfigCheck,
  type ConfigSources,
  type ReadConfig,
  readConfig,
} from '../shared/config/load-config.ts';
import { type ConfigProblem, invalid } from '../shared/config/problem.ts';
import { tlsProblems } from '../shared/config/tls-problems.ts';
import { builtInTypesDir, readMachineTypes } from '../shared/domain/machine-types.ts';
import { notifierFileProblems, notifierProblems } from './alerts/config.ts';
import { CloudConfig } from './config.ts';
import { credentialProblems } from './receive/credentials.ts';
import { tlsOwner as ingestTls } from './receive/tls-files.ts';
import { storeConfigProblems } from './store/config.ts';

/** Opens only the files of the configuration, and with `files` also the machine types and PEM files that it names. */
export function checkCloud(sources: ConfigSources, { files }: { files: boolean }): ReadConfig<CloudConfig> {
  return readConfig(CloudConfig, sources, files ? [...checks, ...fileChecks] : checks);
}

const checks: ConfigCheck<CloudConfig>[] = [
  { settings: ['gateways'], problems: ({ gateways }) => credentialProblems(gateways) },
  { settings: ['alerts'], problems: ({ alerts }) => notifierProblems(alerts) },
  { settings: ['store'], problems: storeProblems },
];

const fileChecks: ConfigCheck<CloudConfig>[] = [
  {
    settings: ['machineTypesDir'],
    problems: ({ machineTypesDir }) =>
      readMachineTypes([builtInTypesDir, ...(machineTypesDir === undefined ? [] : [machineTypesDir])])
        .problems,
  },
  { settings: ['ingest'], problems: ({ ingest }) => tlsProblems(ingest.tls ?? {}, 'ingest.tls', ingestTls) },
  {
    settings: ['alerts'],
    problems: ({ alerts }) => notifierFileProblems(alerts),
  },
];

/** Each sentence of the store begins with the name of the setting. */
function storeProblems({ store }: CloudConfig): ConfigProblem[] {
  return storeConfigProblems(store).map((sentence) => invalid(/^[\w.]*/.exec(sentence)![0], sentence));
}
