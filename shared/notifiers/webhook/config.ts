import { type Static, Type } from '@sinclair/typebox';
import { commonSettings } from '../settings.ts';

export const WebhookConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      pattern: '^https?://[^\\s/?#@]+([/?#]\\S*)?$',
      form: 'an address such as https://HOST/PATH, without user and password',
      description: 'The address that each notification is posted to, without user and password.',
      examples: ['https://example.org/hook'],
    }),
    secret: Type.Optional(
      Type.String({
        minLength: 16,
        description:
          'Signs each request (HMAC-SHA256), so that the receiver knows who sent it; best from an environment variable.',
        examples: [`\${HARBINGER_HOOK_SECRET}`],
      }),
    ),
    headers: Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9-]+$' }),
      Type.String({ pattern: '^[ -~]*$', form: 'plain ASCII characters' }),
      {
        additionalProperties: false,
        form: 'names of HTTP headers (letters a–z, digits, -)',
        default: {},
        description: 'HTTP headers to send along; values are best taken from an environment variable.',
        examples: [{ Authorization: `Bearer \${HOOK_TOKEN}` }],
      },
    ),
  },
  { additionalProperties: false },
);
export type WebhookConfig = Static<typeof WebhookConfig>;
