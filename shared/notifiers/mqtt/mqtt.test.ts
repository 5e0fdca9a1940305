import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesPublishPacket } from 'aedes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileValidator } from '../../runtime/validate.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { MqttNotifierConfig } from './config.ts';
import { createMqttNotifier } from './mqtt.ts';

let broker: Aedes;
let server: Server;
let port: number;
const sockets = new Set<Socket>();
const published: AedesPublishPacket[] = [];
/** The broker's reaction to a publication: it acknowledges, refuses, or keeps silent. */
let verdict: (done: (error?: Error | null) => void) => void;

beforeEach(async () => {
  published.length = 0;
  sockets.clear();
  verdict = (done) => done(null);
  broker = await Aedes.createBroker({
    authenticate: (_, user, password, done) =>
      done(null, user === undefined || password?.toString() === 'right'),
    authorizePublish: (_, __, done) => verdict(done),
    published: (packet, client, done) => {
      if (client) published.push(packet);
      done();
    },
  });
  server = createServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await new Promise<void>((resolve) => broker.close(resolve));
});

function notifier(options: Partial<MqttNotifierConfig> = {}) {
  const value = { name: 'plant-bus', url: `mqtt://127.0.0.1:${port}`, ...options };
  return createMqttNotifier(compileValidator(MqttNotifierConfig)(value, (problem) => new Error(problem)));
}
const opened = notificationOf(predictionEvent('opened', 1));
const never = new AbortController().signal;

describe('an MQTT notification', () => {
  it('is published at QoS 1 over one connection, with its key', async () => {
    const mqtt = notifier({ topic: 'maintenance/{site}/{machine}/{change}' });
    await mqtt.notify(opened, never);
    await mqtt.notify(opened, never);
    expect(published.map(({ topic, qos }) => ({ topic, qos }))).toEqual([
      { topic: 'maintenance/leeds/pump-1/opened', qos: 1 },
      { topic: 'maintenance/leeds/pump-1/opened', qos: 1 },
    ]);
    expect(JSON.parse(published[0]!.payload.toString())).toEqual({
      ...opened.event,
      alertchange: 'opened',
      headline: 'Warning: bearing wear on leeds/pump-1',
      text: expect.stringContaining('What to do:      Plan its maintenance'),
      idempotencykey: opened.key,
    });
    expect(sockets.size).toBe(1);
    await mqtt.stop();
  });

  it.each([
    ['has ended', (idle: Socket) => idle.end()],
    ['is ending', (idle: Socket) => idle.destroy()],
  ])('is published over a new connection when the idle one %s', async (_, end) => {
    const mqtt = notifier();
    await mqtt.notify(opened, never);
    const [idle] = sockets;
    // After `end` it closes when the notifier has closed its side, too.
    const closed = new Promise<void>((resolve) => idle!.once('close', () => resolve()));
    end(idle!);
    await closed;
    await mqtt.notify(opened, never);
    expect(published).toHaveLength(2);
    expect(sockets.size).toBe(2);
    await mqtt.stop();
  });

  it('fails if the broker does not acknowledge, and is not sent by the library later', async () => {
    const mqtt = notifier();
    let asked = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    verdict = () => asked();
    const giveUp = new AbortController();
    const notified = mqtt.notify(opened, giveUp.signal);
    await reached;
    giveUp.abort();
    await expect(notified).rejects.toMatchObject({ retry: true });
    verdict = (done) => done(null);
    await mqtt.notify(opened, never);
    expect(published).toHaveLength(1);
    await mqtt.stop();
  });

  it('fails if the broker closes the connection, and reconnects next time', async () => {
    const mqtt = notifier();
    verdict = (done) => done(new Error('no right'));
    await expect(mqtt.notify(opened, never)).rejects.toMatchObject({ retry: true });
    verdict = (done) => done(null);
    await mqtt.notify(opened, never);
    expect(published).toHaveLength(1);
    await mqtt.stop();
  });

  it('fails with wrong credentials and without a broker', async () => {
    await expect(notifier({ user: 'me', password: 'wrong' }).notify(opened, never)).rejects.toThrow(
      /Not authorized/,
    );
    await expect(notifier({ url: 'mqtt://127.0.0.1:1' }).notify(opened, never)).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});
