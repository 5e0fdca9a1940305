/** Heartbeats against a real HTTP server and a real broker. */
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, expect, it } from 'vitest';
import { type Log, silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { compileValidator } from '../runtime/validate.ts';
import { HeartbeatConfig } from './config.ts';
import { Heartbeat } from './heartbeat.ts';

const everyS = 60;
const read = compileValidator(HeartbeatConfig);
const disposals: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

const clock = manualClock();
let logged: string[] = [];
let problems: string[] = [];

function start(config: object): Heartbeat {
  logged = [];
  problems = [];
  const note = (fields: unknown, text?: string) => void logged.push(JSON.stringify([fields, text]));
  const log = Object.assign(Object.create(silentLog) as Log, { warn: note, info: note });
  const heartbeat = new Heartbeat(
    read({ everyS, ...config }, (problem) => new Error(problem)),
    { problems: () => problems, clock, log },
  );
  heartbeat.start();
  disposals.push(() => heartbeat.stop());
  return heartbeat;
}

/** Lets so many heartbeats be due, each after the one before has ended. */
async function beats(heartbeat: Heartbeat, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const { sent, failed, withheld } = heartbeat.state()!;
    // No further than to the beat: its time limit must not go by at once.
    await clock.step();
    await expect
      .poll(() => {
        const now = heartbeat.state()!;
        return now.sent + now.failed + now.withheld;
      })
      .toBe(sent + failed + withheld + 1);
    await new Promise(setImmediate);
  }
}

async function pingServer() {
  const got: { method: string | undefined; url: string | undefined }[] = [];
  const answer = { status: 200 };
  const server: Server = createHttpServer(({ method, url }, response) => {
    got.push({ method, url });
    if (answer.status !== 0) response.writeHead(answer.status).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  disposals.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-uuid`, got, answer };
}

it('calls the address at each interval while the process works, and stops when it does not', async () => {
  const { url, got } = await pingServer();
  const heartbeat = start({ url });
  await beats(heartbeat, 3);
  expect(got).toEqual([1, 2, 3].map(() => ({ method: 'GET', url: '/secret-uuid' })));
  problems = ['the disk is full'];
  await beats(heartbeat, 4);
  expect(got).toHaveLength(3);
  expect(heartbeat.state()).toMatchObject({ sent: 3, withheld: 4, lastProblem: 'the disk is full' });
  expect(logged).toHaveLength(1);
  problems = [];
  await beats(heartbeat, 1);
  expect(heartbeat.state()).toMatchObject({ sent: 4, lastProblem: null });
});

it('counts failures and logs them once, without the address; a server that does not answer is given up in time', async () => {
  const { url, got, answer } = await pingServer();
  const heartbeat = start({ url, method: 'POST', timeoutMs: 100 });
  answer.status = 500;
  await beats(heartbeat, 3);
  expect(heartbeat.state()).toMatchObject({ sent: 0, failed: 3, lastProblem: 'heartbeat.url answered 500' });
  answer.status = 0;
  await clock.step();
  await expect.poll(() => got.length).toBe(4);
  await clock.step(); // its time limit
  await clock.step();
  await expect.poll(() => heartbeat.state()?.failed).toBe(4);
  answer.status = 200;
  await beats(heartbeat, 1);
  expect(got.every(({ method }) => method === 'POST')).toBe(true);
  expect(logged).toHaveLength(2);
  expect(logged.join()).not.toContain('secret-uuid');
});

it('publishes to a topic of a broker, and fails where the broker does not let it in', async () => {
  const topics: string[] = [];
  const broker = await Aedes.createBroker({
    authenticate: (_, user, given, done) => done(null, user === 'beat' && given?.toString() === 'right'),
    authorizePublish(_, packet, done) {
      topics.push(packet.topic);
      done(null);
    },
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  disposals.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => broker.close(() => resolve()));
      }),
  );
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const heartbeat = start({ mqtt: { url, topic: 'beats/hall-1', user: 'beat', password: 'right' } });
  await beats(heartbeat, 2);
  expect(topics).toEqual(['beats/hall-1', 'beats/hall-1']);
  const refused = start({ mqtt: { url, topic: 'beats/hall-1', user: 'beat', password: 'wrong-one' } });
  await beats(refused, 1);
  expect(refused.state()).toMatchObject({ sent: 0, failed: 1 });
  expect(logged.join()).not.toContain('wrong-one');
});

it('does nothing where nothing is configured', () => {
  expect(start({}).state()).toBeNull();
});
