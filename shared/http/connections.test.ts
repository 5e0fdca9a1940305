import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { createHttpServer, listenHttp } from './server.ts';

it('answers although idle connections take all places, and goes on with a request that is in progress', async () => {
  const silence = { info() {}, warn() {}, error() {}, debug() {} };
  const app = createHttpServer({ connectionsMax: 8, paramLengthMax: 32 }, silence as never);
  let answer = () => {};
  const slow = new Promise<void>((resolve) => {
    answer = resolve;
  });
  app.get('/healthz', async () => 'alive');
  app.get('/slow', async () => {
    await slow;
    return 'at last';
  });
  const port = await listenHttp(app, { host: '127.0.0.1', port: 0 });
  const begun = once(app.server, 'request');
  const waiting = fetch(`http://127.0.0.1:${port}/slow`);
  await begun;
  const idle = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('alive');
  answer();
  expect(await (await waiting).text()).toBe('at last');
  for (const socket of idle) socket.destroy();
  await app.close();
});
