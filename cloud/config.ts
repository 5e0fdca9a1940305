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
import type { Table } from '../shared/config/toml-files.ts';
import { HeartbeatConfig } from '../shared/heartbeat/config.ts';
import { withToken } from '../shared/http/api-token.ts';
import { jobsTable, withSchedulesWrittenOut } from '../shared/jobs/config.ts';
import { AlertsConfig } from '../shared/notifications/config.ts';
import type { Log } from '../shared/runtime/log.ts';
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

/** Settings that a running cloud follows. */
export const liveInCloud: LiveSettings = {
  settings: [
    'gateways',
    'api.token',
    'api.readToken',
    'api.openOnLoopback',
    'heartbeat',
    'conditions.diskFreePercentMin',
  ],
  restartBecause: {
    ...{ ingest: 'ports and bounds of connections are made when they are opened' },
    ...{ api: 'the port is opened when the process starts' },
    ...{ dataDir: 'the data folder is locked until the process ends' },
    ...{ store: 'the store is opened when the process starts' },
    ...{ alerts: 'notifiers are made when the process starts' },
  },
  essential: { gateways: [], 'api.token': undefined },
};

export interface FollowingParts {
  /** Names of the gateways that may connect, as all parts of the cloud know them. */
  gateways: string[];
  credentials: { add(name: string, known: object): void; remove(name: string): void };
  contacts: { configure(gateways: readonly string[]): void };
  listener: {
    end(gateways: readonly string[]): void;
    renewCertificates(): { problems: string[] };
  };
  api: {
    follow(config: CloudConfig['api']): void;
    renewCertificates(): { problems: string[] };
    offerConfig(admin: ConfigAdmin): void;
  };
  /** Trains by the API of this cloud. */
  training: { opened(api: CloudConfig['api'], httpPort: number): void };
  httpPort: number;
  heartbeat: { follow(config: CloudConfig['heartbeat']): void };
  configTrouble: ConfigTrouble;
}

/** Gives a running cloud what can change. Certificates are read again, too. */
export function createReload(
  running: CloudConfig,
  read: (() => CloudConfig) | undefined,
  parts: FollowingParts & { dataDir: string; log: Log },
): ConfigReload<CloudConfig> {
  const { api, heartbeat, listener, training, httpPort, configTrouble: trouble, dataDir, log } = parts;
  const followApi = () => {
    const settings = withToken(running.api, dataDir, log);
    api.follow(settings);
    training.opened(settings, httpPort);
  };
  let known = running.gateways;
  const reload = new ConfigReload<CloudConfig>({
    ...{ running, live: liveInCloud, read: read ?? (() => running), trouble, log },
    take: (_next, inForce) => {
      if (inForce.includes('gateways')) followGateways(known, running.gateways, parts);
      known = running.gateways;
      if (inForce.some((setting) => setting.startsWith('api.'))) followApi();
      if (inForce.some((setting) => setting.startsWith('heartbeat'))) heartbeat.follow(running.heartbeat);
      return [listener, api].flatMap((each) => each.renewCertificates().problems);
    },
  });
  api.offerConfig(reload);
  return reload;
}

type Gateways = CloudConfig['gateways'];

/** Lets in who is listed now. Those that were left out, or have another password, lose their connection. */
function followGateways(
  before: Gateways,
  after: Gateways,
  { gateways, credentials, contacts, listener }: FollowingParts,
): void {
  const now = new Map(after.map((gateway) => [gateway.id, gateway]));
  const isSame = (gateway: Gateways[number]) =>
    JSON.stringify(gateway) === JSON.stringify(now.get(gateway.id) ?? null);
  const ended = before.filter((gateway) => !isSame(gateway)).map(({ id }) => id);
  for (const id of ended) credentials.remove(id);
  for (const gateway of after)
    if (!before.some((each) => isSame(each) && each.id === gateway.id)) credentials.add(gateway.id, gateway);
  gateways.splice(0, gateways.length, ...now.keys());
  contacts.configure(gateways);
  listener.end(ended);
}
