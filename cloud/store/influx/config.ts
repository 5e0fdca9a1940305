import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { rules } from '../../../shared/config/sound-view.ts';
import { commonStoreSettings } from '../settings.ts';

export const InfluxConfig = Type.Object(
  {
    version: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)], {
      description: 'The major version of the server.',
    }),
    url: Type.String({
      pattern: '^https?://',
      form: 'an address that begins with http:// or https://',
      description: 'The address of the server.',
      examples: ['http://127.0.0.1:8086'],
    }),
    database: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For versions 1 and 3: the database, created where the user may do so; required there.',
        examples: ['harbinger'],
      }),
    ),
    retentionPolicy: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For version 1: the retention policy, if not the default one of the database.',
        examples: ['autogen'],
      }),
    ),
    bucket: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For version 2: the bucket; required there.',
        examples: ['harbinger'],
      }),
    ),
    org: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For version 2: the organisation; required there.',
        examples: ['plant'],
      }),
    ),
    token: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For versions 2 and 3: the API token; best from an environment variable.',
        examples: [`\${INFLUX_TOKEN}`],
      }),
    ),
    username: Type.Optional(
      Type.String({ minLength: 1, description: 'For version 1: the user.', examples: ['harbinger'] }),
    ),
    password: Type.Optional(
      Type.String({
        description: 'For version 1: the password; best from an environment variable.',
        examples: [`\${INFLUX_PASSWORD}`],
      }),
    ),
    ...commonStoreSettings,
  },
  { additionalProperties: false },
);
export type InfluxConfig = Static<typeof InfluxConfig>;

/** The settings of the store in the same terms for every version. */
export interface InfluxTarget extends Omit<InfluxConfig, 'bucket'> {
  /** The database (1, 3) or bucket (2). */
  database: string;
}

/** Finds settings that the server's version lacks or does not allow. @param place where the store's table is */
export function influxProblems(config: InfluxConfig, place: string): ConfigProblem[] {
  const required = (name: 'bucket' | 'database' | 'org' | 'token') => () =>
    config[name] === undefined
      ? [invalid(place, `${place}.${name} is missing; InfluxDB ${config.version} needs it`)]
      : [];
  return rules(
    () => rules(required(config.version === 2 ? 'bucket' : 'database')),
    () => (config.version === 2 ? rules(required('org'), required('token')) : []),
    () => {
      if (config.version !== 1 || config.token === undefined) return [];
      const message = `${place}.token is for InfluxDB 2 and 3; use ${place}.username and ${place}.password`;
      return [invalid(`${place}.token`, message)];
    },
  );
}

/** Makes the target of a configuration without problems. */
export function targetOf({ bucket = '', database = '', ...rest }: InfluxConfig): InfluxTarget {
  return { ...rest, database: rest.version === 2 ? bucket : database };
}
