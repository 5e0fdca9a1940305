import { type Static, Type } from '@sinclair/typebox';
import { conditionsTable } from '../shared/conditions/config.ts';
import { filePath } from '../shared/config/schema/file-paths.ts';
import { TimeZone } from '../shared/config/time-zone.ts';
import type { Table } from '../shared/config/toml-files.ts';
import { HeartbeatConfig } from '../shared/heartbeat/config.ts';
import { jobsTable, withSchedulesWrittenOut } from '../shared/jobs/config.ts';
import { AlertsConfig } from '../shared/notifications/config.ts';
import { ApiConfig } from './api/config.ts';
import { cloudConditions } from './conditions/conditions.ts';
import { jobs } from './jobs/jobs.ts';
import { RegistryConfig } from './models/config.ts';
import { OperationsConfig } from './operations/config.ts';
import { GatewayCredentials, receiveSettings } from './receive/config.ts';
import { sinkSettings } from './sink/config.ts';
import { prepareStore, StoreConfig } from './store/config.ts';

/** The way of a batch from the gateways' connections to the store. */
export const IngestConfig = Type.Object(
  { ...receiveSettings, ...sinkSettings },
  {
    additionalProperties: false,
    default: {},
    description: 'Where gateways connect, and how what they send is stored.',
  },
);
export type IngestConfig = Static<typeof IngestConfig>;

/** The cloud's configuration file. Everything has a default but `gateways`: nobody is let in without credentials. */
export const CloudConfig = Type.Object(
  {
    dataDir: Type.Optional(
      Type.String({
        ...filePath,
        description:
          'The folder for the embedded store, alerts and events; --data wins over it. Without either it is ~/.local/share/harbinger/cloud.',
        examples: ['/var/lib/harbinger/cloud'],
      }),
    ),
    machineTypesDir: Type.Optional(
      Type.String({
        ...filePath,
        description:
          'A folder of your own machine types, one *.toml each, beside those of the product; the same as the gateways have.',
        examples: ['/etc/harbinger/types'],
      }),
    ),
    timeZone: TimeZone,
    ingest: IngestConfig,
    gateways: Type.Array(GatewayCredentials, {
      default: [],
      maxItems: 100_000,
      description:
        'The gateways that may connect, each of which can write only as itself. Each has either password or passwordHash.',
    }),
    store: StoreConfig,
    operations: OperationsConfig,
    alerts: AlertsConfig,
    api: ApiConfig,
    models: RegistryConfig,
    heartbeat: HeartbeatConfig,
    conditions: conditionsTable(
      cloudConditions.map(({ name }) => name),
      {
        gatewaySilentS: Type.Integer({
          minimum: 1,
          maximum: 86_400,
          default: 300,
          description:
            'A gateway that is not connected for so long is silent, which is an alert; one that is often lost for longer is told later, at most after twelve times as long.',
        }),
        stormMachinesMin: Type.Integer({
          minimum: 2,
          maximum: 10_000,
          default: 10,
          description:
            'When alerts of so many machines of one site open within `stormWindowMin`, a common cause is likely: one alert says so (`site-degraded`), and warnings of single machines of that site wait until it is over; what is critical does not.',
        }),
        stormPercentMin: Type.Number({
          minimum: 1,
          maximum: 100,
          default: 30,
          description: 'And these are at least so many per cent of the machines of that site.',
        }),
        stormWindowMin: Type.Integer({
          minimum: 1,
          maximum: 120,
          default: 5,
          description:
            'See `stormMachinesMin`; in minutes. It is over when fewer than half as many open within this time.',
        }),
      },
    ),
    jobs: jobsTable(jobs),
  },
  { additionalProperties: false },
);
export type CloudConfig = Static<typeof CloudConfig>;

/** Fills in the keys that select a kind (such as `store.kind`), and writes out short schedules, before validation. */
export function prepareCloudConfig(table: Table): Table {
  return {
    ...table,
    ...(table.store !== undefined && { store: prepareStore(table.store) }),
    ...(table.jobs !== undefined && { jobs: withSchedulesWrittenOut(table.jobs) }),
  };
}

/** Parts of a running cloud that can take something of another configuration. */
export interface Reloaded {
  /** Parts with certificates. */
  sealed: readonly { renewCertificates(): { renewed: number; problems: string[] } }[];
}

/** Gives a running cloud what can change, and has its configuration say it. Certificates are read again, too. */
export function reloadCloud(
  _config: CloudConfig,
  _next: CloudConfig,
  { sealed }: Reloaded,
): { taken: string[]; problems: string[] } {
  return { taken: [], problems: sealed.flatMap((each) => each.renewCertificates().problems) };
}
