import { type Static, Type } from '@sinclair/typebox';
import { httpSettings } from '../../shared/http/settings.ts';

export const ApiConfig = Type.Object(
  {
    ...httpSettings(8080, 'cloud'),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        form: 'an address that begins with http:// or https://',
        description:
          'The address under which people open the page: mails, ntfy, webhooks and MQTT notifiers get a link to the machine that an alert is about. A notifier may have another one (link).',
        examples: ['https://harbinger.example.org'],
      }),
    ),
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
