import { type Static, Type } from '@sinclair/typebox';
import { identifierPattern } from '../../shared/contract/topics.ts';

export const IngestConfig = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', minLength: 1 }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 1884 }),
    tls: Type.Optional(
      Type.Object(
        {
          certFile: Type.String({ description: 'PEM, with the chain' }),
          keyFile: Type.String({ description: 'PEM' }),
          clientCaFile: Type.Optional(
            Type.String({ description: 'PEM; gateways must then show a certificate by it' }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    connectionsMax: Type.Integer({ minimum: 1, maximum: 100_000, default: 1_000 }),
    storeWaitMsMax: Type.Integer({
      minimum: 100,
      maximum: 45_000,
      default: 20_000,
      description:
        'how long a batch is tried while the store is away; then the connection is closed, unacknowledged',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type IngestConfig = Static<typeof IngestConfig>;

/** One gateway's own credentials: its id is its MQTT user name. */
export const GatewayCredentials = Type.Object(
  {
    id: Type.String({ pattern: identifierPattern }),
    password: Type.Optional(Type.String({ minLength: 8, description: 'best from an environment variable' })),
    passwordHash: Type.Optional(Type.String({ description: 'from `harbinger config hash-password`' })),
  },
  { additionalProperties: false },
);
export type GatewayCredentials = Static<typeof GatewayCredentials>;
