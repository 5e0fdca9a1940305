import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataDir } from '../../shared/files/paths.ts';
import { type RunFile, readRunFile, runFileName } from '../../shared/files/run-file.ts';
import { readToken } from '../../shared/http/api-token.ts';
import { fetchTrusting, readTrusted, type Trusted, trustRemedy } from '../../shared/http/trusting.ts';
import { mqttAddress } from '../../shared/mqtt/address.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

const requestMsMax = 60_000;
const uploadMsMax = 600_000;
const caOwner = { code: 'API_CA_FILE', stage: 'cli' } as const;

export type Role = 'gateway' | 'cloud';

export interface Endpoint {
  url: string;
  token: string | null;
  /** Certificates to trust where it speaks HTTPS; the authorities of this computer if absent. */
  trusted?: Trusted;
  /** The side that is expected there; messages say it. */
  role?: Role;
  /** The environment variable that holds its token, for messages. Default: $HARBINGER_TOKEN. */
  tokenVariable?: string;
  /** MQTT port of the process, where its run file gives one. */
  mqttPort?: number;
  /** Ends a request that waits for its answer. */
  signal?: AbortSignal;
}

export interface EndpointOptions {
  url?: string;
  token?: string;
  data?: string;
  caFile?: string;
}

/**
 * Locates the API of the gateway or the cloud: at `--url`, or from the run file under `--data` (the folder
 * itself, its gateway/ or cloud/ subfolder, or the demonstration's). The token is $HARBINGER_TOKEN, or else
 * the api-token file beside the run file.
 */
export function findEndpoint(role: Role, options: EndpointOptions): Endpoint {
  const token = options.token ?? process.env.HARBINGER_TOKEN ?? null;
  const caFile = options.caFile ?? process.env.HARBINGER_CA_FILE;
  const named = caFile === undefined ? {} : { trusted: readTrusted(caFile, '--ca-file', caOwner) };
  if (options.url !== undefined) return { url: options.url.replace(/\/+$/, ''), token, role, ...named };
  const { dir, run } = findRunning(role, options.data);
  const tokenFile = join(dir, 'api-token');
  return {
    url: run.httpUrl,
    token: token ?? readToken(tokenFile),
    role,
    ...(caFile === undefined ? trustedOf(run) : named),
    ...(run.mqttPort !== undefined && { mqttPort: run.mqttPort }),
  };
}

/** Trusts the certificate that a process on this computer says it shows, if this user may read that. */
function trustedOf({ httpCertFile }: RunFile): { trusted?: Trusted } {
  try {
    return httpCertFile === undefined ? {} : { trusted: readTrusted(httpCertFile, runFileName, caOwner) };
  } catch {
    return {};
  }
}

/** The folder that something runs on, with its run file. @throws HarbingerError RUN_FILE with all folders that were tried */
function findRunning(role: Role, data: string | undefined): { dir: string; run: RunFile } {
  const base = data ?? defaultDataDir();
  const tried = data === undefined ? [] : [base];
  tried.push(join(base, role), join(base, 'demo', role));
  const dirs = tried.filter((dir) => existsSync(join(dir, runFileName)));
  const runs = dirs.map((dir) => ({ dir, run: readRunFile(dir) }));
  const found = runs.find(({ run }) => run.role === role);
  if (found) return found;
  const [other] = runs;
  if (other)
    throw new HarbingerError('USAGE', 'cli', `${other.dir} belongs to a ${other.run.role}, not to a ${role}`);
  const message =
    `no ${role} runs with its data in ${listed(tried)}; start it (the demonstration: npm start), ` +
    'or say where it is: --data DIR, or --url URL';
  throw new HarbingerError('RUN_FILE', 'cli', message);
}

function listed(paths: readonly string[]): string {
  return paths.length < 2 ? paths.join() : `${paths.slice(0, -1).join(', ')} or ${paths.at(-1)}`;
}

const loopback = ['127.0.0.1', 'localhost', '::1'];
const mqttPortDefault = 1883;

/**
 * Locates the API of the gateway whose broker has this address: where `options` say, else that of a gateway on this
 * computer that listens on the port; null if none is found.
 */
