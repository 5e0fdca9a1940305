import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mosquittoClients } from '../../../test/support/debian/clients.ts';
import { environmentOf } from '../../../test/support/debian/packages.ts';
import { reasonToSkip } from '../../../test/support/needed.ts';
import { makeCertificate, noOpenssl } from '../../../test/support/openssl.ts';
import { brokerConfig, closeOf, TestBroker, until } from './harness.testing.ts';

const mosquitto = await mosquittoClients();
const noMosquitto = reasonToSkip(mosquitto);

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

describe('other transports', () => {
  it('WebSocket: the same broker, the same limits', async () => {
    await gateway.start({ websocketPort: 0, packetBytesMax: 2_000 });
    const url = `ws://127.0.0.1:${gateway.broker.ports().websocketPort}/mqtt`;
    const sensor = await gateway.connected({}, url);
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => sensor.publishAsync('telemetry/w', `${i}`, { qos: 1 })),
    );
    expect(gateway.intake.messages.map(({ payload }) => Number(payload))).toEqual([...Array(200).keys()]);
    const closed = closeOf(sensor);
    sensor.publish('telemetry/w', 'x'.repeat(3_000), { qos: 1 });
    await closed;
    expect(gateway.broker.stats().refused.oversize).toBe(1);
    expect((await fetch(url.replace('ws', 'http'))).status).toBe(426);
  });

  it.skipIf(noOpenssl !== null)('TLS (needs openssl)', async () => {
    const [certFile, keyFile] = [join(gateway.dataDir, 'cert.pem'), join(gateway.dataDir, 'key.pem')];
    makeCertificate(certFile, keyFile, '-subj', '/CN=localhost');
    const told: unknown[] = [];
    gateway.log = { ...gateway.log, warn: (...words: unknown[]) => told.push(words) } as typeof gateway.log;
    await gateway.start({ tls: { certFile, keyFile }, websocketPort: 0 });
    const sealed = { ca: [readFileSync(certFile)], host: 'localhost' };
    const ports = gateway.broker.ports();
    for (const url of [`mqtts://localhost:${ports.port}`, `wss://localhost:${ports.websocketPort}`]) {
      const sensor = await gateway.connected(sealed, url);
      await sensor.publishAsync('telemetry/a', 'sealed', { qos: 1 });
    }
    expect(gateway.intake.texts).toEqual(['telemetry/a sealed', 'telemetry/a sealed']);
    await expect(gateway.connected({}, `ws://localhost:${ports.websocketPort}`)).rejects.toThrow();
    const plain = await gateway.raw();
    plain.connect();
    await until(() => expect(plain.closed).toBe(true));
    const problem = 'the client does not speak TLS, and this port does';
    await until(() =>
      expect(told).toContainEqual([expect.objectContaining({ address: '127.0.0.1' }), problem]),
    );
  });

  it('says which TLS files it cannot use', async () => {
    const tls = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' };
    await expect(gateway.start({ tls })).rejects.toMatchObject({
      code: 'BROKER_TLS_FILES',
      message: expect.stringContaining('broker.tls.certFile names /nowhere/cert.pem: '),
    });
  });

  it.skipIf(noMosquitto !== null)(
    'mosquitto_pub, as an independent client (needs mosquitto-clients)',
    async () => {
      if ('unavailable' in mosquitto) return;
      const { pub } = mosquitto;
      await gateway.start();
      const login = ['-h', '127.0.0.1', '-p', `${gateway.port}`, '-u', 'sensor', '-P', 'secret'];
      for (const qos of ['0', '1', '2']) {
        const [status] = await once(
          spawn(pub.path, [...login, '-t', 'telemetry/m', '-m', `q${qos}`, '-q', qos], {
            env: environmentOf(pub),
          }),
          'exit',
        );
        expect(status).toBe(0);
      }
      await until(() =>
        expect(gateway.intake.texts).toEqual(['q0', 'q1', 'q2'].map((text) => `telemetry/m ${text}`)),
      );
    },
  );
});

it('the configuration has its documented defaults', () => {
  expect(brokerConfig({ port: undefined, users: undefined })).toMatchObject({
    host: '127.0.0.1',
    port: 1883,
    anonymous: 'refuse',
    packetBytesMax: 262_144,
    users: [],
  });
});
