/** Settings that notifiers of chats and on-call services share. */
import { Type } from '@sinclair/typebox';

/** An address that is as good as a password, because it holds one. */
export const secretUrl = {
  writeOnly: true,
  pattern: '^https?://[^\\s/?#@]+([/?]\\S*)?$',
  form: 'an address such as https://HOST/PATH, without user and password',
  maxLength: 2_000,
};

export const pageLinkSetting = {
  link: Type.Optional(
    Type.String({
      pattern: '^https?://',
      form: 'an address that begins with http:// or https://',
      description:
        'The address of the cloud’s page, for the link in each message, in place of api.publicUrl (at a gateway: uplink.publicUrl).',
      examples: ['https://harbinger.example.org'],
    }),
  ),
};
