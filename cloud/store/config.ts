import { type Static, Type } from '@sinclair/typebox';
import { HarbingerError } from '../../shared/runtime/errors.ts';

/** The section `[store]`. One flat table, so that a mistake gets one clear message; see `storeConfigProblems`. */
export const StoreConfig = Type.Object(
  {
    kind: Type.Union([Type.Literal('embedded'), Type.Literal('influx')], {
      default: 'embedded',
      description: 'embedded: DuckDB in a file of the data folder; influx: an InfluxDB that you run.',
    }),
    path: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For embedded: the database file, if not telemetry.duckdb in the data folder.',
        examples: ['/var/lib/harbinger/telemetry.duckdb'],
      }),
    ),
    memoryMiBMax: Type.Integer({
      minimum: 64,
      default: 512,
      description: 'For embedded: memory for its buffers.',
    }),
    threads: Type.Integer({
      minimum: 1,
      maximum: 64,
      default: 2,
      description: 'For embedded: threads that a query may use.',
    }),
    version: Type.Optional(
      Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)], {
        description: 'For influx: the major version of the server; required there.',
      }),
    ),
    url: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description: 'For influx: the address of the server; required there.',
        examples: ['http://127.0.0.1:8086'],
      }),
    ),
    database: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For influx 1 and 3: the database, created where the user may do so; required there.',
        examples: ['harbinger'],
      }),
    ),
    retentionPolicy: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For influx 1: the retention policy, if not the default one of the database.',
        examples: ['autogen'],
      }),
    ),
    bucket: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For influx 2: the bucket; required there.',
        examples: ['harbinger'],
      }),
    ),
    org: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For influx 2: the organisation; required there.',
        examples: ['plant'],
      }),
    ),
    token: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For influx 2 and 3: the API token; best from an environment variable.',
        examples: [`\${INFLUX_TOKEN}`],
      }),
    ),
    username: Type.Optional(
      Type.String({ minLength: 1, description: 'For influx 1: the user.', examples: ['harbinger'] }),
    ),
    password: Type.Optional(
      Type.String({
        description: 'For influx 1: the password; best from an environment variable.',
        examples: [`\${INFLUX_PASSWORD}`],
      }),
    ),
    timeoutMs: Type.Integer({
      minimum: 100,
      maximum: 600_000,
      default: 10_000,
      description: 'How long one request or query may take.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Where readings are kept.' },
);
export type StoreConfig = Static<typeof StoreConfig>;

export interface InfluxConfig {
  version: 1 | 2 | 3;
  url: string;
  /** The database (1, 3) or bucket (2). */
  database: string;
  retentionPolicy?: string;
  org?: string;
  token?: string;
  username?: string;
  password?: string;
  timeoutMs: number;
}

/** Checks which settings go together, which the schema cannot express. Returns a sentence for each problem. */
export function storeConfigProblems(config: StoreConfig): string[] {
  const problems: string[] = [];
  const forInflux = ['version', 'url', 'database', 'bucket', 'org', 'token', 'username', 'password'] as const;
  if (config.kind === 'embedded') {
    for (const name of forInflux) {
      if (config[name] !== undefined) problems.push(`store.${name} belongs to store.kind = "influx"`);
    }
    return problems;
  }
  if (config.version === undefined) problems.push('store.version (1, 2 or 3) is missing');
  if (config.url === undefined) problems.push('store.url is missing');
  if (config.path !== undefined) problems.push('store.path belongs to store.kind = "embedded"');
  const nameSetting = config.version === 2 ? 'bucket' : 'database';
  if (config[nameSetting] === undefined) problems.push(`store.${nameSetting} is missing`);
  if (config.version === 2 && config.org === undefined) problems.push('store.org is missing');
  if (config.version === 2 && config.token === undefined) problems.push('store.token is missing');
  if (config.version === 1 && config.token !== undefined) {
    problems.push('store.token is for InfluxDB 2 and 3; use store.username and store.password');
  }
  return problems;
}

/** @throws HarbingerError CONFIG_INVALID */
export function influxConfigOf(config: StoreConfig): InfluxConfig {
  const database = config.version === 2 ? config.bucket : config.database;
  if (config.version === undefined || config.url === undefined || database === undefined) {
    throw new HarbingerError('CONFIG_INVALID', 'config', storeConfigProblems(config).join('; '));
  }
  const { version, url, retentionPolicy, org, token, username, password, timeoutMs } = config;
  return { version, url, database, retentionPolicy, org, token, username, password, timeoutMs };
}
