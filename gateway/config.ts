import { type Static, Type } from '@sinclair/typebox';
import type { Table } from '../shared/config/load-config.ts';
import { jobsTable, withSchedulesWrittenOut } from '../shared/jobs/config.ts';
import { tables } from '../shared/parts/config.ts';
import { type Configured, configuredTables } from '../shared/parts/registry.ts';
import { GatewayHttpConfig } from './api/config.ts';
import { AlertDecisionConfig } from './decisions/alert/config.ts';
import { filterOfPattern } from './decode/topic-pattern.ts';
import { jobs } from './jobs/jobs.ts';
import { dataKeys } from './pipeline/config.ts';
import type { SourceContext } from './ports/source.ts';
import { sources } from './sources/sources.ts';
import { WatchConfig } from './watch/config.ts';

export const GatewayConfig = Type.Object(
  {
    ...dataKeys,
    machineTypesDir: Type.Optional(
      Type.String({
        description: 'A folder of your own machine types, one *.toml each, beside those of the product.',
        examples: ['/etc/harbinger/types'],
      }),
    ),
    ...tables(sources),
    intelligence: WatchConfig,
    decisions: AlertDecisionConfig,
    http: GatewayHttpConfig,
    jobs: jobsTable(jobs),
  },
  { additionalProperties: false },
);
export type GatewayConfig = Static<typeof GatewayConfig>;

/** Expands the short forms of settings. */
export function prepareGatewayConfig(table: Table): Table {
  return table.jobs === undefined ? table : { ...table, jobs: withSchedulesWrittenOut(table.jobs) };
}

/** Returns every configured source, of any kind. */
export function sourcesIn(config: GatewayConfig): Configured[] {
  return configuredTables(sources, config);
}

/** Returns the parts of the configuration that sources may read. */
export function sourceContext({ routes }: Pick<GatewayConfig, 'routes'>): SourceContext {
  return { routeTopics: routes.map(({ topic }) => filterOfPattern(topic)) };
}
