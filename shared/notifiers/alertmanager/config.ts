import { type Static, Type } from '@sinclair/typebox';
import { pageLinkSetting } from '../chat-settings.ts';
import { commonSettings } from '../settings.ts';

export const AlertmanagerConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
      form: 'an address such as http://HOST:9093, without user, password and ?',
      description: 'The address of the Alertmanager, without /api/v2/alerts.',
      examples: ['http://127.0.0.1:9093'],
    }),
    user: Type.Optional(
      Type.String({
        pattern: '^[^:]+$',
        form: 'a name without :',
        description: 'The user, where a proxy before it asks for one.',
        examples: ['harbinger'],
      }),
    ),
    password: Type.Optional(
      Type.String({
        writeOnly: true,
        description: 'The password of the user; best from an environment variable.',
        examples: [`\${ALERTMANAGER_PASSWORD}`],
      }),
    ),
    token: Type.Optional(
      Type.String({
        writeOnly: true,
        minLength: 1,
        pattern: '^[ -~]*$',
        form: 'plain ASCII characters',
        description: 'A bearer token, in place of user and password; best from an environment variable.',
        examples: [`\${ALERTMANAGER_TOKEN}`],
      }),
    ),
    labels: Type.Record(
      Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' }),
      Type.String({ minLength: 1, maxLength: 200 }),
      {
        additionalProperties: false,
        form: 'names of labels (letters a–z, digits, _)',
        default: {},
        description: 'Labels that each alert gets beside its own, for routes.',
        examples: [{ team: 'maintenance' }],
      },
    ),
    ...pageLinkSetting,
  },
  { additionalProperties: false },
);
export type AlertmanagerConfig = Static<typeof AlertmanagerConfig>;
