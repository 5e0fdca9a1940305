import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../config/schema/file-paths.ts';
import { mqttAddressForm } from '../../mqtt/address.ts';
import { commonSettings } from '../settings.ts';

export const MqttNotifierConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      ...mqttAddressForm,
      description: 'The address of the MQTT broker, without user and password.',
      examples: ['mqtts://broker.example.org:8883'],
    }),
    topic: Type.String({
      default: 'alerts/{site}/{machine}',
      pattern: '^[^+#\\s]+$',
      form: 'a topic without blanks, + and #',
      description:
        'The topic of each notification; {site}, {machine} and {change} are filled in. Of an alert about Harbinger itself, {site} is - and {machine} the gateway, or - for the cloud.',
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
        ...filePath,
        description:
          'PEM file of the authority that signed the broker’s certificate; needed if the system does not know that authority.',
        examples: ['/etc/harbinger/broker-ca.pem'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type MqttNotifierConfig = Static<typeof MqttNotifierConfig>;
