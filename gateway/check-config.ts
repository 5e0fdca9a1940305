/** Checks a gateway's configuration: against the schema, and for consistency between its parts. */
import { type ConfigCheck, type ConfigSources, readConfig } from '../shared/config/load-config.ts';
import { type ConfigProblem, problemsIn } from '../shared/config/problem.ts';
import { tlsProblems } from '../shared/config/tls-problems.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { builtInTypesDir, readMachineTypes } from '../shared/domain/machine-types.ts';
import { jobProblems } from '../shared/jobs/config.ts';
import { type Configured, fileProblemsOf, problemsOf } from '../shared/parts/registry.ts';
import { GatewayConfig, prepareGatewayConfig, sourceContext, sourcesIn } from './config.ts';
import { createMachines } from './decode/machines/machines.ts';
import { ruleProblems } from './decode/route-rules.ts';
import { jobs } from './jobs/jobs.ts';
import { sources } from './sources/sources.ts';
import { uplinkProblems } from './uplink/config.ts';
import { tlsOwner as uplinkTls } from './uplink/tls-files.ts';

export interface CheckedGateway {
  /** Null if there are problems. */
  config: GatewayConfig | null;
  types: Map<string, MachineType>;
  problems: ConfigProblem[];
}

/** Reads only the files of the configuration and of machine types and, with `files`, the PEM files that it names. */
export function checkGateway(given: ConfigSources, { files }: { files: boolean }): CheckedGateway {
  let types = new Map<string, MachineType>();
  const checks: ConfigCheck<GatewayConfig>[] = [
    {
      settings: ['machineTypesDir', 'machines', 'unknownMachines'],
      problems(config) {
        const own = config.machineTypesDir === undefined ? [] : [config.machineTypesDir];
        const read = readMachineTypes([builtInTypesDir, ...own]);
        types = read.types;
        // A rule may name a type whose file is broken, which is not a second problem.
        return read.problems.length > 0 ? read.problems : typeProblems(config, types);
      },
    },
    { settings: ['routes'], problems: routeProblems },
    ...sources.map(({ kind }) => ({
      settings: [kind, 'routes'] as const,
      problems: (config: GatewayConfig) =>
        problemsOf(sources, ofKind(config, kind), sourceContext(withSoundRoutes(config))),
    })),
    { settings: ['uplink'], problems: ({ uplink }) => uplinkProblems(uplink) },
    { settings: ['jobs'], problems: (config) => jobProblems(jobs, config.jobs) },
  ];
  const fileChecks: ConfigCheck<GatewayConfig>[] = [
    ...sources.map(({ kind }) => ({
      settings: [kind],
      problems: (config: GatewayConfig) => fileProblemsOf(sources, ofKind(config, kind)),
    })),
    { settings: ['uplink'], problems: ({ uplink }) => tlsProblems(uplink, 'uplink', uplinkTls) },
  ];
  const { config, problems } = readConfig(
    GatewayConfig,
    given,
    files ? [...checks, ...fileChecks] : checks,
    prepareGatewayConfig,
  );
  return { config, types, problems };
}

/** Reports rules, and `unknownMachines`, that name a machine type that does not exist. */
function typeProblems(config: GatewayConfig, types: Map<string, MachineType>): ConfigProblem[] {
  const none = { ...config, machines: [], unknownMachines: 'dead-letter' };
  const { unknownMachines } = config;
  return [
    ...problemsIn('unknownMachines', () => createMachines({ ...none, unknownMachines }, types)),
    ...config.machines.flatMap((rule, i) =>
      problemsIn(`machines[${i}].type`, () => createMachines({ ...none, machines: [rule] }, types)),
    ),
  ];
}

function routeProblems({ routes }: GatewayConfig): ConfigProblem[] {
  return routes.flatMap((rule, i) => ruleProblems(rule, `routes[${i}]`));
}

/** Removes invalid routes, because the checks of sources read routes, and an invalid one is reported only once. */
function withSoundRoutes(config: GatewayConfig): GatewayConfig {
  return { ...config, routes: config.routes.filter((rule) => ruleProblems(rule, 'routes').length === 0) };
}

function ofKind(config: GatewayConfig, kind: string): Configured[] {
  return sourcesIn(config).filter((source) => source.kind === kind);
}
