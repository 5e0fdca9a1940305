import { type Static, Type } from '@sinclair/typebox';
import { identifierPattern } from '../../shared/contract/topics.ts';

/** Where gateways connect: keys of the section `[ingest]`. */
export const receiveSettings = {
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
};
const ReceiveConfig = Type.Object(receiveSettings);
export type ReceiveConfig = Static<typeof ReceiveConfig>;

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
