import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../shared/config/problem.ts';
import { mqttAddress } from '../../shared/mqtt/address.ts';
import { messageOf } from '../../shared/runtime/errors.ts';

const Milliseconds = (fallback: number) =>
  Type.Integer({ minimum: 0, maximum: 3_600_000, default: fallback });

export const UplinkConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^(mqtts?|wss?)://[^\\s/?#@]+([/?#]\\S*)?$',
        description: 'the cloud’s ingest; without it everything stays in the journal',
      }),
    ),
    password: Type.Optional(
      Type.String({ description: 'this gateway’s, best from an environment variable' }),
    ),
    caFile: Type.Optional(
      Type.String({
        description: 'PEM of the authority that signed the cloud’s certificate',
      }),
    ),
    certFile: Type.Optional(
      Type.String({
        description: 'PEM, where the cloud asks for a client certificate',
      }),
    ),
    keyFile: Type.Optional(Type.String()),
    connectMsMax: Milliseconds(15_000),
    /** Longer than the cloud holds a batch while its store is away. */
    ackMsMax: Milliseconds(60_000),
    backoffFirstMs: Milliseconds(250),
    backoffMaxMs: Milliseconds(10_000),
    /** How long a small batch of readings waits for more: fewer, larger batches compress better. */
    lingerMs: Milliseconds(250),
    batchBytesMax: Type.Integer({
      minimum: 1_024,
      maximum: 2 << 20,
      default: 512 << 10,
    }),
    inFlightMax: Type.Integer({
      minimum: 1,
      maximum: 64,
      default: 4,
      description: 'batches of readings under way at once',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type UplinkConfig = Static<typeof UplinkConfig>;

/** What is wrong with the settings beyond what the schema expresses. */
export function uplinkProblems({ url, caFile, certFile, keyFile }: UplinkConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const given = certFile === undefined ? 'keyFile' : 'certFile';
    problems.push(
      invalid(`uplink.${given}`, 'uplink: certFile and keyFile belong together: give both or neither'),
    );
  }
  try {
    if (url !== undefined) mqttAddress(url);
  } catch (error) {
    problems.push(invalid('uplink.url', `uplink.url: ${messageOf(error)}`));
  }
  const unused = caFile ?? certFile;
  if (unused !== undefined && url !== undefined && !/^(mqtts|wss):/.test(url)) {
    problems.push(
      invalid(
        'uplink.url',
        `uplink: ${unused} would not be used, because ${url} is not encrypted: write mqtts:// (or wss://)`,
      ),
    );
  }
  return problems;
}
