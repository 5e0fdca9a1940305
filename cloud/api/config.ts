import { type Static, Type } from '@sinclair/typebox';

export const ApiConfig = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', minLength: 1, maxLength: 255 }),
    port: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: '0: any free port' }),
    token: Type.Optional(
      Type.String({
        minLength: 16,
        maxLength: 512,
        description: 'what callers present as `Authorization: Bearer …`, and what the page asks for',
      }),
    ),
    openOnLoopback: Type.Boolean({
      default: false,
      description:
        'without a token: let callers on this computer in. Only where `host` is a loopback address',
    }),
    streamClientsMax: Type.Integer({ default: 64, minimum: 1, maximum: 4_096 }),
  },
  { additionalProperties: false, default: {} },
);
export type ApiConfig = Static<typeof ApiConfig>;
