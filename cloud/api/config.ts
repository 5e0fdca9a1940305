import { type Static, Type } from '@sinclair/typebox';
import { httpSettings } from '../../shared/runtime/http-server.ts';

export const ApiConfig = Type.Object(
  {
    ...httpSettings(8080),
    streamClientsMax: Type.Integer({ default: 64, minimum: 1, maximum: 4_096 }),
  },
  { additionalProperties: false, default: {} },
);
export type ApiConfig = Static<typeof ApiConfig>;
