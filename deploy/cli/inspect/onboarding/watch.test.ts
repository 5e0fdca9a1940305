/** `harbinger watch` prints what a gateway streams, as lines for people or as JSON. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInside } from '../../run-command.testing.ts';

const sent = [
  {},
  {
    ...{ atMs: 1_700_000_000_000, topic: 'telemetry/hall/p1', client: 'c', outcome: 'stored' },
    ...{ machine: 'hall/p1', values: [{ sensor: 'temp', value: 41.5, unit: '°C' }], passedOver: ['mood'] },
  },
  {
    ...{ atMs: 1_700_000_000_000, topic: 'telemetry/hall/p1', client: 'c', outcome: 'refused' },
    ...{ code: 'DECODE_JSON', why: 'it is not JSON', payload: '{bad\u001b[31m' },
  },
  { lost: 12 },
];
let server: Server;
let url = '';
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    request.on('data', (chunk) => asked.push(String(chunk)));
    request.on('end', () => response.end(sent.map((line) => `${JSON.stringify(line)}\n`).join('')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it('a line says what happened to a message and why, and how many were left out', async () => {
  const { status, stdout, stderr } = await runInside(['watch', 'hall/#', '--url', url]);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(
    /^2023-11-1\d [\d:]{8} \S+ {2}stored {3}hall\/p1 {2}temp=41\.5 °C; passed over: mood$/,
  );
  expect(lines[1]).toMatch(
    / refused {2}telemetry\/hall\/p1 {2}it is not JSON \[DECODE_JSON\]; from c on it: \{bad·\[31m$/,
  );
  expect(lines[2]).toBe('… 12 more were left out');
  expect([status, stderr]).toEqual([1, expect.stringContaining('the gateway has ended it')]);
  expect(asked[0]).toBe('{"filter":"hall/#"}');
});

it('as JSON it is a line for each', async () => {
  const { stdout } = await runInside(['watch', '--json', '--url', url]);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text)),
  ).toEqual(sent.slice(1));
});
