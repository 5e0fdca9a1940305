import { type Static, Type } from '@sinclair/typebox';
import { brokerSettings } from '../../../shared/broker-sessions/settings.ts';

const levels = (description: string, example: string) =>
  Type.String({
    maxLength: 256,
    pattern: '^[^+#\\0]*$',
    form: 'the begin of a topic, without + and #',
    description,
    examples: [example],
  });

/** A broker of others, and what is taken from it. */
export const RemoteBroker = Type.Object(
  {
    ...brokerSettings,
    subscribe: Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
      minItems: 1,
      maxItems: 100,
      description: 'The topics whose messages are taken, as MQTT filters.',
      examples: [['plant/hall-1/#']],
    }),
    qos: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 2,
      description:
        'The quality of service that is asked for. At 1 and 2 the broker keeps a message until it is stored here; at 0 nobody does.',
    }),
    clientId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'The client id of the session there. Without it one is made up once, and kept in the data folder.',
        examples: ['harbinger-hall-1'],
      }),
    ),
    strip: Type.Optional(
      levels('Removed from the begin of each topic that has it, before routes see the topic.', 'plant/'),
    ),
    prefix: Type.Optional(levels('Put in front of each topic, before routes see it.', 'telemetry/')),
    sessionExpiryHours: Type.Integer({
      default: 168,
      minimum: 1,
      maximum: 8_760,
      description:
        'How long the broker should keep messages for this gateway while it is away. Only MQTT 5 can ask for it; else the broker decides.',
    }),
  },
  { additionalProperties: false },
);

export const MqttClientConfig = Type.Object(
  {
    brokers: Type.Array(RemoteBroker, {
      default: [],
      maxItems: 32,
      description: 'A broker that is there already. One that cannot be reached is tried again.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Other MQTT brokers whose messages are taken, such as the Mosquitto of a plant.',
  },
);

export type RemoteBroker = Static<typeof RemoteBroker>;
export type MqttClientConfig = Static<typeof MqttClientConfig>;
