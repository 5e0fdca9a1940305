import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';

/** Settings of `[store]` that say where an InfluxDB is. */
export interface StoreServer {
  version: 1 | 2 | 3;
  url: string;
  timeoutMs: number;
  database?: string;
  retentionPolicy?: string;
  bucket?: string;
  org?: string;
  token?: string;
  username?: string;
  password?: string;
}

export interface InitStep {
  /** Its kind and name, such as `database harbinger`. */
  thing: string;
  state: 'exists' | 'made' | 'would be made';
  /** After how many hours the server itself deletes what is there; null: never. */
  serverKeepsHours: number | null;
}

interface Answer {
  status: number;
  json: unknown;
}

/** Makes what the server lacks for the store. What is there is not changed. @throws HarbingerError STORE_INIT_FAILED */
export function initServer(server: StoreServer, isDryRun: boolean): Promise<InitStep[]> {
  return server.version === 1 ? initVersion1(server, isDryRun) : initVersion2(server, isDryRun);
}

type QlResult = { error?: string; series?: { columns: string[]; values?: unknown[][] }[] };

async function initVersion1(server: StoreServer, isDryRun: boolean): Promise<InitStep[]> {
  const { database = '', retentionPolicy } = server;
  const query = async (q: string): Promise<Record<string, unknown>[]> => {
    const { status, json } = await ask(server, 'POST', `/query?${new URLSearchParams({ q })}`);
    const { results = [], error } = json as { results?: QlResult[]; error?: string };
    const problem = error ?? results[0]?.error;
    if (problem !== undefined || status >= 300) throw failed(server, problem ?? `it answers ${status}`);
    return (results[0]?.series ?? []).flatMap(({ columns, values = [] }) =>
      values.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]]))),
    );
  };
  const policies = () => query(`SHOW RETENTION POLICIES ON ${quoted(database)}`);
  const isThere = (await query('SHOW DATABASES')).some(({ name }) => name === database);
  if (!isThere && !isDryRun) await query(`CREATE DATABASE ${quoted(database)}`);
  const policyOf = (rows: Record<string, unknown>[]) =>
    rows.find(({ name, default: isDefault }) => (retentionPolicy ? name === retentionPolicy : isDefault));
  const before = isThere || !isDryRun ? policyOf(await policies()) : undefined;
  if (retentionPolicy !== undefined && before === undefined && !isDryRun)
    await query(
      `CREATE RETENTION POLICY ${quoted(retentionPolicy)} ON ${quoted(database)} DURATION INF REPLICATION 1`,
    );
  const stateOf = (found: boolean) => (found ? 'exists' : isDryRun ? 'would be made' : 'made');
  const serverKeepsHours = hoursOf(String(before?.duration ?? '0s'));
  return [
    { thing: `database ${database}`, state: stateOf(isThere), serverKeepsHours },
    ...(retentionPolicy === undefined
      ? []
      : [
          {
            thing: `retention policy ${retentionPolicy}`,
            state: stateOf(before !== undefined),
            serverKeepsHours,
          } as const,
        ]),
  ];
}

async function initVersion2(server: StoreServer, isDryRun: boolean): Promise<InitStep[]> {
  const { bucket = '', org = '' } = server;
  const thing = `bucket ${bucket}`;
  const found = await ask(server, 'GET', `/api/v2/buckets?${new URLSearchParams({ org, name: bucket })}`);
  // Some versions answer 404 for a bucket that is missing, others with an empty list.
  const { buckets = [] } = (found.status === 404 ? {} : sound(server, found)) as {
    buckets?: { retentionRules?: { everySeconds?: number }[] }[];
  };
  if (buckets[0]) {
    const seconds = buckets[0].retentionRules?.[0]?.everySeconds ?? 0;
    return [{ thing, state: 'exists', serverKeepsHours: seconds === 0 ? null : seconds / 3_600 }];
  }
  const { orgs = [] } = sound(
    server,
    await ask(server, 'GET', `/api/v2/orgs?${new URLSearchParams({ org })}`),
  ) as { orgs?: { id: string }[] };
  if (!orgs[0]) throw failed(server, `there is no organisation ${org}: make it, or correct store.org`);
  if (isDryRun) return [{ thing, state: 'would be made', serverKeepsHours: null }];
  const body = { orgID: orgs[0].id, name: bucket, retentionRules: [] };
  sound(server, await ask(server, 'POST', '/api/v2/buckets', body));
  return [{ thing, state: 'made', serverKeepsHours: null }];
}

function sound(server: StoreServer, { status, json }: Answer): object {
  if (status < 300 && typeof json === 'object' && json !== null) return json;
  const message = (json as { message?: unknown } | null)?.message;
  throw failed(server, `it answers ${status}${typeof message === 'string' ? ` ${message}` : ''}`);
}

async function ask(server: StoreServer, method: string, path: string, body?: object): Promise<Answer> {
  const { url, timeoutMs, username, password = '', token } = server;
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  const authorization =
    token !== undefined ? `Token ${token}` : username !== undefined ? `Basic ${login}` : null;
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(authorization !== null && { authorization }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : JSON.parse(text) };
  } catch (error) {
    throw failed(server, messageOf(error));
  }
}

function failed({ url }: StoreServer, why: string): HarbingerError {
  const { protocol, host } = new URL(url);
  const message = `the store at ${protocol}//${host} cannot be set up: ${why}; check [store] and the rights of its user or token`;
  return new HarbingerError('STORE_INIT_FAILED', 'cli', message);
}

function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Hours of `720h0m0s`; null for `0s`, by which InfluxDB says that it deletes nothing. */
function hoursOf(text: string): number | null {
  const hours = Number(/^(\d+)h/.exec(text)?.[1] ?? 0);
  return hours === 0 ? null : hours;
}
