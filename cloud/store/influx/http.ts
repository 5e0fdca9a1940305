/** Sends requests to InfluxDB through its client's transport, with a time limit, and translates failures into errors. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { onAbort } from '../abort.ts';
import { StoreUnavailableError, storeMisconfigured } from '../errors.ts';
import type { InfluxTarget } from './config.ts';
import { isServerTrouble, textOf } from './line-refusal.ts';

const socketsMax = 16;
const answerBytesMax = 64 << 20;

export interface InfluxRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: string | Buffer;
  /** Line protocol if not set. */
  contentType?: string;
  /** The body is gzipped already. */
  gzipped?: boolean;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Receives the answer in pieces; without it, the answer is collected. */
  onData?: (data: Buffer) => void;
}

export interface InfluxAnswer {
  status: number;
  text: string;
  /** The version that the server says in a header; undefined if it says none. */
  serverVersion: string | undefined;
}

export class InfluxHttp {
  /** The address without anything secret. */
  readonly where: string;
  readonly #config: InfluxTarget;
  readonly #clock: Clock;
  readonly #agent: HttpAgent;
  readonly #client: InfluxDB;

  constructor(config: InfluxTarget, clock: Clock) {
    const url = new URL(config.url);
    this.where = `InfluxDB at ${url.protocol}//${url.host}`;
    this.#config = config;
    this.#clock = clock;
    const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: socketsMax });
    this.#client = new InfluxDB({
      url: config.url,
      token: config.version === 1 ? undefined : config.token,
      headers: loginOf(config),
      // Longer than our own limit, which cancels the request; the client's own timeout only reports it.
      timeout: config.timeoutMs * 20,
      transportOptions: { agent: this.#agent },
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @throws HttpError for a status of 300 and above, StoreUnavailableError if no answer came */
  async send(request: InfluxRequest): Promise<InfluxAnswer> {
    const timeoutMs = request.timeoutMs ?? this.#config.timeoutMs;
    const cancel = new AbortController();
    let why = 'the request was cancelled';
    const timer = this.#clock.setTimer(timeoutMs, () => {
      why = `no answer within ${timeoutMs} ms`;
      cancel.abort();
    });
    const forget = onAbort(request.signal, () => cancel.abort());
    try {
      return await this.#exchange(request, cancel.signal);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      const reason = cancel.signal.aborted ? why : messageOf(error);
      throw new StoreUnavailableError(`${this.where}: ${reason}`, { cause: error });
    } finally {
      timer.cancel();
      forget();
    }
  }

  #exchange(request: InfluxRequest, signal: AbortSignal): Promise<InfluxAnswer> {
    return new Promise((resolve, reject) => {
      // Already: the transport would begin, and its answer might come first.
      if (signal.aborted) return reject(new Error('aborted'));
      const pieces: Buffer[] = [];
      let bytes = 0;
      let status = 0;
      let serverVersion: string | undefined;
      const collect = (piece: Buffer) => {
        if (request.onData) return request.onData(piece);
        bytes += piece.length;
        if (bytes > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
        pieces.push(piece);
      };
      const options = {
        method: request.method,
        headers: headersOf(request),
        gzipThreshold: request.gzipped ? undefined : 1_000,
        signal,
      };
      // The transport makes a Buffer of its body, whatever it is: bytes pass through it unchanged.
      this.#client.transport.send(request.path, (request.body ?? '') as string, options, {
        responseStarted(headers, statusCode) {
          status = statusCode ?? 0;
          serverVersion = headers['x-influxdb-version']?.toString();
        },
        next(data) {
          try {
            collect(Buffer.from(data));
          } catch (error) {
            reject(error);
          }
        },
        error: reject,
        complete: () => resolve({ status, text: Buffer.concat(pieces).toString(), serverVersion }),
      });
    });
  }

  /** The error for a failed request whose content was not the cause. */
  failureOf(error: unknown): Error {
    if (!(error instanceof HttpError)) return error instanceof Error ? error : new Error(String(error));
    const { statusCode } = error;
    const said = `${this.where} answered ${statusCode}: ${textOf(error).slice(0, 500)}`;
    const isPassing = statusCode === 408 || statusCode === 425 || statusCode === 429 || statusCode >= 500;
    if (isPassing || isServerTrouble(error)) {
      return new StoreUnavailableError(said + diskAdvice(said), {
        retryAfterMs: retryAfterMs(error, this.#clock.nowMs()),
        cause: error,
      });
    }
    return storeMisconfigured(`${said}; ${this.#advice(statusCode)}`, error);
  }

  #advice(status: number): string {
    const { version } = this.#config;
    const login = version === 1 ? 'store.username and store.password' : 'store.token';
    if (status === 401) return `check ${login}`;
    if (status === 403) return `check ${login}: it may lack the right to write there`;
    if (status === 404) {
      const settings = version === 2 ? 'store.bucket and store.org' : 'store.database';
      return `check store.url, store.version and ${settings}, or create what is missing`;
    }
    return 'check store.url and store.version';
  }
}

/**
 * After one failed write to its log file, InfluxDB 1 refuses every write with that error until it is restarted. If the
 * file's end is torn, the first start appends behind the tear and the next start cuts that off: it must be started twice
 * with no write in between.
 */
function diskAdvice(said: string): string {
  if (!/no space left on device|read-only file system|input\/output error/i.test(said)) return '';
  return (
    '; see to the disk of InfluxDB, and if it still says so when there is room: stop this cloud, restart InfluxDB twice, ' +
    'start this cloud'
  );
}

function retryAfterMs(error: HttpError, nowMs: number): number | null {
  const header = error.headers?.['retry-after'];
  if (typeof header !== 'string') return null;
  const delay = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(delay) ? Math.min(Math.max(0, delay), 3_600_000) : null;
}

function headersOf(request: InfluxRequest): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': request.contentType ?? 'text/plain; charset=utf-8',
  };
  if (request.gzipped) headers['content-encoding'] = 'gzip';
  return headers;
}

function loginOf(config: InfluxTarget): Record<string, string> {
  if (config.version !== 1 || config.username === undefined) return {};
  const login = Buffer.from(`${config.username}:${config.password ?? ''}`).toString('base64');
  return { authorization: `Basic ${login}` };
}
