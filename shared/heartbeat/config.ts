import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../config/schema/file-paths.ts';
import { mqttAddressForm } from '../mqtt/address.ts';
import type { PemOwner } from '../security/pem-files.ts';

export const HeartbeatConfig = Type.Object(
  {
    everyS: Type.Integer({
      minimum: 1,
      maximum: 86_400,
      default: 60,
      description: 'Seconds between two heartbeats. Who watches them should wait for two or three.',
    }),
    timeoutMs: Type.Integer({
      minimum: 100,
      maximum: 60_000,
      default: 10_000,
      description: 'How long one heartbeat may take.',
    }),
    url: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s/?#@]+([/?#]\\S*)?$',
        form: 'an address such as https://HOST/PATH, without user and password',
        description:
          'The address to call, for example the ping address of a check at healthchecks.io. It is not logged. Without it none is called.',
        examples: ['https://hc-ping.com/your-uuid'],
      }),
    ),
    method: Type.Union([Type.Literal('GET'), Type.Literal('POST')], {
      default: 'GET',
      description: 'How the address is called.',
    }),
    mqtt: Type.Optional(
      Type.Object(
        {
          url: Type.String({
            ...mqttAddressForm,
            description: 'The address of the MQTT broker, without user and password.',
            examples: ['mqtts://broker.example.org:8883'],
          }),
          topic: Type.String({
            pattern: '^[^+#\\s]+$',
            form: 'a topic without blanks, + and #',
            description: 'The topic to which each heartbeat is published, at QoS 1 and not retained.',
            examples: ['heartbeats/hall-1'],
          }),
          user: Type.Optional(
            Type.String({ description: 'The user, where the broker asks for one.', examples: ['harbinger'] }),
          ),
          password: Type.Optional(
            Type.String({
              description: 'The password; best from an environment variable.',
              examples: [`\${HEARTBEAT_MQTT_PASSWORD}`],
            }),
          ),
          caFile: Type.Optional(
            Type.String({
              ...filePath,
              description:
                'PEM file of the authority that signed the broker’s certificate; needed if the system does not know that authority.',
              examples: ['/etc/harbinger/broker-ca.pem'],
            }),
          ),
        },
        {
          additionalProperties: false,
          description: 'A topic of another broker, beside or in place of `url`.',
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'A heartbeat to somebody else, who tells when it stops: a process that is dead warns nobody. It is sent only while this one truly works.',
  },
);
export const heartbeatTls: PemOwner = { code: 'ALERTS_TLS_FILES', stage: 'alerts', retry: true };
export type HeartbeatConfig = Static<typeof HeartbeatConfig>;
