import { type Static, Type } from '@sinclair/typebox';
import { ScheduleText } from '../shared/jobs/schedule.ts';
import { covers, parseFilter } from '../shared/mqtt/topic-filter.ts';
import { GatewayHttpConfig } from './api/config.ts';
import { AlertDecisionConfig } from './decisions/alert/config.ts';
import { filterOfPattern } from './decode/topic-pattern.ts';
import { dataKeys } from './pipeline/config.ts';
import { BrokerConfig } from './sources/mqtt/config.ts';
import { SerialConfig } from './sources/serial/config.ts';
import { IntelligenceConfig } from './watch/config.ts';

const JobsConfig = Type.Object(
  {
    statistics: ScheduleText('0 * * * * *', 'When the gateway’s statistics are stored.'),
    retention: ScheduleText('30 0 * * * *', 'When old dead letters are dropped.'),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'When periodic work is done, in local time, as cron writes it: minute, hour, day, month, weekday; six fields with seconds first; or a nickname such as @daily.',
  },
);

export const GatewayConfig = Type.Object(
  {
    ...dataKeys,
    machineTypesDir: Type.Optional(
      Type.String({
        description: 'A folder of your own machine types, one *.toml each, beside those of the product.',
        examples: ['/etc/harbinger/types'],
      }),
    ),
    broker: BrokerConfig,
    serial: SerialConfig,
    intelligence: IntelligenceConfig,
    decisions: AlertDecisionConfig,
    http: GatewayHttpConfig,
    jobs: JobsConfig,
  },
  { additionalProperties: false },
);
export type GatewayConfig = Static<typeof GatewayConfig>;

/** The topics that the broker stores: those of its own configuration, and all that routes take, or these would be lost. */
export function storedTopics({ broker, routes }: Pick<GatewayConfig, 'broker' | 'routes'>): string[] {
  const stored = broker.telemetryFilters.map((text) => parseFilter(text));
  const isStored = (text: string) => {
    const filter = parseFilter(text);
    return filter !== null && stored.some((each) => each !== null && covers(each, filter));
  };
  const further = routes.map(({ topic }) => filterOfPattern(topic)).filter((filter) => !isStored(filter));
  return [...broker.telemetryFilters, ...new Set(further)];
}
