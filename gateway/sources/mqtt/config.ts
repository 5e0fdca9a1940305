import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../../shared/config/schema/file-paths.ts';

const filters = (description: string, byDefault: string[]) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
    description,
    default: byDefault,
    maxItems: 100,
  });

export const BrokerUser = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[^\\s/+#]+$',
      form: 'a name without blanks, slashes, + and #',
      description: 'The name that sensors log in with; without blanks, slashes, + and #.',
      examples: ['sensors'],
    }),
    password: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The password; best from an environment variable.',
        examples: [`\${HARBINGER_SENSOR_PASSWORD}`],
      }),
    ),
    passwordHash: Type.Optional(
      Type.String({
        description: 'In place of password: what `harbinger config hash-password` prints.',
        examples: ['scrypt:16384:8:1:SALT:HASH'],
      }),
    ),
    publish: filters(
      'Topic filters that the user may publish to: MQTT wildcards, and {user} and {client} as whole levels. Messages under lifecycle/ end the alerts of a machine, or keep it from raising any, so give that right to people, not to sensors. Below harbinger/ only the gateway itself publishes.',
      ['telemetry/#'],
    ),
    subscribe: filters(
      'Topic filters that the user may subscribe to; a subscription must lie within one of them. harbinger/# has the open alerts, for stack lights, HMIs and PLCs.',
      [],
    ),
  },
  { additionalProperties: false },
);

const BrokerTls = (description: string) =>
  Type.Object(
    {
      certFile: Type.String({
        ...filePath,
        description: 'PEM file of the certificate, with its chain.',
        examples: ['/etc/harbinger/gateway.crt'],
      }),
      keyFile: Type.String({
        ...filePath,
        description: 'PEM file of its private key.',
        examples: ['/etc/harbinger/gateway.key'],
      }),
      clientCaFile: Type.Optional(
        Type.String({
          ...filePath,
          description: 'PEM file of the authority that issues certificates to devices.',
          examples: ['/etc/harbinger/ca.crt'],
        }),
      ),
      clientCertificates: Type.Optional(
        Type.Union([Type.Literal('optional'), Type.Literal('required')], {
          description:
            'Whether a client must show a certificate that clientCaFile has issued, or may. With clientCaFile it must, unless this says otherwise; optional without it is for devices that are known by their fingerprint.',
          examples: ['optional'],
        }),
      ),
    },
    { additionalProperties: false, description },
  );
export type BrokerTls = Static<ReturnType<typeof BrokerTls>>;

export const BrokerListener = Type.Object(
  {
    host: Type.Optional(
      Type.String({ description: 'The address to listen on. Default: broker.host.', examples: ['0.0.0.0'] }),
    ),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 8883,
      description: 'The port; 0 takes any free one.',
    }),
    transport: Type.Union([Type.Literal('tcp'), Type.Literal('websocket')], {
      default: 'tcp',
      description: 'MQTT over tcp, or over websocket.',
    }),
    tls: Type.Optional(BrokerTls('With this table the port speaks TLS, and nothing else.')),
  },
  { additionalProperties: false },
);

