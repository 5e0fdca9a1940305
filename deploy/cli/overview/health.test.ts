import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProgram } from '../program.ts';

const server = createServer((request, response) => {
  const isWell = request.url === '/healthz';
  response.writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(isWell ? { status: 'ok' } : { status: 'not ready', reasons: ['the disk is full'] }),
  );
});
let said = '';

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  server.close();
});

const health = (...args: string[]) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createProgram().parseAsync(['health', ...args, '--url', url, '--token', 'x'], { from: 'user' });
};

it('says that a side is well, and fails with the reason where it is not ready', async () => {
  await health('gateway');
  expect(said).toMatch(/^the gateway at http:.* is well\n$/);
  await expect(health('gateway', '--ready')).rejects.toThrow('the disk is full');
});

it('knows no third side', async () => {
  await expect(health('broker')).rejects.toThrow('neither gateway nor cloud');
});
