/** A real InfluxDB 1.x (Debian's `influxdb`), on loopback with its own config file and data folder. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianBinary, environmentOf } from './debian/packages.ts';
import { freePort, serverProcess } from './debian/server.ts';

export interface Influxd {
  url: string;
  /** Runs InfluxQL (as the administrator if there is authentication) and returns the answer's JSON. */
  query(influxQl: string, database?: string): Promise<InfluxAnswer>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Restarts it on the same data and port, after `kill9` or `halt`. */
  restart(): Promise<void>;
  /** Stops the server and keeps its data. */
  halt(): Promise<void>;
  readonly pid: number | undefined;
}

export interface InfluxSeries {
  name: string;
  tags?: Record<string, string>;
  columns: string[];
  values: unknown[][];
}

export interface InfluxAnswer {
  results: { error?: string; series?: InfluxSeries[] }[];
  error?: string;
}

export interface InfluxdOptions {
  /** Requires a login; this administrator is created. */
  administrator?: { username: string; password: string };
  /** Parent of its data folder; the folder of temporary files by default. */
  folder?: string;
  /** Limit of a request's body; 25,000,000 in InfluxDB itself. */
  bodyBytesMax?: number;
}

/** The binary and its requirements, or `{ unavailable: reason }`. */
export function influxdBinary() {
  return ensureDebianBinary({ packages: ['influxdb'], binary: 'usr/bin/influxd', acceptable: isVersion1 });
}

/** @throws Error with the reason if influxd is not available; call `influxdBinary()` first to skip tests by name */
export async function startInfluxd(options: InfluxdOptions = {}): Promise<Influxd> {
  const binary = await influxdBinary();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'influxd-'));
  const [port, rpcPort] = [await freePort(), await freePort()];
  const configFile = join(folder, 'influxdb.conf');
  await writeFile(configFile, configText(folder, port, rpcPort, options));
  const url = `http://127.0.0.1:${port}`;
  const server = serverProcess({ binary, args: ['run', '-config', configFile], readyUrl: `${url}/ping` });
  await server.start();
  if (options.administrator) await makeAdministrator(url, options.administrator);
  return {
    url,
    query: (influxQl, database) => query(url, influxQl, database, options.administrator),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    kill9: server.kill9,
    restart: server.start,
    halt: server.stop,
    get pid() {
      return server.pid;
    },
  };
}

function isVersion1(path: string): boolean {
  try {
    return / v?1\./.test(execFileSync(path, ['version'], { encoding: 'utf8', env: environmentOf({}) }));
  } catch {
    return false;
  }
}

function configText(folder: string, port: number, rpcPort: number, options: InfluxdOptions): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  auth-enabled = ${options.administrator !== undefined}
  max-body-size = ${options.bodyBytesMax ?? 25_000_000}
`;
}

async function makeAdministrator(url: string, user: { username: string; password: string }): Promise<void> {
  const statement = `CREATE USER "${user.username}" WITH PASSWORD '${user.password}' WITH ALL PRIVILEGES`;
  const answer = await query(url, statement);
  if (answer.error ?? answer.results[0]?.error) throw new Error(JSON.stringify(answer));
}

async function query(
  url: string,
  influxQl: string,
  database?: string,
  user?: { username: string; password: string },
): Promise<InfluxAnswer> {
  const body = new URLSearchParams({ q: influxQl, epoch: 'ns', ...(database ? { db: database } : {}) });
  const login = user ? Buffer.from(`${user.username}:${user.password}`).toString('base64') : null;
  const response = await fetch(`${url}/query`, {
    method: 'POST',
    body,
    headers: login ? { authorization: `Basic ${login}` } : {},
  });
  return (await response.json()) as InfluxAnswer;
}
