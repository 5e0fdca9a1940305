import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../shared/config/problem.ts';
import { identifierPattern } from '../../shared/contract/topics.ts';
import { type PemOwner, readCertificates } from '../../shared/security/pem-files.ts';

export const NotifierFilter = Type.Object(
  {
    severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')], {
      default: 'warning',
      description: 'The least severe alerts to be told of.',
    }),
    sites: Type.Optional(
      Type.Array(Type.String({ pattern: identifierPattern }), {
        minItems: 1,
        maxItems: 1_000,
        description: 'Only alerts of these sites; without it those of all.',
        examples: [['hall-1', 'hall-2']],
      }),
    ),
    changes: Type.Array(
      Type.Union([Type.Literal('opened'), Type.Literal('updated'), Type.Literal('resolved')]),
      {
        minItems: 1,
        default: ['opened', 'updated', 'resolved'],
        description: 'The changes of an alert to be told of.',
      },
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Which alerts this notifier is told of; without it all.',
  },
);
export type NotifierFilter = Static<typeof NotifierFilter>;

const common = {
  name: Type.String({
    pattern: identifierPattern,
    description: 'A name of your choice, unique among all notifiers.',
    examples: ['technicians'],
  }),
  filter: NotifierFilter,
  timeoutMs: Type.Integer({
    minimum: 100,
    maximum: 300_000,
    default: 10_000,
    description: 'How long one attempt may take.',
  }),
  attemptsMax: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 50,
    description: 'Attempts after which a notification is given up and becomes a dead letter.',
  }),
  backoffFirstMs: Type.Integer({
    minimum: 10,
    maximum: 3_600_000,
    default: 1_000,
    description: 'The wait before the second attempt; it doubles each time.',
  }),
  backoffMaxMs: Type.Integer({
    minimum: 10,
    maximum: 3_600_000,
    default: 600_000,
    description: 'The longest wait between two attempts.',
  }),
};

export const WebhookConfig = Type.Object(
  {
    ...common,
    url: Type.String({
      pattern: '^https?://[^\\s/?#@]+([/?#]\\S*)?$',
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
    headers: Type.Record(Type.String({ pattern: '^[A-Za-z0-9-]+$' }), Type.String({ pattern: '^[ -~]*$' }), {
      default: {},
      description: 'HTTP headers to send along; values are best taken from an environment variable.',
      examples: [{ Authorization: `Bearer \${HOOK_TOKEN}` }],
    }),
  },
  { additionalProperties: false },
);
export type WebhookConfig = Static<typeof WebhookConfig>;

const address = { pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254 };

export const EmailConfig = Type.Object(
  {
    ...common,
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
        description:
          'PEM file of the authority that signed the server’s certificate, where it is none that the system knows.',
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
        description: 'The address of this cloud’s page, for the link in each mail.',
        examples: ['https://harbinger.example.org'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type EmailConfig = Static<typeof EmailConfig>;

export const MqttNotifierConfig = Type.Object(
  {
    ...common,
    url: Type.String({
      pattern: '^(mqtts?|wss?)://[^\\s/?#@]+([/?#]\\S*)?$',
      description: 'The address of the MQTT broker, without user and password.',
      examples: ['mqtts://broker.example.org:8883'],
    }),
    topic: Type.String({
      default: 'alerts/{site}/{machine}',
      pattern: '^[^+#\\s]+$',
      description: 'The topic of each notification; {site}, {machine} and {change} are filled in.',
    }),
    clientId: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'The MQTT client identifier, where the broker expects a certain one.',
        examples: ['harbinger-alerts'],
      }),
    ),
    user: Type.Optional(
      Type.String({ description: 'The user, where the broker asks for one.', examples: ['harbinger'] }),
    ),
    password: Type.Optional(
      Type.String({
        description: 'The password; best from an environment variable.',
        examples: [`\${ALERTS_MQTT_PASSWORD}`],
      }),
    ),
    caFile: Type.Optional(
      Type.String({
        description:
          'PEM file of the authority that signed the broker’s certificate, where it is none that the system knows.',
        examples: ['/etc/harbinger/broker-ca.pem'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type MqttNotifierConfig = Static<typeof MqttNotifierConfig>;

/** `[[alerts.webhook]]`, `[[alerts.email]]` and `[[alerts.mqtt]]`, any number of each. */
export const AlertsConfig = Type.Object(
  {
    webhook: Type.Array(WebhookConfig, {
      default: [],
      maxItems: 50,
      description: 'Posts each change of an alert to an HTTP address, as a CloudEvent.',
    }),
    email: Type.Array(EmailConfig, {
      default: [],
      maxItems: 50,
      description: 'Sends each change of an alert as a mail.',
    }),
    mqtt: Type.Array(MqttNotifierConfig, {
      default: [],
      maxItems: 50,
      description: 'Publishes each change of an alert to an MQTT broker.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Who is told of alerts: any number of notifiers of each kind, each with its own queue.',
  },
);
export type AlertsConfig = Static<typeof AlertsConfig>;

/** Names that two notifiers share: notifications are kept by them. */
export function notifierProblems(config: AlertsConfig): ConfigProblem[] {
  const names = new Set<string>();
  return Object.entries(config).flatMap(([kind, notifiers]) =>
    notifiers.flatMap(({ name }, i) => {
      const isTaken = names.has(name);
      names.add(name);
      const message = `two notifiers in [alerts] are named '${name}'`;
      return isTaken ? [invalid(`alerts.${kind}[${i}].name`, message)] : [];
    }),
  );
}

export const tlsOwner: PemOwner = { code: 'ALERTS_TLS_FILES', stage: 'alerts', retry: true };

/**
 * Reads the certificate of the authority that a notifier names, if it names one.
 * @throws HarbingerError ALERTS_TLS_FILES (retry: the file may be put right)
 */
export function readCaFile(
  { name, caFile }: { name: string; caFile?: string },
  kind: 'email' | 'mqtt',
): { ca?: Buffer } {
  if (caFile === undefined) return {};
  return { ca: readCertificates(caFile, `caFile of alerts.${kind} '${name}'`, tlsOwner) };
}
