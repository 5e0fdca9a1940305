import { type Static, Type } from '@sinclair/typebox';
import { identifierPattern } from '../shared/contract/topics.ts';
import { BrokerConfig } from './broker/config.ts';
import { covers, parseFilter } from './broker/topics.ts';
import { AlertDecisionConfig } from './decisions/config.ts';
import { filterOfPattern } from './decode/topic-pattern.ts';
import { GatewayHttpConfig } from './http/config.ts';
import { IntelligenceConfig } from './intelligence/config.ts';
import { ScheduleText } from './jobs/schedule.ts';
import { SerialConfig } from './serial/config.ts';
import { UplinkConfig } from './uplink/config.ts';

const RouteRule = Type.Object(
  {
    topic: Type.String({
      minLength: 1,
      description: 'levels may be {site}, {machine}, {sensor} or +',
    }),
    format: Type.String({
      description: 'json, number, key-value, csv, influx (line protocol), or lifecycle',
    }),
    site: Type.Optional(Type.String()),
    machine: Type.Optional(Type.String()),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 512,
        description: 'of csv: what the values of a line are, in their order; - is passed over',
      }),
    ),
  },
  { additionalProperties: false },
);

const MachineRule = Type.Object(
  {
    match: Type.String({
      minLength: 1,
      description: 'site/machine; * stands for any characters',
    }),
    type: Type.String(),
  },
  { additionalProperties: false },
);

const Timestamps = Type.Object(
  {
    aheadMsMax: Type.Integer({ minimum: 0, default: 300_000 }),
    behindMsMax: Type.Integer({
      minimum: 0,
      default: 7 * 86_400_000,
      description: 'how late a buffering device may be',
    }),
  },
  { additionalProperties: false, default: {} },
);

export const JournalConfig = Type.Object(
  {
    bytesMax: Type.Integer({
      minimum: 1 << 20,
      default: 2 ** 30,
      description: 'of disk, all lanes together',
    }),
    whenFull: Type.Union([Type.Literal('drop-oldest'), Type.Literal('refuse')], {
      default: 'drop-oldest',
      description:
        'drop-oldest: oldest readings go first and are counted; refuse: sensors are not acknowledged',
    }),
    appendPatienceMs: Type.Integer({
      minimum: 0,
      default: 20_000,
      description: 'how long a full or failing disk keeps senders waiting before their connection is dropped',
    }),
    gatherMs: Type.Number({
      minimum: 0,
      maximum: 1_000,
      default: 10,
      description:
        'while readings keep coming they wait at most so long to share a sync (less where many come); larger spares the card and CPU, smaller acknowledges sooner',
    }),
    replayBytes: Type.Integer({
      minimum: 0,
      default: 1 << 20,
      description: 'of the tail, to fill windows at start',
    }),
  },
  { additionalProperties: false, default: {} },
);

const DeadLettersConfig = Type.Object(
  {
    countMax: Type.Integer({ minimum: 1, default: 100_000 }),
    bytesMax: Type.Integer({ minimum: 1_024, default: 64 << 20 }),
    ageDaysMax: Type.Number({
      exclusiveMinimum: 0,
      default: 90,
      description: 'older ones are dropped by the retention job',
    }),
  },
  { additionalProperties: false, default: {} },
);

const JobsConfig = Type.Object(
  {
    statistics: ScheduleText('0 * * * * *'),
    retention: ScheduleText('30 0 * * * *'),
  },
  { additionalProperties: false, default: {} },
);

export const GatewayConfig = Type.Object(
  {
    gateway: Type.String({
      pattern: identifierPattern,
      default: 'gateway-1',
      description: 'its name, unique for its cloud',
    }),
    dataDir: Type.String({ minLength: 1 }),
    machineTypesDir: Type.Optional(
      Type.String({
        description: 'own machine types, *.toml, beside the built-in ones',
      }),
    ),
    routes: Type.Array(RouteRule, {
      default: [
        { topic: 'telemetry/{site}/{machine}', format: 'json' },
        { topic: 'telemetry/{site}/{machine}/{sensor}', format: 'number' },
        { topic: 'lifecycle/{site}/{machine}', format: 'lifecycle' },
      ],
    }),
    machines: Type.Array(MachineRule, {
      default: [{ match: 'lab/*', type: 'generic' }],
    }),
    unknownMachines: Type.String({
      default: 'dead-letter',
      description: 'dead-letter, or a machine type to take',
    }),
    machinesMax: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 100_000,
    }),
    timestamps: Timestamps,
    broker: BrokerConfig,
    serial: SerialConfig,
    journal: JournalConfig,
    deadLetters: DeadLettersConfig,
    intelligence: IntelligenceConfig,
    decisions: AlertDecisionConfig,
    uplink: UplinkConfig,
    http: GatewayHttpConfig,
    jobs: JobsConfig,
  },
  { additionalProperties: false },
);
export type GatewayConfig = Static<typeof GatewayConfig>;

/** What the broker stores: what its own configuration says, and every topic that a route takes, or it would be lost. */
export function storedTopics({ broker, routes }: Pick<GatewayConfig, 'broker' | 'routes'>): string[] {
  const stored = broker.telemetryFilters.map((text) => parseFilter(text));
  const isStored = (text: string) => {
    const filter = parseFilter(text);
    return filter !== null && stored.some((each) => each !== null && covers(each, filter));
  };
  const further = routes.map(({ topic }) => filterOfPattern(topic)).filter((filter) => !isStored(filter));
  return [...broker.telemetryFilters, ...new Set(further)];
}
