import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../config/schema/file-paths.ts';
import { commonSettings } from '../settings.ts';

const address = {
  pattern: '^[^\\s@]+@[^\\s@]+$',
  form: 'a mail address such as name@example.org',
  maxLength: 254,
};

export const EmailConfig = Type.Object(
  {
    ...commonSettings,
    host: Type.String({ minLength: 1, description: 'The mail server.', examples: ['smtp.example.org'] }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 587, description: 'Its port.' }),
    security: Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')], {
      default: 'starttls',
      description:
        'starttls: encrypted after greeting, and not sent without that; tls: encrypted from the start (usually port 465); none: not encrypted, only inside a trusted network.',
    }),
    user: Type.Optional(
      Type.String({ description: 'The user, where the server asks for one.', examples: ['harbinger'] }),
    ),
    password: Type.Optional(
      Type.String({
        description: 'The password; best from an environment variable.',
        examples: [`\${SMTP_PASSWORD}`],
      }),
    ),
    caFile: Type.Optional(
      Type.String({
        ...filePath,
        description:
          'PEM file of the authority that signed the server’s certificate; needed if the system does not know that authority.',
        examples: ['/etc/harbinger/mail-ca.pem'],
      }),
    ),
    from: Type.String({
      ...address,
      description: 'The sender’s address.',
      examples: ['harbinger@example.org'],
    }),
    to: Type.Array(Type.String(address), {
      minItems: 1,
      maxItems: 50,
      description: 'The addresses that mails go to.',
      examples: [['technicians@example.org']],
    }),
    link: Type.Optional(
      Type.String({
        pattern: '^https?://',
        form: 'an address that begins with http:// or https://',
        description:
          'The address of the cloud’s page, for the link to the machine in each mail, in place of api.publicUrl (at a gateway: uplink.publicUrl).',
        examples: ['https://harbinger.example.org'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type EmailConfig = Static<typeof EmailConfig>;
