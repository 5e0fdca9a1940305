import { Type } from '@sinclair/typebox';

/** Settings common to both servers, for a configuration schema. They load no server. */
export const httpSettings = (defaultPort: number) => ({
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
});
