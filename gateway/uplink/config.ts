import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, doubtful, invalid, namedProblemsIn } from '../../shared/config/problem.ts';
import { filePath } from '../../shared/config/schema/file-paths.ts';
import { rules } from '../../shared/config/sound-view.ts';
import { mqttAddress, mqttAddressForm } from '../../shared/mqtt/address.ts';

const Milliseconds = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 3_600_000, default: fallback, description });

export const UplinkConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        ...mqttAddressForm,
        description:
          'The address of the cloud, without user and password. Without it everything stays in the journal.',
        examples: ['mqtts://cloud.example.org:1884'],
      }),
    ),
    password: Type.Optional(
      Type.String({
        description: 'This gateway’s password at the cloud; best from an environment variable.',
        examples: [`\${HARBINGER_UPLINK_PASSWORD}`],
      }),
    ),
    caFile: Type.Optional(
      Type.String({
        ...filePath,
        description:
          'PEM file of the authority that signed the cloud’s certificate; needed if the system does not know that authority.',
        examples: ['/etc/harbinger/ca.pem'],
      }),
    ),
    certFile: Type.Optional(
      Type.String({
        ...filePath,
        description: 'PEM file of the certificate to show, where the cloud asks for one.',
        examples: ['/etc/harbinger/gateway.crt'],
      }),
    ),
    keyFile: Type.Optional(
      Type.String({
        ...filePath,
        description: 'PEM file of that certificate’s private key.',
        examples: ['/etc/harbinger/gateway.key'],
      }),
    ),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        form: 'an address that begins with http:// or https://',
        description:
          'The address under which people open the page of the cloud, as api.publicUrl says there: what the notifiers of this gateway send has a link to the machine that an alert is about. A notifier may have another one (link).',
        examples: ['https://harbinger.example.org'],
      }),
    ),
    connectMsMax: Milliseconds(15_000, 'How long connecting may take before it is tried again.'),
    ackMsMax: Milliseconds(
      60_000,
      'How long the cloud may take to confirm a batch before the connection is made anew; longer than ingest.storeWaitMsMax of the cloud.',
    ),
    backoffFirstMs: Milliseconds(
      250,
      'The wait before the first attempt to reconnect; it doubles each time.',
    ),
    backoffMaxMs: Milliseconds(10_000, 'The longest wait between two attempts to reconnect.'),
    lingerMs: Milliseconds(
      250,
      'How long a small batch of readings waits for more: fewer, larger batches compress better.',
    ),
    batchBytesMax: Type.Integer({
      minimum: 1_024,
      maximum: 2 << 20,
      default: 512 << 10,
      description: 'How much text one batch holds before compression.',
    }),
    inFlightMax: Type.Integer({
      minimum: 1,
      maximum: 64,
      default: 4,
      description: 'Batches of readings that may be on their way at once.',
    }),
    refusedMsMax: Type.Integer({
      minimum: 1_000,
      maximum: 604_800_000,
      default: 3_600_000,
      description:
        'How long the cloud may refuse a batch before it is set aside on this gateway, so that those behind it are sent. Meanwhile it is sent again and again; the time in which the gateway is offline does not count.',
    }),
    refusedCountMax: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 1_000,
      description: 'Batches set aside that are kept; above it the oldest is dropped.',
    }),
    refusedBytesMax: Type.Integer({
      minimum: 1_024,
      default: 256 << 20,
      description: 'Space for the batches set aside; above it the oldest are dropped.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Where the gateway sends what it has, and how.',
  },
);
export type UplinkConfig = Static<typeof UplinkConfig>;

/** The shortest password that a cloud takes for a gateway (`gateways.password`, `config hash-password`). */
const passwordLengthMin = 8;

/** Returns the problems of the settings that the schema cannot express. */
export function uplinkProblems(config: UplinkConfig): ConfigProblem[] {
  const unused = (name: 'caFile' | 'certFile') => () => {
    const { url, [name]: file } = config;
    if (file === undefined || url === undefined || /^(mqtts|wss):/.test(url)) return [];
    const message = `uplink.${name}: ${file} would not be used, because uplink.url is not encrypted; write mqtts:// (or wss://) there`;
    return [invalid(`uplink.${name}`, message)];
  };
  return rules(
    () => {
      const { certFile, keyFile } = config;
      if ((certFile === undefined) === (keyFile === undefined)) return [];
      const given = certFile === undefined ? 'keyFile' : 'certFile';
      const other = certFile === undefined ? 'certFile' : 'keyFile';
      return [
        invalid(`uplink.${given}`, `uplink.${given} is set without uplink.${other}; set both or neither`),
      ];
    },
    () => {
      const { url } = config;
      return url === undefined ? [] : namedProblemsIn('uplink.url', () => mqttAddress(url));
    },
    () => {
      if (config.url === undefined || config.password !== undefined) return [];
      const message =
        'uplink.url is set without uplink.password; the cloud lets no gateway in without its password';
      return [doubtful('uplink.url', message)];
    },
    () => {
      const { password } = config;
      if (password === undefined || password.length >= passwordLengthMin) return [];
      const message = `uplink.password has fewer than ${passwordLengthMin} characters, which no cloud takes`;
      return [doubtful('uplink.password', message)];
    },
    unused('caFile'),
    unused('certFile'),
  );
}
