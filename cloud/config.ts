import { type Static, Type } from '@sinclair/typebox';
import { AlertsConfig } from './alerts/config.ts';
import { ApiConfig } from './api/config.ts';
import { OperationsConfig } from './operations/config.ts';
import { GatewayCredentials, receiveSettings } from './receive/config.ts';
import { sinkSettings } from './sink/config.ts';
import { StoreConfig } from './store/config.ts';

/** The way of a batch from the gateways' connections to the store. */
export const IngestConfig = Type.Object(
  { ...receiveSettings, ...sinkSettings },
  { additionalProperties: false, default: {} },
);
export type IngestConfig = Static<typeof IngestConfig>;

/** The cloud's configuration file. Everything has a default but `gateways`: nobody is let in without credentials. */
export const CloudConfig = Type.Object(
  {
    dataDir: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'the embedded store, alerts and events; a folder of the user’s',
      }),
    ),
    machineTypesDir: Type.Optional(
      Type.String({
        description: 'own machine types, *.toml, beside the built-in ones; the same as the gateways’',
      }),
    ),
    ingest: IngestConfig,
    gateways: Type.Array(GatewayCredentials, { default: [], maxItems: 100_000 }),
    store: StoreConfig,
    operations: OperationsConfig,
    alerts: AlertsConfig,
    api: ApiConfig,
  },
  { additionalProperties: false },
);
export type CloudConfig = Static<typeof CloudConfig>;
