import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { expect, it } from 'vitest';
import { publishAll } from './publish-all.ts';

/** Publishes two messages to a server that does `serve` with each connection. */
async function publishedTo(serve: (socket: Socket) => void, msMax?: number): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const messages = [1, 2].map((i) => [`t/${i}`, 'x'] as const);
  try {
    await publishAll(url, messages, { clientId: 'patient' }, msMax);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

it('ends when everything is acknowledged, also after a lost connection', async () => {
  const broker = await Aedes.createBroker();
  let connections = 0;
  await publishedTo((socket) => (++connections === 1 ? socket.destroy() : void broker.handle(socket)));
  expect(connections).toBe(2);
  broker.close();
});

it('does not wait for ever for a gateway that acknowledges nothing', async () => {
  await expect(publishedTo(() => {}, 100)).rejects.toThrow(
    '0 of 2 messages of patient were acknowledged in 100 ms',
  );
});
