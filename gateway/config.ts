import { type Static, Type } from '@sinclair/typebox';
import { conditionsTable } from '../shared/conditions/config.ts';
import {
  type ConfigAdmin,
  ConfigReload,
  type ConfigTrouble,
  type LiveSettings,
} from '../shared/config/reload.ts';
import { filePath } from '../shared/config/schema/file-paths.ts';
import { TimeZone } from '../shared/config/time-zone.ts';
import { isTable, type Table } from '../shared/config/toml-files.ts';
import { liveSettings } from '../shared/contract/fleet/settings.ts';
import { HeartbeatConfig } from '../shared/heartbeat/config.ts';
import { jobsTable, withSchedulesWrittenOut } from '../shared/jobs/config.ts';
import { AlertsConfig } from '../shared/notifications/config.ts';
import { tables } from '../shared/parts/config.ts';
import { type Configured, configuredTables } from '../shared/parts/registry.ts';
import type { Log } from '../shared/runtime/log.ts';
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

/** Settings that a running gateway follows. */
export const liveInGateway: LiveSettings = {
  settings: [
    'broker.users',
    'http.token',
    'http.readToken',
    'http.openOnLoopback',
    'heartbeat',
    'conditions.diskFreePercentMin',
    ...liveSettings,
  ],
  restartBecause: {
    ...{ broker: 'ports and bounds of connections are made when they are opened' },
    ...{ http: 'the port is opened when the process starts' },
    ...{ dataDir: 'the data folder is locked until the process ends' },
    ...{ timeZone: 'threads have the time zone that they were started with' },
    ...{ machines: 'the data thread knows the machines that it was started with' },
    ...{ uplink: 'the data thread has the connection to the cloud' },
    ...{ alerts: 'notifiers are made when the process starts' },
  },
  essential: {
    gateway: dataKeys.gateway.default,
    'broker.users': undefined,
    routes: dataKeys.routes.default,
    machines: dataKeys.machines.default,
    'uplink.url': undefined,
    'http.token': undefined,
  },
};

export interface FollowingParts {
  sources: readonly { made: Pick<Source, 'reload' | 'renewCertificates'> }[];
  http: {
    followTokens(): void;
    renewCertificates(): { problems: string[] };
    offerConfig(admin: ConfigAdmin): void;
  };
  heartbeat: { follow(config: GatewayConfig['heartbeat']): void };
  settings: { takeFromFile(setting: string, value: unknown): void };
  configTrouble: ConfigTrouble;
}

/** Gives a running gateway what can change. Certificates are read again, too. */
export function createReload(
  running: GatewayConfig,
  read: () => GatewayConfig,
  { sources, http, heartbeat, settings, configTrouble: trouble, log }: FollowingParts & { log: Log },
): ConfigReload<GatewayConfig> {
  const reload = new ConfigReload<GatewayConfig>({
    ...{ running, live: liveInGateway, read, trouble, log },
    set: (setting, value) => settings.takeFromFile(setting, value),
    take: (next, inForce) => {
      for (const { made } of sources) made.reload?.(next);
      if (inForce.some((setting) => setting.startsWith('http.'))) http.followTokens();
      if (inForce.some((setting) => setting.startsWith('heartbeat'))) heartbeat.follow(running.heartbeat);
      const sealed = [...sources.map(({ made }) => made.renewCertificates?.()), http.renewCertificates()];
      return sealed.flatMap((each) => each?.problems ?? []);
    },
  });
  http.offerConfig(reload);
  return reload;
}
