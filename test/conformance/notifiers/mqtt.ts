import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Answer, NotifierHarness } from './suite.ts';

const password = 'a broker password';

export const mqttHarness: NotifierHarness = {
  kind: 'mqtt',
  neverForGood: true,
  secrets: [password],
  async start() {
    const published: string[] = [];
    let kind: Answer = 'confirm';
    let onReached = () => {};
    const reached = new Promise<void>((resolve) => {
      onReached = resolve;
    });
    const broker = await Aedes.createBroker({
      authenticate: (_, user, given, done) =>
        done(null, user === 'harbinger' && given?.toString() === password),
      authorizePublish(_, packet, done) {
        if (kind === 'keep-silent') return onReached();
        published.push(packet.payload.toString());
        done(kind === 'confirm' ? null : new Error('as told'));
      },
    });
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      broker.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let stopped: Promise<void> | null = null;
    return {
      config: {
        name: 'plant-bus',
        url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
        user: 'harbinger',
        password,
      },
      answer(next) {
        kind = next;
      },
      reached: () => reached,
      received: () => published.map((body) => ({ key: JSON.parse(body).idempotencykey, content: body })),
      stop() {
        stopped ??= new Promise<void>((resolve) => {
          for (const socket of sockets) socket.destroy();
          server.close(() => broker.close(() => resolve()));
        });
        return stopped;
      },
    };
  },
};
