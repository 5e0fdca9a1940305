/** Plain and sealed ports side by side, client certificates, and certificates that are renewed while clients are connected. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { issueCertificate, makeCertificate, noOpenssl } from '../../../../test/support/openssl.ts';
import { Devices } from '../../../devices/devices.ts';
import { TestBroker, until } from '../harness.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

const inFolder = (name: string) => join(gateway.dataDir, name);
const pair = (name: string) => ({ certFile: inFolder(`${name}.crt`), keyFile: inFolder(`${name}.key`) });

function makeCa() {
  const ca = pair('ca');
  makeCertificate(ca.certFile, ca.keyFile, '-subj', '/CN=site CA');
  return ca;
}

function issued(name: string, ...options: string[]) {
  const made = pair(name);
  issueCertificate(pair('ca'), made.certFile, made.keyFile, '-subj', `/CN=${name}`, ...options);
  return made;
}

const forHost = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
const further = (i = 0) => gateway.broker.ports().further[i]!;

describe.skipIf(noOpenssl !== null)('listeners (need openssl)', () => {
  it('plain and sealed ports serve at once, over TCP and WebSocket', async () => {
    makeCa();
    const tls = issued('gateway', ...forHost);
    const listeners = [
      { port: 0, tls },
      { port: 0, transport: 'websocket', tls },
      { port: 0, transport: 'websocket' },
    ];
    await gateway.start({ listeners });
    const sealed = { ca: [readFileSync(inFolder('ca.crt'))] };
    const urls = [
      `mqtt://localhost:${gateway.port}`,
      `mqtts://localhost:${further(0)}`,
      `wss://localhost:${further(1)}`,
      `ws://localhost:${further(2)}`,
    ];
    for (const [i, url] of urls.entries()) {
      const client = await gateway.connected({ ...sealed, clientId: `c${i}` }, url);
      await client.publishAsync('telemetry/a', `${i}`, { qos: 1 });
    }
    expect(gateway.intake.texts).toEqual([0, 1, 2, 3].map((i) => `telemetry/a ${i}`));
    expect(gateway.broker.addresses?.()).toMatchObject({ mqttPort: gateway.port, listenerPort0: further(0) });
  });

  it('old versions of TLS are refused', async () => {
    makeCa();
    await gateway.start({ listeners: [{ port: 0, tls: issued('gateway', ...forHost) }] });
    const handshake = (version: 'TLSv1.1' | 'TLSv1.2') =>
      new Promise((resolve) => {
        const ciphers = 'DEFAULT@SECLEVEL=0';
        const options = {
          port: further(),
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
        };
        const socket = connectTls({ ...options, ciphers }, () => resolve(socket.getProtocol()));
        socket.on('error', () => resolve('refused'));
        socket.on('secureConnect', () => socket.destroy());
      });
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.1')).toBe('refused');
  });

  it('a device signs in by the certificate that the site’s authority has issued, and nobody without one', async () => {
    makeCa();
    const tls = { ...issued('gateway', ...forHost), clientCaFile: inFolder('ca.crt') };
    gateway.devices = Devices.in(gateway.dataDir, {
      reserved: () => [],
      clock: manualClock(),
      log: silentLog,
    });
    const devices = gateway.devices as Devices;
    await devices.add([{ user: 'press-1', certificate: 'CN=press-1' }], { by: 'maria', address: '::1' });
    await gateway.start({ listeners: [{ port: 0, tls }] });
    const url = `mqtts://localhost:${further()}`;
    const asDevice = (name: string) => {
      const { certFile, keyFile } = issued(name);
      const own = {
        cert: readFileSync(certFile),
        key: readFileSync(keyFile),
        ca: [readFileSync(inFolder('ca.crt'))],
      };
      return { ...own, clientId: name, username: undefined as never, password: undefined as never };
    };
    const client = await gateway.connected(asDevice('press-1'), url);
    await client.publishAsync('telemetry/hall/press-1', '1', { qos: 1 });
    expect(gateway.intake.messages).toMatchObject([{ user: 'press-1' }]);
    await expect(gateway.connected(asDevice('press-2'), url)).rejects.toThrow();
    await expect(gateway.connected({ ca: [readFileSync(inFolder('ca.crt'))] }, url)).rejects.toThrow();
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await devices.revoke(['press-1'], { by: 'maria', address: '::1' });
    await closed;
    await expect(gateway.connected(asDevice('press-1'), url)).rejects.toThrow();
  });

  it('where certificates are optional, one is known by its fingerprint, whoever has issued it', async () => {
    makeCa();
    const own = pair('own');
    makeCertificate(own.certFile, own.keyFile, '-subj', '/CN=press-1');
    const { fingerprint256 } = new (await import('node:crypto')).X509Certificate(readFileSync(own.certFile));
    const devices = Devices.in(gateway.dataDir, { reserved: () => [], clock: manualClock(), log: silentLog });
    gateway.devices = devices;
    await devices.add([{ user: 'a', certificate: fingerprint256 }], { by: 'maria', address: '::1' });
    const server = issued('gateway', ...forHost);
    const tls = { ...server, clientCertificates: 'optional' };
    await gateway.start({
      listeners: [
        { port: 0, tls },
        { port: 0, tls: { ...tls, clientCaFile: inFolder('ca.crt') } },
      ],
    });
    const ca = [readFileSync(inFolder('ca.crt'))];
    const nameless = { username: undefined as never, password: undefined as never };
    const sealed = { ca, cert: readFileSync(own.certFile), key: readFileSync(own.keyFile), ...nameless };
    for (const i of [0, 1]) {
      const url = `mqtts://localhost:${further(i)}`;
      const client = await gateway.connected({ ...sealed, clientId: `a${i}` }, url);
      await client.publishAsync('telemetry/hall/a', '1', { qos: 1 });
      await gateway.connected({ ca, clientId: `b${i}` }, url);
    }
    expect(gateway.intake.messages.map(({ user }) => user)).toEqual(['a', 'a']);
    // A name counts only in a certificate that the authority of the listener has issued.
    await devices.revoke(['a'], { by: 'maria', address: '::1' });
    await devices.add([{ user: 'b', certificate: 'CN=press-1' }], { by: 'maria', address: '::1' });
    for (const i of [0, 1])
      await expect(gateway.connected(sealed, `mqtts://localhost:${further(i)}`)).rejects.toThrow();
  });

  it('a renewed certificate is taken for new connections, and the open ones stay', async () => {
    makeCa();
    const tls = issued('gateway', ...forHost);
    await gateway.start({ listeners: [{ port: 0, tls }] });
    const ca = [readFileSync(inFolder('ca.crt'))];
    const url = `mqtts://localhost:${further()}`;
    const early = await gateway.connected({ ca, clientId: 'early' }, url);
    const served = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connectTls({ port: further(), rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    const before = await served();
    const renewed = issued('renewed', ...forHost);
    copyFileSync(renewed.certFile, tls.certFile);
    expect(gateway.broker.renewCertificates?.()).toMatchObject({
      renewed: 0,
      problems: [expect.stringMatching(/it is not the key of the certificate/)],
    });
    expect(await served()).toBe(before);
    copyFileSync(renewed.keyFile, tls.keyFile);
    expect(gateway.broker.renewCertificates?.()).toEqual({ renewed: 1, problems: [] });
    expect(await served()).not.toBe(before);
    await early.publishAsync('telemetry/a', 'still here', { qos: 1 });
    await until(() => expect(gateway.intake.texts).toEqual(['telemetry/a still here']));
  });
});
