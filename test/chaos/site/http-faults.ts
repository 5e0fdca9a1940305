/** A proxy in front of InfluxDB that misbehaves: refuses, hangs, is slow, stores a part, or loses answers. */
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

export type StoreFault =
  | { kind: 'none' }
  /** Answers without asking the store: 429 only to writes, other statuses to everything. */
  | { kind: 'status'; status: 429 | 500 | 503; retryAfterSeconds?: number }
  /** Answers everything with a proxy's page: 200, and nothing is stored. */
  | { kind: 'page' }
  | { kind: 'slow'; delayMs: number }
  /** Never answers. */
  | { kind: 'hang' }
  /** Stores the first half of the lines of each write, then answers 500. */
  | { kind: 'partial' }
  /** Stores each write, and closes the connection instead of answering. */
  | { kind: 'answer-lost' }
  /** Stores each write, and closes the connection in the middle of the answer. */
  | { kind: 'half-answer' }
  /** Behaves like a proxy that retries: each write arrives twice. */
  | { kind: 'repeat' }
  /** Closes the connection as soon as a write starts. */
  | { kind: 'cut' };

export class HttpFaults {
  fault: StoreFault = { kind: 'none' };
  /** Number of writes that met a fault, or had no answer. */
  failedRequests = 0;
  readonly #target: URL;
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  constructor(target: string) {
    this.#target = new URL(target);
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  heal(): void {
    this.fault = { kind: 'none' };
    // Hanging requests are dropped, as by a restarted server.
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { fault } = this;
    const isWrite = request.url?.startsWith('/write') === true;
    const strikes = fault.kind !== 'none' && (isWrite || !onlyWrites(fault));
    if (isWrite) {
      if (strikes) this.failedRequests++;
      else
        response.once('close', () => {
          if (!response.writableEnded) this.failedRequests++;
        });
    }
    try {
      if (strikes && fault.kind === 'cut') {
        request.socket.destroy();
        return;
      }
      const body = await bodyOf(request);
      if (!strikes) await this.#pass(request, body, response);
      else await this.#misbehave(fault, request, body, response);
    } catch {
      request.socket.destroy();
    }
  }

  async #misbehave(
    fault: StoreFault,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    switch (fault.kind) {
      case 'status': {
        const { status, retryAfterSeconds } = fault;
        if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end('{"error":"engine: not now"}');
        return;
      }
      case 'page':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html><body>Please sign in</body></html>');
        return;
      case 'half-answer':
        await this.#pass(request, body, null);
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"results":[', () => request.socket.destroy());
        return;
      case 'repeat':
        await this.#pass(request, body, null);
        return this.#pass(request, body, response);
      case 'slow':
        await delay(fault.delayMs);
        return this.#pass(request, body, response);
      case 'partial':
        await this.#pass(withoutEncoding(request), firstHalf(request, body), null);
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end('{"error":"timeout"}');
        return;
      case 'answer-lost':
        await this.#pass(request, body, null);
        request.socket.destroy();
        return;
      default:
        return; // hang: the request stays without an answer
    }
  }

  async #pass(
    { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
    body: Buffer,
    response: ServerResponse | null,
  ): Promise<void> {
    const upstream = httpRequest({
      host: this.#target.hostname,
      port: this.#target.port,
      method,
      path: url,
      headers: { ...headers, 'content-length': String(body.length) },
    });
    upstream.end(body);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    const text = await bodyOf(answer);
    response?.writeHead(answer.statusCode ?? 502, answer.headers);
    response?.end(text);
  }
}

function onlyWrites(fault: StoreFault): boolean {
  return (
    ['partial', 'answer-lost', 'half-answer', 'repeat', 'cut'].includes(fault.kind) ||
    ('status' in fault && fault.status === 429)
  );
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function withoutEncoding(request: IncomingMessage): Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  const { 'content-encoding': _, 'transfer-encoding': __, ...headers } = request.headers;
  return { method: request.method, url: request.url, headers };
}

function firstHalf(request: IncomingMessage, body: Buffer): Buffer {
  const lines = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const middle = lines.indexOf('\n', lines.length >> 1);
  return middle < 0 ? lines : lines.subarray(0, middle + 1);
}
