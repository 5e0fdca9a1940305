import { type Static, Type } from '@sinclair/typebox';

export const GatewayHttpConfig = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', minLength: 1, maxLength: 255 }),
    port: Type.Integer({ default: 8081, minimum: 0, maximum: 65_535, description: '0: any free port' }),
    token: Type.Optional(
      Type.String({
        minLength: 16,
        maxLength: 512,
        description: 'what callers present as `Authorization: Bearer …`; best from the environment',
      }),
    ),
    openOnLoopback: Type.Boolean({
      default: false,
      description:
        'without a token: let programs on this computer in. Only where `host` is a loopback address',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type GatewayHttpConfig = Static<typeof GatewayHttpConfig>;