export function findGatewayBehind(mqttUrl: string, options: EndpointOptions): Endpoint | null {
  const isGiven = options.url !== undefined || options.data !== undefined;
  if (isGiven) return findEndpoint('gateway', options);
  try {
    const endpoint = findEndpoint('gateway', options);
    const { host, port = mqttPortDefault } = mqttAddress(mqttUrl);
    return loopback.includes(host) && endpoint.mqttPort === port ? endpoint : null;
  } catch {
    return null;
  }
}

/** Requests JSON from an API. @throws HarbingerError with the server's message, or why the request failed */
export async function request(
  endpoint: Endpoint,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await send(endpoint, method, path, body, AbortSignal.timeout(requestMsMax));
  const answer = parseAnswer(await response.text());
  if (response.ok) return answer;
  throw refusalOf(endpoint, method, path, response.status, answer);
}

/** Sends bytes to an API, and returns its answer. @throws as `request` */
export async function upload(endpoint: Endpoint, path: string, bytes: Buffer): Promise<unknown> {
  const response = await send(endpoint, 'POST', path, bytes, AbortSignal.timeout(uploadMsMax));
  const answer = parseAnswer(await response.text());
  if (response.ok) return answer;
  throw refusalOf(endpoint, 'POST', path, response.status, answer);
}

/** Requests bytes from an API. @throws as `request` */
export async function fetchBytes(endpoint: Endpoint, path: string): Promise<Buffer> {
  const response = await send(endpoint, 'GET', path, undefined, AbortSignal.timeout(uploadMsMax));
  if (response.ok) return Buffer.from(await response.arrayBuffer());
  throw refusalOf(endpoint, 'GET', path, response.status, parseAnswer(await response.text()));
}

/** Requests what is too long for memory: the answer's body is still to be read. @throws as `request` */
export async function download(
  endpoint: Endpoint,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response> {
  const response = await send(endpoint, 'POST', path, body, signal);
  if (response.ok) return response;
  throw refusalOf(endpoint, 'POST', path, response.status, parseAnswer(await response.text()));
}

/** The answer, whatever its status. @throws HarbingerError API_UNREACHABLE */
export async function send(
  endpoint: Endpoint,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response> {
  const isBytes = Buffer.isBuffer(body);
  const ending = endpoint.signal;
  const url = `${endpoint.url}${path}`;
  const sent = {
    method,
    headers: {
      ...(endpoint.token !== null && { authorization: `Bearer ${endpoint.token}` }),
      ...(body !== undefined && { 'content-type': `application/${isBytes ? 'octet-stream' : 'json'}` }),
    },
    ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    signal: ending ? AbortSignal.any([signal, ending]) : signal,
  };
  try {
    return await (url.startsWith('https:') ? fetchTrusting(url, sent, endpoint.trusted) : fetch(url, sent));
  } catch (error) {
    if (ending?.aborted)
      throw new HarbingerError(
        'API_UNREACHABLE',
        'cli',
        `${endpoint.url} had not answered when this was ended`,
      );
    const reason = error instanceof Error && error.cause ? error.cause : error;
    const cause = `${messageOf(reason)}${trustRemedy(reason)}`;
    throw new HarbingerError('API_UNREACHABLE', 'cli', `${endpoint.url} cannot be reached: ${cause}`, {
      retry: true,
    });
  }
}

function refusalOf(
  endpoint: Endpoint,
  method: string,
  path: string,
  status: number,
  answer: unknown,
): HarbingerError {
  const why = refusalText(endpoint, status, answer);
  return new HarbingerError('API_REFUSED', 'cli', `${endpoint.url}, ${method} ${path}: ${why}`);
}

/** The setting that holds the token of each side. */
const tokenSettings: Readonly<Record<Role, string>> = { gateway: 'http.token', cloud: 'api.token' };

function refusalText(
  { role, token, tokenVariable = '$HARBINGER_TOKEN' }: Endpoint,
  status: number,
  answer: unknown,
): string {
  if (status === 401) {
    const which = role ? ` to \`${tokenSettings[role]}\` of its configuration` : '';
    return `its token is needed, and ${token === null ? 'none was given' : 'this is another'}: set ${tokenVariable}${which}`;
  }
  const said = errorOf(answer);
  if (status === 404 && role && (said === null || /^there is no (GET|POST) /.test(said)))
    return `this is no ${role}, or one of an older version; give the address of a ${role}`;
  return said ?? `HTTP ${status}`;
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function errorOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return null;
  const { error } = answer;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