/** The listener for sensors: MQTT 5, 3.1.1 and 3.1 over TCP or TLS, and over WebSocket. */
export const BrokerConfig = Type.Object(
  {
    host: Type.String({
      default: '127.0.0.1',
      description: 'The address to listen on; 0.0.0.0 for all of this computer’s.',
    }),
    port: Type.Integer({
      default: 1883,
      minimum: 0,
      maximum: 65_535,
      description: 'The port for MQTT; 0 takes any free one. --mqtt-port wins over it.',
    }),
    websocketPort: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description:
          'The port for MQTT over WebSocket, encrypted where tls is set. Without it there is none.',
        examples: [9001],
      }),
    ),
    tls: Type.Optional(BrokerTls('With this table port and websocketPort speak TLS, and nothing else.')),
    listeners: Type.Array(BrokerListener, {
      default: [],
      maxItems: 16,
      description:
        'Further ports, each plain or with TLS, over TCP or WebSocket: so that devices that cannot speak TLS and others that do are served at once.',
    }),
    users: Type.Array(BrokerUser, {
      default: [],
      maxItems: 10_000,
      description: 'Who may connect. Each user has either password or passwordHash.',
    }),
    anonymous: Type.Union([Type.Literal('refuse'), Type.Literal('loopback')], {
      default: 'refuse',
      description:
        'Clients without a user name: refuse, or loopback, which lets programs on this computer in; host must then be a loopback address too.',
    }),
    telemetryFilters: filters(
      'Topics whose messages are stored before they are acknowledged. Those of the routes are added.',
      ['telemetry/#', 'lifecycle/#'],
    ),
    packetBytesMax: Type.Integer({
      default: 262_144,
      minimum: 1_024,
      maximum: 16_777_216,
      description: 'The largest MQTT packet; a connection that sends a larger one is closed.',
    }),
    connectionsMax: Type.Integer({
      default: 2_000,
      minimum: 1,
      maximum: 100_000,
      description: 'Clients at once; a further one is refused, and counted.',
    }),
    connectTimeoutMs: Type.Integer({
      default: 10_000,
      minimum: 100,
      maximum: 300_000,
      description: 'How long a client may take from opening the connection to its login.',
    }),
    pendingBytesMax: Type.Integer({
      default: 67_108_864,
      minimum: 1_048_576,
      description:
        'Payload that waits to become durable; above it the broker stops reading from its clients.',
    }),
    unfinishedBytesMax: Type.Integer({
      default: 33_554_432,
      minimum: 65_536,
      description:
        'Space that one user may have for packets that have begun and are not whole yet, or one address before it signs in, but at least that of four packets of packetBytesMax; the connection that needs more is closed. Where several have some, each has no more than it leaves to the others, of twice as much.',
    }),
    packetTimeoutMs: Type.Integer({
      default: 300_000,
      minimum: 1_000,
      maximum: 86_400_000,
      description:
        'How long a packet may take from its first byte to its last, on slow radio links too; then the connection is closed.',
    }),
    willBytesMax: Type.Integer({
      default: 16_777_216,
      minimum: 65_536,
      description:
        'Space for the wills of one user’s clients, those that wait included; a client that leaves a further one is refused. Where several users have some, each has no more than it leaves to the others, of twice as much.',
    }),
    retainedMessagesMax: Type.Integer({
      default: 10_000,
      minimum: 0,
      maximum: 1_000_000,
      description:
        'Retained messages that one user may have; above it those on new topics are forwarded only. Where several users have some, each has no more than it leaves to the others, of twice as many.',
    }),
    retainedBytesMax: Type.Integer({
      default: 16_777_216,
      minimum: 0,
      description:
        'Space for their topics and payloads, shared out in the same way; above it those on new topics are forwarded only.',
    }),
    sessionsMax: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description:
          'Kept sessions that one user may have; a client that needs a further one is refused. Where several users have some, each has no more than it leaves to the others, of twice as many. Without it there may be as many as connectionsMax, but at least 10,000.',
        examples: [10_000],
      }),
    ),
    sessionExpiryHours: Type.Number({
      default: 168,
      exclusiveMinimum: 0,
      description:
        'How long a client may be absent before its session is dropped; with MQTT 5 also the longest that a client may ask for.',
    }),
    subscriptionsMax: Type.Integer({
      default: 100,
      minimum: 0,
      maximum: 10_000,
      description: 'Subscriptions that one client may have.',
    }),
    queueMessagesMax: Type.Integer({
      default: 1_000,
      minimum: 1,
      description: 'Messages kept for one absent client; above it the oldest is dropped, and counted.',
    }),
    queueBytesMax: Type.Integer({
      default: 33_554_432,
      minimum: 65_536,
      description:
        'Space for the messages of all absent clients together; above it the user who has most loses the oldest, which is counted.',
    }),
  },
  {
    additionalProperties: false,
    description: 'The MQTT broker that sensors connect to: MQTT 5, 3.1.1 and 3.1.',
  },
);

export type BrokerConfig = Static<typeof BrokerConfig>;
export type BrokerUser = Static<typeof BrokerUser>;

/** The limits of sessions, retained messages and wills that the broker keeps for clients. */
export type PersistenceLimits = Pick<
  BrokerConfig,
  | 'retainedMessagesMax'
  | 'retainedBytesMax'
  | 'sessionExpiryHours'
  | 'queueMessagesMax'
  | 'queueBytesMax'
  | 'willBytesMax'
> & { sessionsMax: number };

const sessionsMaxLeast = 10_000;

/** As many sessions as clients may be connected at once, so that each can have one. */
export function persistenceLimits(config: BrokerConfig): PersistenceLimits {
  return { ...config, sessionsMax: config.sessionsMax ?? Math.max(sessionsMaxLeast, config.connectionsMax) };
}
