import { type Static, Type } from '@sinclair/typebox';
import { commonSettings } from '../settings.ts';

export const NtfyConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      default: 'https://ntfy.sh',
      pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
      form: 'an address such as https://HOST, without user, password and ?',
      description: 'The address of the ntfy server, without the topic.',
    }),
    topic: Type.String({
      writeOnly: true,
      pattern: '^[-_A-Za-z0-9]{1,64}$',
      form: 'up to 64 letters (a–z), digits, - and _',
      description: 'The topic that phones subscribe to. On a public server it is as good as a password.',
      examples: ['plant-7-maintenance'],
    }),
    token: Type.Optional(
      Type.String({
        minLength: 1,
        pattern: '^[ -~]*$',
        form: 'plain ASCII characters',
        description: 'An access token, where the topic is protected; best from an environment variable.',
        examples: [`\${NTFY_TOKEN}`],
      }),
    ),
    link: Type.Optional(
      Type.String({
        pattern: '^https?://',
        form: 'an address that begins with http:// or https://',
        description:
          'The address of the cloud’s page, in place of api.publicUrl (at a gateway: uplink.publicUrl): its page about the machine opens when the notification is tapped.',
        examples: ['https://harbinger.example.org'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type NtfyConfig = Static<typeof NtfyConfig>;
