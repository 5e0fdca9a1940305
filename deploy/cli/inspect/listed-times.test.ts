/** Lists of dead letters, refused batches and decisions have times in the zone of this computer, which their header names. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInside } from '../run-command.testing.ts';
import { shownTime, zoned } from '../shown-times.ts';

const at = '2026-11-28T07:52:07.000Z';
const common = {
  at,
  code: 'DECODE_JSON',
  topic: 'telemetry/hall/p1',
  reason: 'it is not JSON',
  lane: 'readings',
};
const decided = { decisionId: 'd-1', decision: 'alert', subject: 'hall/p1', mode: 'active', confidence: 1 };
const item = {
  ...common,
  ...decided,
  id: 1,
  lines: 3,
  latencyMs: 1,
  reasons: ['well'],
  policy: { name: 'rules', version: '1' },
  answer: {},
};
let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ items: [item], next: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it.each(['deadletters', 'refused', 'decisions'])('%s', async (command) => {
  const { stdout } = await runInside([command, 'list', '--url', url]);
  const [head, row] = stdout.split('\n');
  expect(head).toContain(zoned('when'));
  expect(row).toContain(shownTime(Date.parse(at)));
  expect(row).not.toContain(at);
});
