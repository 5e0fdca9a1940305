import { type Static, Type } from '@sinclair/typebox';
import { httpSettings } from '../../shared/http/settings.ts';

export const ApiConfig = Type.Object(
  {
    ...httpSettings(8080),
    streamClientsMax: Type.Integer({
      default: 64,
      minimum: 1,
      maximum: 4_096,
      description: 'Pages and other readers of the live stream at once.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'The page and the HTTP API.' },
);
export type ApiConfig = Static<typeof ApiConfig>;
