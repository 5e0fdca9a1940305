import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../config/schema/file-paths.ts';

const HttpTls = (side: string) =>
  Type.Object(
    {
      certFile: Type.String({
        ...filePath,
        description: 'PEM file of the certificate, with its chain.',
        examples: [`/etc/harbinger/certs/${side}.crt`],
      }),
      keyFile: Type.String({
        ...filePath,
        description: 'PEM file of its private key.',
        examples: [`/etc/harbinger/certs/${side}.key`],
      }),
    },
    {
      additionalProperties: false,
      description:
        'With this table the port speaks HTTPS (TLS 1.2 and 1.3), and nothing else. A renewed certificate is in use within 30 s.',
    },
  );
export type HttpTls = Static<ReturnType<typeof HttpTls>>;

/** Settings common to both servers, for a configuration schema. They load no server. */
export const httpSettings = (defaultPort: number, side: 'cloud' | 'gateway') => ({
  host: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    maxLength: 255,
    description: 'The address to listen on; 0.0.0.0 for all of this computer’s.',
  }),
  port: Type.Integer({
    default: defaultPort,
    minimum: 0,
    maximum: 65_535,
    description: 'The port to listen on; 0 takes any free one. --http-port wins over it.',
  }),
  token: Type.Optional(
    Type.String({
      minLength: 16,
      maxLength: 512,
      description:
        'What callers must send as `Authorization: Bearer …`; best from an environment variable. Without it, one is made and kept in the data folder.',
      examples: [`\${HARBINGER_TOKEN}`],
    }),
  ),
  readToken: Type.Optional(
    Type.String({
      minLength: 16,
      maxLength: 512,
      description:
        'A second token for those who may look and change nothing, such as a display or Prometheus.',
      examples: [`\${HARBINGER_READ_TOKEN}`],
    }),
  ),
  openOnLoopback: Type.Boolean({
    default: false,
    description: 'Lets programs on this computer in without a token; only where host is a loopback address.',
  }),
  tls: Type.Optional(HttpTls(side)),
});
