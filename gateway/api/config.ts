import { type Static, Type } from '@sinclair/typebox';
import { httpSettings } from '../../shared/http/settings.ts';

export const GatewayHttpConfig = Type.Object(httpSettings(8081, 'gateway'), {
  additionalProperties: false,
  default: {},
  description: 'The gateway’s own HTTP API: status, dead letters, metrics.',
});
export type GatewayHttpConfig = Static<typeof GatewayHttpConfig>;
