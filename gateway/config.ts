import { type Static, Type } from '@sinclair/typebox';
import { conditionsTable } from '../shared/conditions/config.ts';
import { filePath } from '../shared/config/schema/file-paths.ts';
import { TimeZone } from '../shared/config/time-zone.ts';
import { isTable, type Table } from '../shared/config/toml-files.ts';
import { HeartbeatConfig } from '../shared/heartbeat/config.ts';
import { jobsTable, withSchedulesWrittenOut } from '../shared/jobs/config.ts';
import { AlertsConfig } from '../shared/notifications/config.ts';
import { tables } from '../shared/parts/config.ts';
import { type Configured, configuredTables } from '../shared/parts/registry.ts';
import { GatewayHttpConfig } from './api/config.ts';
import { gatewayConditions } from './conditions/conditions.ts';
import { DecisionsConfig, withKindsWrittenOut } from './decisions/config.ts';
import { filterOfPattern } from './decode/topic-pattern.ts';
import { jobs } from './jobs/jobs.ts';
import { ModelsConfig } from './models/config.ts';
import { dataKeys } from './pipeline/config.ts';
import type { Source, SourceContext } from './ports/source.ts';
import { sources } from './sources/sources.ts';
import { WatchConfig } from './watch/config.ts';

export const GatewayConfig = Type.Object(
  {
    ...dataKeys,
    machineTypesDir: Type.Optional(
      Type.String({
        ...filePath,
        description: 'A folder of your own machine types, one *.toml each, beside those of the product.',
        examples: ['/etc/harbinger/types'],
      }),
    ),
    mappingsDir: Type.Optional(
      Type.String({
        ...filePath,
        description:
          'A folder of mappings of your own, one NAME.toml each: a route names one by mapping = "NAME". One replaces a ready mapping of the same name.',
        examples: ['/etc/harbinger/mappings'],
      }),
    ),
    timeZone: TimeZone,
    ...tables(sources),
    intelligence: WatchConfig,
    models: ModelsConfig,
    decisions: DecisionsConfig,
    alerts: AlertsConfig,
    http: GatewayHttpConfig,
    heartbeat: HeartbeatConfig,
    conditions: conditionsTable(
      gatewayConditions.map(({ name }) => name),
      {},
    ),
    jobs: jobsTable(jobs),
  },
  { additionalProperties: false },
);
export type GatewayConfig = Static<typeof GatewayConfig>;

/** Expands the short forms of settings. */
export function prepareGatewayConfig(table: Table): Table {
  return {
    ...table,
    ...(Array.isArray(table.routes) && { routes: table.routes.map(withFormat) }),
    ...(table.jobs !== undefined && { jobs: withSchedulesWrittenOut(table.jobs) }),
    ...(table.decisions !== undefined && { decisions: withKindsWrittenOut(table.decisions) }),
  };
}

/** A route with a mapping needs no format. */
function withFormat(route: unknown): unknown {
  return isTable(route) && route.mapping !== undefined ? { format: 'mapped', ...route } : route;
}

/** Returns every configured source, of any kind. */
export function sourcesIn(config: GatewayConfig): Configured[] {
  return configuredTables(sources, config);
}

/** Returns the parts of the configuration that sources may read. */
export function sourceContext({ routes }: Pick<GatewayConfig, 'routes'>): SourceContext {
  return { routeTopics: routes.map(({ topic }) => filterOfPattern(topic)) };
}

/** Gives sources what can change while they run, and has the configuration say it. Certificates are read again, too. */
export function reloadSources(
  config: GatewayConfig,
  next: GatewayConfig,
  running: readonly { made: Pick<Source, 'reload' | 'renewCertificates'> }[],
): { taken: string[]; problems: string[] } {
  const taken = running.flatMap(({ made }) => made.reload?.(next) ?? []);
  if (config.broker && next.broker) config.broker.users = next.broker.users;
  return { taken, problems: running.flatMap(({ made }) => made.renewCertificates?.().problems ?? []) };
}
