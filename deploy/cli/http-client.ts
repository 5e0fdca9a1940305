import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataDir } from '../../shared/files/paths.ts';
import { readRunFile } from '../../shared/files/run-file.ts';
import { mqttAddress } from '../../shared/mqtt/address.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

const requestMsMax = 60_000;

export interface Endpoint {
  url: string;
  token: string | null;
  /** MQTT port of the process, where its run file gives one. */
  mqttPort?: number;
}

export interface EndpointOptions {
  url?: string;
  token?: string;
  data?: string;
}

/**
 * Locates the API of the gateway or the cloud: at `--url`, or from the run file under `--data` (the folder
 * itself, its gateway/ or cloud/ subfolder, or the demonstration's). The token is $HARBINGER_TOKEN, or else
 * the api-token file beside the run file.
 */
export function findEndpoint(role: 'gateway' | 'cloud', options: EndpointOptions): Endpoint {
  const token = options.token ?? process.env.HARBINGER_TOKEN ?? null;
  if (options.url !== undefined) return { url: options.url.replace(/\/$/, ''), token };
  const base = options.data ?? defaultDataDir();
  const candidates = [join(base, role), base, join(base, 'demo', role)];
  const dir = candidates.find((candidate) => existsSync(join(candidate, 'run.json'))) ?? join(base, role);
  const run = readRunFile(dir);
  if (run.role !== role)
    throw new HarbingerError('USAGE', 'cli', `${dir} belongs to a ${run.role}, not to a ${role}`);
  const tokenFile = join(dir, 'api-token');
  return {
    url: run.httpUrl,
    token: token ?? (existsSync(tokenFile) ? readFileSync(tokenFile, 'utf8').trim() : null),
    ...(run.mqttPort !== undefined && { mqttPort: run.mqttPort }),
  };
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
  let response: Response;
  try {
    response = await fetch(`${endpoint.url}${path}`, {
      method,
      headers: {
        ...(endpoint.token !== null && { authorization: `Bearer ${endpoint.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestMsMax),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
    throw new HarbingerError('API_UNREACHABLE', 'cli', `${endpoint.url} cannot be reached: ${cause}`, {
      retry: true,
    });
  }
  const text = await response.text();
  const answer = parseAnswer(text);
  if (response.ok) return answer;
  const why =
    response.status === 401
      ? `its token is needed, and ${endpoint.token === null ? 'none was given' : 'this is another'}: set $HARBINGER_TOKEN`
      : (refusalOf(answer) ?? `HTTP ${response.status}`);
  throw new HarbingerError('API_REFUSED', 'cli', `${endpoint.url}, ${method} ${path}: ${why}`);
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusalOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return null;
  const { error } = answer;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
