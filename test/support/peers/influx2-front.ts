/**
 * The HTTP API of InfluxDB 2 in front of a real InfluxDB 1: writing, deleting and InfluxQL are translated, the login is
 * checked. A bucket is the database of that name.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Influxd } from '../influxd.ts';

export interface Influx2Front {
  url: string;
  token: string;
  /** Paths with their methods, in order. */
  readonly requests: string[];
  /**
   * Decides what happens to a request: it is passed on, or the connection ends before that or after it. Passes by default.
   */
  fault: (request: IncomingMessage) => 'pass' | 'end-before' | 'end-after';
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  text: string;
}

const token = 't0ken';

export async function startInflux2Front(influxd: Pick<Influxd, 'url' | 'query'>): Promise<Influx2Front> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 'internal error', message: String(error) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Influx2Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests,
    fault: () => 'pass',
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    const fault = front.fault(request);
    if (fault === 'end-before') return void request.socket.destroy();
    const { status, text } = await pass(request, body);
    if (fault === 'end-after') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text);
  }

  async function pass(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { pathname, searchParams: given } = new URL(request.url ?? '/', front.url);
    if (pathname === '/health') return { status: 200, text: '{"status":"pass"}' };
    if (request.headers.authorization !== `Token ${token}`) return problem(401, 'unauthorized access');
    if (pathname === '/query') return forward('GET', `/query?${given}`, null, {});
    if (given.get('org') !== 'acme') return problem(404, 'organization not found');
    const bucket = given.get('bucket') ?? '';
    if (pathname === '/api/v2/write') {
      const encoding = request.headers['content-encoding'];
      const path = `/write?${new URLSearchParams({ db: bucket, precision: given.get('precision') ?? 'ns' })}`;
      const { status, text } = await forward(
        'POST',
        path,
        body,
        encoding ? { 'content-encoding': encoding } : {},
      );
      return status === 204
        ? { status, text }
        : problem(status, (JSON.parse(text) as { error: string }).error);
    }
    if (pathname === '/api/v2/delete') return remove(bucket, body);
    return problem(404, 'path not found');
  }

  /** Both ends belong to the span, and only a comparison of the measurement is understood. */
  async function remove(bucket: string, body: Buffer): Promise<Answer> {
    const { start, stop, predicate } = JSON.parse(body.toString()) as Record<string, string>;
    const [, measurement] = /^_measurement="((?:[^"\\]|\\.)*)"$/.exec(predicate ?? '') ?? [];
    if (measurement === undefined) return problem(400, `cannot parse the predicate ${predicate}`);
    const said = await influxd.query(
      `DELETE FROM "${measurement}" WHERE time >= '${start}' AND time <= '${stop}'`,
      bucket,
    );
    const error = said.error ?? said.results[0]?.error;
    return error === undefined ? { status: 204, text: '' } : problem(400, error);
  }

  async function forward(
    method: string,
    path: string,
    body: Buffer | null,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const content = body === null ? {} : { body: new Uint8Array(body) };
    const response = await fetch(`${influxd.url}${path}`, { method, headers, ...content });
    return { status: response.status, text: await response.text() };
  }

  return front;
}

function problem(status: number, message: string): Answer {
  return { status, text: JSON.stringify({ code: status === 401 ? 'unauthorized' : 'invalid', message }) };
}
