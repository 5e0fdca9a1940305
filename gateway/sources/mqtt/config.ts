import { type Static, Type } from '@sinclair/typebox';

const filters = (description: string, byDefault: string[]) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
    description,
    default: byDefault,
    maxItems: 100,
  });

const publishDescription =
  'Topic filters the user may publish to: MQTT wildcards, and {user} and {client} as whole levels';
const subscribeDescription =
  'Topic filters the user may subscribe to (a subscription must lie within one of them)';

export const BrokerUser = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\s/+#]+$' }),
    password: Type.Optional(
      Type.String({ minLength: 1, description: 'Plain; best taken from an environment variable' }),
    ),
    passwordHash: Type.Optional(Type.String({ description: 'scrypt:N:r:p:salt:hash, in place of password' })),
    publish: filters(publishDescription, ['telemetry/#', 'lifecycle/#']),
    subscribe: filters(subscribeDescription, []),
  },
  { additionalProperties: false },
);

/** Where sensors connect: MQTT 3.1 and 3.1.1 over TCP or TLS, and over WebSocket. */
export const BrokerConfig = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on; 0.0.0.0 for all' }),
    port: Type.Integer({ default: 1883, minimum: 0, maximum: 65_535 }),
    websocketPort: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: 'MQTT over WebSocket; encrypted where tls is set',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        { certFile: Type.String(), keyFile: Type.String() },
        { additionalProperties: false, description: 'Serve TLS (PEM files) instead of plain TCP' },
      ),
    ),
    users: Type.Array(BrokerUser, { default: [], maxItems: 10_000 }),
    anonymous: Type.Union([Type.Literal('refuse'), Type.Literal('loopback')], {
      default: 'refuse',
      description: "'loopback' lets programs on this computer in without a name; host must be loopback too",
    }),
    telemetryFilters: filters('Topics whose messages are stored before they are acknowledged', [
      'telemetry/#',
      'lifecycle/#',
    ]),
    packetBytesMax: Type.Integer({ default: 262_144, minimum: 1_024, maximum: 16_777_216 }),
    connectionsMax: Type.Integer({
      default: 2_000,
      minimum: 1,
      maximum: 100_000,
      description: 'sensors at once; one more is refused, and counted',
    }),
    connectTimeoutMs: Type.Integer({ default: 10_000, minimum: 100, maximum: 300_000 }),
    pendingBytesMax: Type.Integer({
      default: 67_108_864,
      minimum: 1_048_576,
      description: 'Payload bytes waiting to become durable; above it the broker stops reading',
    }),
    retainedMessagesMax: Type.Integer({ default: 10_000, minimum: 0, maximum: 1_000_000 }),
    retainedBytesMax: Type.Integer({ default: 16_777_216, minimum: 0 }),
    sessionsMax: Type.Integer({ default: 1_000, minimum: 0, maximum: 100_000 }),
    sessionExpiryHours: Type.Number({ default: 168, exclusiveMinimum: 0 }),
    subscriptionsMax: Type.Integer({
      default: 100,
      minimum: 0,
      maximum: 10_000,
      description: 'For each client',
    }),
    queueMessagesMax: Type.Integer({
      default: 1_000,
      minimum: 1,
      description: 'Messages kept for one absent client; when full the oldest goes and is counted',
    }),
    queueBytesMax: Type.Integer({
      default: 33_554_432,
      minimum: 65_536,
      description: 'Payload bytes kept for all absent clients together',
    }),
  },
  { additionalProperties: false },
);

export type BrokerConfig = Static<typeof BrokerConfig>;
export type BrokerUser = Static<typeof BrokerUser>;

/** The limits of what the broker keeps for clients. */
export type PersistenceLimits = Pick<
  BrokerConfig,
  'retainedMessagesMax' | 'retainedBytesMax' | 'sessionsMax' | 'queueMessagesMax' | 'queueBytesMax'
>;
