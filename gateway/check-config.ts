/** Checks a gateway's configuration: against the schema, and for consistency between its parts. */
import { listenerAt, listenerProblems } from '../shared/config/listeners.ts';
import {
  type ConfigCheck,
  type ConfigSources,
  type ReadConfig,
  readConfig,
} from '../shared/config/load-config.ts';
import type { ConfigProblem } from '../shared/config/problem.ts';
import { nearestName } from '../shared/config/schema/nearest-name.ts';
import { eachSound, rules } from '../shared/config/sound-view.ts';
import { timeZoneProblems } from '../shared/config/time-zone.ts';
import { tlsProblems } from '../shared/config/tls-problems.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { builtInTypesDir, readMachineTypes } from '../shared/domain/machine-types.ts';
import { heartbeatTls } from '../shared/heartbeat/config.ts';
import { httpProblems } from '../shared/http/check.ts';
import { httpTlsOwner } from '../shared/http/tls.ts';
import { jobsIn, scheduleProblems } from '../shared/jobs/config.ts';
import { notifierNameProblems, notifiersIn, siteNotifierProblems } from '../shared/notifications/config.ts';
import { notifiers } from '../shared/notifiers/notifiers.ts';
import { allSeams, seamChecks } from '../shared/parts/seam-checks.ts';
import { GatewayConfig, prepareGatewayConfig, sourceContext, sourcesIn } from './config.ts';
import { decisionsIn } from './decisions/config.ts';
import { decisions } from './decisions/decisions.ts';
import { formatsIn, type RouteRule } from './decode/config.ts';
import { formats } from './decode/formats/formats.ts';
import { type OwnMappings, readMappings } from './decode/mapping/files.ts';
import { namedMappingProblems, ruleProblems, withOwnMapping } from './decode/route-rules.ts';
import { jobs } from './jobs/jobs.ts';
import { keyFileProblems, keyProblems } from './models/trusted-keys.ts';
import { unsignedModels } from './models/unsigned.ts';
import { sources } from './sources/sources.ts';
import { uplinkProblems } from './uplink/config.ts';
import { tlsOwner as uplinkTls } from './uplink/link/tls-files.ts';

/** Every seam of the gateway. */
const parts = allSeams<GatewayConfig>([
  seamChecks(formats, formatsIn),
  seamChecks(sources, sourcesIn, (config) => sourceContext({ routes: soundRoutes(config) })),
  seamChecks(decisions, (config) => decisionsIn(config.decisions)),
  seamChecks(notifiers, ({ alerts }) => notifiersIn(alerts)),
  seamChecks(jobs, (config) => jobsIn(jobs, config.jobs)),
]);

export interface CheckedGateway extends ReadConfig<GatewayConfig> {
  types: Map<string, MachineType>;
}

/** Reads only the files of the configuration and of machine types and, with `files`, the PEM files that it names. */
export function checkGateway(given: ConfigSources, { files }: { files: boolean }): CheckedGateway {
  let types = new Map<string, MachineType>();
  let mappings: OwnMappings = readMappings(undefined);
  const checks: ConfigCheck<GatewayConfig>[] = [
    (config) => {
      const own = config.machineTypesDir === undefined ? [] : [config.machineTypesDir];
      const read = readMachineTypes([builtInTypesDir, ...own]);
      types = read.types;
      return [...read.problems, ...typeProblems(config, read)];
    },
    ({ routes }) => eachSound(routes, (rule, i) => ruleProblems(rule, `routes[${i}]`)),
    ({ mappingsDir }) => {
      mappings = readMappings(mappingsDir);
      return mappings.problems;
    },
    ({ routes }) => eachSound(routes, (rule, i) => namedMappingProblems(rule, `routes[${i}]`, mappings)),
    (config) => parts.problems(config),
    ({ alerts }) => [...notifierNameProblems(alerts), ...siteNotifierProblems(alerts)],
    ({ models }) => keyProblems(models),
    (config) => timeZoneProblems(config),
    ({ uplink }) => uplinkProblems(uplink),
    ({ http }) => httpProblems(http, 'http'),
    (config) => listenerProblems([...parts.listeners(config), listenerAt(() => config.http, 'http')]),
    ({ jobs: table }) => scheduleProblems(jobs, table),
  ];
  const fileChecks: ConfigCheck<GatewayConfig>[] = [
    (config) => parts.fileProblems(config),
    ({ models }) => keyFileProblems(models),
    (config) => unsignedModels(config),
    ({ http }) => tlsProblems(http.tls ?? {}, 'http.tls', httpTlsOwner),
    ({ uplink }) => tlsProblems(uplink, 'uplink', uplinkTls),
    ({ heartbeat }) => tlsProblems(heartbeat.mqtt ?? {}, 'heartbeat.mqtt', heartbeatTls),
  ];
  const all = files ? [...checks, ...fileChecks] : checks;
  const read = readConfig(GatewayConfig, given, all, prepareGatewayConfig);
  const config = read.config && {
    ...read.config,
    routes: read.config.routes.map((rule) => withOwnMapping(rule, mappings)),
  };
  return { ...read, config, types };
}

/**
 * Reports rules, and `unknownMachines`, that name a machine type that does not exist. A type whose file is broken is not
 * a second problem.
 */
function typeProblems(
  config: GatewayConfig,
  { types, isBroken }: ReturnType<typeof readMachineTypes>,
): ConfigProblem[] {
  const known = [...types.keys()].join(', ');
  const problemsOfName = (name: string, key: string): ConfigProblem[] => {
    if (types.has(name) || isBroken(name)) return [];
    const near = nearestName(name, [...types.keys()]);
    const hint = near === undefined ? `there are: ${known}` : `did you mean '${near}'?`;
    return [{ code: 'MACHINE_TYPE_UNKNOWN', key, message: `${key}: no machine type '${name}'; ${hint}` }];
  };
  return rules(
    () => {
      const { unknownMachines } = config;
      return unknownMachines === 'dead-letter' ? [] : problemsOfName(unknownMachines, 'unknownMachines');
    },
    () => eachSound(config.machines, ({ type }, i) => problemsOfName(type, `machines[${i}].type`)),
  );
}

/** The routes whose topics have no problems: the checks of sources read them, and a wrong one is reported only once. */
function soundRoutes({ routes }: GatewayConfig): RouteRule[] {
  return eachSound(routes, (rule) => (ruleProblems(rule, '').length === 0 ? [rule] : []));
}
