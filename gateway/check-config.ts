/** Checks a gateway's configuration: what the schema says, and what only the rooms together can say. */
import { type ConfigCheck, type ConfigSources, readConfig } from '../shared/config/load-config.ts';
import { type ConfigProblem, problemsIn } from '../shared/config/problem.ts';
import { tlsProblems } from '../shared/config/tls-problems.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { builtInTypesDir, readMachineTypes } from '../shared/domain/machine-types.ts';
import { parseSchedule } from '../shared/jobs/schedule.ts';
import { GatewayConfig, storedTopics } from './config.ts';
import { createRoutes } from './decode/routes.ts';
import { brokerProblems } from './sources/mqtt/broker.ts';
import { tlsOwner as brokerTls } from './sources/mqtt/connection/listeners.ts';
import { serialProblems } from './sources/serial/serial.ts';
import { uplinkProblems } from './uplink/config.ts';
import { tlsOwner as uplinkTls } from './uplink/tls-files.ts';

export interface CheckedGateway {
  /** Null where there are problems. */
  config: GatewayConfig | null;
  types: Map<string, MachineType>;
  problems: ConfigProblem[];
}

/** Opens nothing but the files of the configuration and of machine types, and with `files` the PEM files that it names. */
export function checkGateway(sources: ConfigSources, { files }: { files: boolean }): CheckedGateway {
  let types = new Map<string, MachineType>();
  const checks: ConfigCheck<GatewayConfig>[] = [
    {
      settings: ['machineTypesDir', 'machines', 'unknownMachines'],
      problems(config) {
        const own = config.machineTypesDir === undefined ? [] : [config.machineTypesDir];
        const read = readMachineTypes([builtInTypesDir, ...own]);
        types = read.types;
        // A rule may name a type whose file is broken: that is no second problem.
        return read.problems.length > 0 ? read.problems : ruleProblems(config, types);
      },
    },
    { settings: ['routes'], problems: routeProblems },
    {
      settings: ['broker', 'routes'],
      problems: (config) =>
        brokerProblems({ ...config.broker, telemetryFilters: storedTopics(withSoundRoutes(config)) }),
    },
    { settings: ['serial'], problems: ({ serial }) => serialProblems(serial) },
    { settings: ['uplink'], problems: ({ uplink }) => uplinkProblems(uplink) },
    { settings: ['jobs'], problems: ({ jobs }) => scheduleProblems(jobs) },
  ];
  if (files) {
    checks.push(
      {
        settings: ['broker'],
        problems: ({ broker }) => tlsProblems(broker.tls ?? {}, 'broker.tls', brokerTls),
      },
      { settings: ['uplink'], problems: ({ uplink }) => tlsProblems(uplink, 'uplink', uplinkTls) },
    );
  }
  const { config, problems } = readConfig(GatewayConfig, sources, checks);
  if (config) config.broker.telemetryFilters = storedTopics(config);
  return { config, types, problems };
}

/** Rules and `unknownMachines` that name a type which does not exist. */
function ruleProblems(config: GatewayConfig, types: Map<string, MachineType>): ConfigProblem[] {
  const none = { ...config, routes: [], machines: [], unknownMachines: 'dead-letter' };
  const { unknownMachines } = config;
  return [
    ...problemsIn('unknownMachines', () => createRoutes({ ...none, unknownMachines }, types)),
    ...config.machines.flatMap((rule, i) =>
      problemsIn(`machines[${i}].type`, () => createRoutes({ ...none, machines: [rule] }, types)),
    ),
  ];
}

function routeProblems(config: GatewayConfig): ConfigProblem[] {
  const none = { ...config, machines: [], unknownMachines: 'dead-letter' };
  return config.routes.flatMap((rule, i) =>
    problemsIn(`routes[${i}]`, () => createRoutes({ ...none, routes: [rule] }, new Map())),
  );
}

/** A route's topic is stored by the broker; a wrong one is the route's problem alone. */
function withSoundRoutes(config: GatewayConfig): GatewayConfig {
  const wrong = new Set(routeProblems(config).map(({ key }) => key));
  return { ...config, routes: config.routes.filter((_, i) => !wrong.has(`routes[${i}]`)) };
}

function scheduleProblems(jobs: GatewayConfig['jobs']): ConfigProblem[] {
  return Object.entries(jobs).flatMap(([job, schedule]) =>
    problemsIn(`jobs.${job}`, () => parseSchedule(job, schedule)),
  );
}
