import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, doubtful, invalid, namedProblemsIn } from '../config/problem.ts';
import { filePath } from '../config/schema/file-paths.ts';
import { rules } from '../config/sound-view.ts';
import { tlsProblems } from '../config/tls-problems.ts';
import { plainName } from '../contract/topics.ts';
import { mqttAddress } from '../mqtt/address.ts';
import type { PemOwner } from '../security/pem-files.ts';

/** Settings of a table that says how a broker is reached. */
export const brokerSettings = {
  name: Type.String({
    ...plainName,
    description: 'A name for logs, status and metrics.',
    examples: ['plant'],
  }),
  url: Type.String({
    pattern: '^mqtts?://[^\\s/?#@]+/?$',
    form: 'an address such as mqtt://HOST:PORT (or mqtts), without user and password',
    description: 'The address of the broker, without user and password; mqtts:// is encrypted.',
    examples: ['mqtt://192.168.1.10:1883'],
  }),
  version: Type.Union([Type.Literal('3.1.1'), Type.Literal('5')], {
    default: '3.1.1',
    description: 'The version of MQTT that is spoken.',
  }),
  username: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'The user name there, if the broker asks for one.',
      examples: ['harbinger'],
    }),
  ),
  password: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: 'The password of that user; best from an environment variable.',
      examples: [`\${HARBINGER_PLANT_PASSWORD}`],
    }),
  ),
  caFile: Type.Optional(
    Type.String({
      ...filePath,
      description:
        'PEM file of the authority that signed the broker’s certificate; needed if the system does not know that authority.',
      examples: ['/etc/harbinger/plant-ca.pem'],
    }),
  ),
  certFile: Type.Optional(
    Type.String({
      ...filePath,
      description: 'PEM file of the certificate to show, where the broker asks for one.',
      examples: ['/etc/harbinger/plant.crt'],
    }),
  ),
  keyFile: Type.Optional(
    Type.String({
      ...filePath,
      description: 'PEM file of that certificate’s private key.',
      examples: ['/etc/harbinger/plant.key'],
    }),
  ),
  keepaliveS: Type.Integer({
    default: 30,
    minimum: 5,
    maximum: 3_600,
    description: 'How often, in seconds, each side shows at least that it is there.',
  }),
  connectMsMax: Type.Integer({
    default: 15_000,
    minimum: 100,
    maximum: 300_000,
    description: 'How long connecting may take before it is tried again.',
  }),
  inFlightMax: Type.Integer({
    default: 500,
    minimum: 1,
    maximum: 10_000,
    description: 'Messages of it on their way to the disk; at this limit nothing more is read from it.',
  }),
  packetBytesMax: Type.Integer({
    default: 262_144,
    minimum: 1_024,
    maximum: 16_777_216,
    description: 'The largest MQTT packet; the connection is closed at a larger one.',
  }),
};

const Broker = Type.Object(brokerSettings);
export type BrokerSettings = Static<typeof Broker>;

export const tlsOwner: PemOwner = { code: 'MQTT_SESSION_TLS_FILES', stage: 'mqtt', retry: true };

/** Returns the problems of such settings that the schema cannot express. @param key the entry, e.g. `mqtt-client.brokers[0]` */
export function brokerSettingsProblems(entry: BrokerSettings, key: string): ConfigProblem[] {
  const { url, username, password, certFile, keyFile } = entry;
  const unused = (name: 'caFile' | 'certFile') => () => {
    const file = entry[name];
    if (file === undefined || url.startsWith('mqtts:')) return [];
    const message = `${key}.${name}: ${file} would not be used, because ${key}.url is not encrypted; write mqtts:// there`;
    return [invalid(`${key}.${name}`, message)];
  };
  return rules(
    () => namedProblemsIn(`${key}.url`, () => mqttAddress(url)),
    () => {
      if ((certFile === undefined) === (keyFile === undefined)) return [];
      const [given, other] = certFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile'];
      return [
        invalid(`${key}.${given}`, `${key}.${given} is set without ${key}.${other}; set both or neither`),
      ];
    },
    () =>
      password === undefined || username !== undefined
        ? []
        : [invalid(`${key}.password`, `${key}.password is set without ${key}.username; set both or neither`)],
    () =>
      username === undefined || password !== undefined || certFile !== undefined
        ? []
        : [
            doubtful(
              `${key}.username`,
              `${key}.username is set without ${key}.password; few brokers take that`,
            ),
          ],
    unused('caFile'),
    unused('certFile'),
  );
}

/** Reads the files that such settings name. */
export function brokerFileProblems(
  { caFile, certFile, keyFile }: BrokerSettings,
  key: string,
): ConfigProblem[] {
  return tlsProblems(
    {
      ...(caFile !== undefined && { caFile }),
      ...(certFile !== undefined && keyFile !== undefined && { certFile, keyFile }),
    },
    key,
    tlsOwner,
  );
}
