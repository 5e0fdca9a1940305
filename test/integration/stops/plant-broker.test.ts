/** A plant with a Mosquitto of its own, whose messages a gateway takes: what was acknowledged to it is stored, once. */

import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reasonToSkip } from '../../support/needed.ts';
import { type Mosquitto, mosquittoBinary, startMosquitto } from '../../support/peers/mosquitto.ts';
import { drained, type Site, startSite, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

const skip = reasonToSkip(await mosquittoBinary());
/** Messages of each part of the test; what happens meanwhile is in the middle of it. */
const each = 1_500;
const beganMs = Date.now();

/** Passes the connection of the gateway on, and can end it. */
async function wire(to: number): Promise<{ port: number; cut(): void; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = dial(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

let broker: Mosquitto;
let site: Site;
let between: Awaited<ReturnType<typeof wire>>;
let sensor: MqttClient;
/** Running numbers that the broker has taken from the sensor. */
const ledger: number[] = [];

beforeAll(async () => {
  if (skip !== null) return;
  broker = await startMosquitto(['max_inflight_messages 100']);
  between = await wire(broker.port);
  const { port } = between;
  const remote = { name: 'plant', url: `mqtt://127.0.0.1:${port}`, subscribe: ['factory/#'], clientId: 'gw' };
  site = await startSite({
    gateway: {
      'mqtt-client': {
        brokers: [
          { ...remote, qos: 1, strip: 'factory/', prefix: 'telemetry/' },
          {
            ...remote,
            name: 'exact',
            clientId: 'gw-2',
            subscribe: ['exact/#'],
            qos: 2,
            strip: 'exact/',
            prefix: 'telemetry/',
          },
        ],
      },
    },
  });
  await subscribed();
  sensor = await connectAsync(broker.url, { clientId: 'sensor', clean: false, reconnectPeriod: 100 });
  sensor.on('error', () => undefined);
});
afterAll(async () => {
  if (skip !== null) return;
  await sensor?.endAsync(true);
  await site?.dispose();
  await between?.stop();
  await broker?.remove();
});

const subscribed = () =>
  until(async () => {
    const status = (await site.gateway.json('/api/status')) as { 'mqtt-client': { connected: boolean }[] };
    return status['mqtt-client'].every(({ connected }) => connected);
  }, 'both subscriptions');

async function send(from: number, count: number): Promise<void> {
  const one = async (n: number) => {
    const way = n % 2 === 0 ? 'factory' : 'exact';
    const payload = JSON.stringify({ cycles: n, seq: n, ts: beganMs + n });
    await sensor.publishAsync(`${way}/load/m${n % 5}`, payload, { qos: n % 2 === 0 ? 1 : 2 });
    ledger.push(n);
  };
  for (let n = from; n < from + count; n += 50)
    await Promise.all(Array.from({ length: Math.min(50, from + count - n) }, (_, i) => one(n + i)));
}

const faults: [string, () => Promise<void>][] = [
  ['nothing', async () => undefined],
  [
    'the gateway is killed, and started again',
    async () => {
      await site.gateway.kill9();
      await site.gateway.restart();
    },
  ],
  [
    'the broker is stopped, and started again',
    async () => {
      await broker.end();
      await broker.start();
    },
  ],
  ['the connection is cut', async () => between.cut()],
  [
    'the gateway is stopped, and started after the broker',
    async () => {
      await site.gateway.stop();
      await broker.end();
      await broker.start();
      await site.gateway.restart();
    },
  ],
];

it.skipIf(skip !== null)(
  'what a Mosquitto has acknowledged to its sensors is stored once, whatever happens between them and the cloud',
  async () => {
    for (const [i, [, fault]] of faults.entries()) {
      const sending = send(i * each, each);
      await until(() => ledger.length > (i + 0.3) * each, 'a part of the messages');
      await fault();
      await sending;
    }
    const wanted = [...ledger].sort((a, b) => a - b);
    expect(wanted).toEqual(Array.from({ length: faults.length * each }, (_, n) => n));
    let stored: number[] = [];
    await until(async () => {
      await drained(site);
      stored = (await embeddedReadings(site.cloud)).map(([, n]) => n).sort((a, b) => a - b);
      return stored.length >= wanted.length;
    }, 'all messages in the store');
    expect(stored).toEqual(wanted);
  },
);
