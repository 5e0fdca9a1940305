import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../shared/config/schema/file-paths.ts';
import { plainName } from '../../shared/contract/topics.ts';

/** The keys of the section `[ingest]` for the port that gateways connect to. */
export const receiveSettings = {
  host: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description: 'The address to listen on; 0.0.0.0 for all of this computer’s.',
  }),
  port: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 1884,
    description: 'The port for gateways; 0 takes any free one. --mqtt-port wins over it.',
  }),
  tls: Type.Optional(
    Type.Object(
      {
        certFile: Type.String({
          ...filePath,
          description: 'PEM file of the certificate, with its chain.',
          examples: ['/etc/harbinger/cloud.crt'],
        }),
        keyFile: Type.String({
          ...filePath,
          description: 'PEM file of its private key.',
          examples: ['/etc/harbinger/cloud.key'],
        }),
        clientCaFile: Type.Optional(
          Type.String({
            ...filePath,
            description:
              'PEM file of an authority: with it, gateways must show a certificate that this authority has signed.',
            examples: ['/etc/harbinger/gateways-ca.pem'],
          }),
        ),
      },
      {
        additionalProperties: false,
        description: 'With this table the port speaks TLS, and nothing else.',
      },
    ),
  ),
  connectionsMax: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 1_000,
    description: 'Gateways connected at once; a further one is refused.',
  }),
};
const ReceiveConfig = Type.Object(receiveSettings);
export type ReceiveConfig = Static<typeof ReceiveConfig>;

/** One gateway's own credentials: its id is its MQTT user name. */
export const GatewayCredentials = Type.Object(
  {
    id: Type.String({
      ...plainName,
      description: 'The gateway’s name, as its own configuration has it.',
      examples: ['site1-gw1'],
    }),
    password: Type.Optional(
      Type.String({
        minLength: 8,
        description: 'Its password; best from an environment variable.',
        examples: [`\${HARBINGER_UPLINK_PASSWORD}`],
      }),
    ),
    passwordHash: Type.Optional(
      Type.String({
        description: 'In place of password: what `harbinger config hash-password` prints.',
        examples: ['scrypt:16384:8:1:SALT:HASH'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type GatewayCredentials = Static<typeof GatewayCredentials>;
