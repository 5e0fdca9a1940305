import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../shared/config/problem.ts';
import { identifierPattern } from '../../shared/contract/topics.ts';
import { type PemOwner, readCertificates } from '../../shared/runtime/pem-files.ts';

export const NotifierFilter = Type.Object(
  {
    severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')], {
      default: 'warning',
      description: 'the least severe to be told of',
    }),
    sites: Type.Optional(
      Type.Array(Type.String({ pattern: identifierPattern }), { minItems: 1, maxItems: 1_000 }),
    ),
    changes: Type.Array(
      Type.Union([Type.Literal('opened'), Type.Literal('updated'), Type.Literal('resolved')]),
      { minItems: 1, default: ['opened', 'updated', 'resolved'] },
    ),
  },
  { additionalProperties: false, default: {} },
);
export type NotifierFilter = Static<typeof NotifierFilter>;

const common = {
  name: Type.String({ pattern: identifierPattern, description: 'unique among all notifiers' }),
  filter: NotifierFilter,
  timeoutMs: Type.Integer({
    minimum: 100,
    maximum: 300_000,
    default: 10_000,
    description: 'for one attempt',
  }),
  attemptsMax: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 50,
    description: 'then it is a dead letter',
  }),
  backoffFirstMs: Type.Integer({ minimum: 10, maximum: 3_600_000, default: 1_000 }),
  backoffMaxMs: Type.Integer({ minimum: 10, maximum: 3_600_000, default: 600_000 }),
};

export const WebhookConfig = Type.Object(
  {
    ...common,
    url: Type.String({ pattern: '^https?://[^\\s/?#@]+([/?#]\\S*)?$' }),
    secret: Type.Optional(
      Type.String({
        minLength: 16,
        description: 'signs each request (HMAC-SHA256); best from an environment variable',
      }),
    ),
    headers: Type.Record(Type.String({ pattern: '^[A-Za-z0-9-]+$' }), Type.String({ pattern: '^[ -~]*$' }), {
      default: {},
      description: 'sent along, e.g. Authorization; values best from an environment variable',
    }),
  },
  { additionalProperties: false },
);
export type WebhookConfig = Static<typeof WebhookConfig>;

const Address = Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254 });

export const EmailConfig = Type.Object(
  {
    ...common,
    host: Type.String({ minLength: 1 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 587 }),
    security: Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')], {
      default: 'starttls',
      description: 'starttls: refuse to go on without it; none: only inside a trusted network',
    }),
    user: Type.Optional(Type.String()),
    password: Type.Optional(Type.String({ description: 'best from an environment variable' })),
    caFile: Type.Optional(
      Type.String({ description: 'PEM of the authority that signed the server’s certificate' }),
    ),
    from: Address,
    to: Type.Array(Address, { minItems: 1, maxItems: 50 }),
    link: Type.Optional(Type.String({ pattern: '^https?://', description: 'address of this cloud’s page' })),
  },
  { additionalProperties: false },
);
export type EmailConfig = Static<typeof EmailConfig>;

export const MqttNotifierConfig = Type.Object(
  {
    ...common,
    url: Type.String({ pattern: '^(mqtts?|wss?)://[^\\s/?#@]+([/?#]\\S*)?$' }),
    topic: Type.String({
      default: 'alerts/{site}/{machine}',
      pattern: '^[^+#\\s]+$',
      description: '{site}, {machine} and {change} are filled in',
    }),
    clientId: Type.Optional(Type.String({ maxLength: 64 })),
    user: Type.Optional(Type.String()),
    password: Type.Optional(Type.String({ description: 'best from an environment variable' })),
    caFile: Type.Optional(
      Type.String({ description: 'PEM of the authority that signed the broker’s certificate' }),
    ),
  },
  { additionalProperties: false },
);
export type MqttNotifierConfig = Static<typeof MqttNotifierConfig>;

/** `[[alerts.webhook]]`, `[[alerts.email]]` and `[[alerts.mqtt]]`, any number of each. */
export const AlertsConfig = Type.Object(
  {
    webhook: Type.Array(WebhookConfig, { default: [], maxItems: 50 }),
    email: Type.Array(EmailConfig, { default: [], maxItems: 50 }),
    mqtt: Type.Array(MqttNotifierConfig, { default: [], maxItems: 50 }),
  },
  { additionalProperties: false, default: {} },
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
