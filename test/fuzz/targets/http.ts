import { bearer, startApi, stopAll as stopApis } from '../../../cloud/api/running-api.testing.ts';
import { startHttp, stopAll as stopGateways } from '../../../gateway/api/running-http.testing.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { below, mutate, pick } from '../mutate.ts';
import type { Input, Target } from '../target.ts';
import { exchanged } from './exchange.ts';

interface Operation {
  method: string;
  path: string;
  names: string[];
}

const bodies = [
  '',
  '{}',
  '[]',
  '{"ids":[1,2]}',
  '{"all":true}',
  '{"sql":"select 1"}',
  '{"a":'.repeat(50),
  '"',
];
const values = [
  '1',
  '-1',
  '1e9',
  'abc',
  '%00',
  '%',
  '..%2f',
  'a'.repeat(200),
  '2026-01-01T00:00:00Z',
  'lab',
  "'",
  '',
];

/** Draws requests to what an API says that it has. */
async function operationsOf(base: string, headers: Record<string, string>): Promise<Operation[]> {
  const response = await fetch(`${base}/api/openapi.json`, { headers });
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      names: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
}

function requestOf(random: Random, operations: readonly Operation[], headers: string): Buffer {
  const { method, path, names } = pick(random, operations);
  const filled = path.replaceAll(/\{\w+\}/g, () => pick(random, values));
  const query = names.filter(() => below(random, 2) === 0).map((name) => `${name}=${pick(random, values)}`);
  const target = query.length > 0 ? `${filled}?${query.join('&')}` : filled;
  const body = method === 'GET' ? '' : pick(random, bodies);
  const about = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  return Buffer.from(
    `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}${about}\r\n${body}`,
  );
}

async function httpTarget(
  kind: string,
  port: number,
  headers: Record<string, string>,
  close: () => Promise<void>,
): Promise<Target> {
  const base = `http://127.0.0.1:${port}`;
  const operations = await operationsOf(base, headers);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    kind,
    draw(random): Input {
      const request = requestOf(random, operations, lines.join(''));
      return [below(random, 3) === 0 ? request : mutate(random, request)];
    },
    async take(input) {
      // A stream of events has no end, so the first bytes are enough.
      const answer = await exchanged(port, input, 'closed');
      const status = /^HTTP\/1\.1 (\d+)/.exec(answer.toString('latin1', 0, 20))?.[1];
      if (status?.startsWith('5') && !mayAnswer.has(status))
        throw new Error(`the answer is ${answer.toString('utf8', 0, 600)}`);
    },
    async check() {
      const right = Buffer.from('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      const answer = await exchanged(port, [right], 'closed');
      if (!answer.toString().startsWith('HTTP/1.1 200 '))
        throw new Error(`a right request got ${answer.toString('utf8', 0, 200)}`);
    },
    close,
  };
}

/** Not implemented, not available: said on purpose. A fault of the server's own is 500. */
const mayAnswer = new Set(['501', '503', '505']);

export async function gatewayHttpTarget(): Promise<Target> {
  const { port } = await startHttp();
  return httpTarget('gateway-http', port, {}, stopGateways);
}

export async function cloudHttpTarget(): Promise<Target> {
  const { base } = await startApi();
  return httpTarget('cloud-http', Number(new URL(base).port), bearer, stopApis);
}
