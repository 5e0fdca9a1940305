import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import { Aedes } from 'aedes';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeEnded } from '../../../shared/contract/alerts/ended-in-cloud.ts';
import { endedTopic, greetingTopic } from '../../../shared/contract/topics.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { makeCertificate, noOpenssl } from '../../../test/support/openssl.ts';
import { uplinkProblems } from '../config.ts';
import { MqttLink } from './mqtt-link.ts';

const config = {
  url: 'mqtt://127.0.0.1:1',
  connectMsMax: 1_000,
  ackMsMax: 1_000,
  backoffFirstMs: 10,
  backoffMaxMs: 10,
  lingerMs: 10,
  batchBytesMax: 1_024,
  inFlightMax: 1,
  refusedMsMax: 3_600_000,
  refusedCountMax: 10,
  refusedBytesMax: 1 << 20,
};

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
});

/** Starts a server and returns its address; `serve` gets each connection. */
async function serverAt(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  servers.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connecting = (url: string) =>
  new MqttLink('gw', { ...config, url }, systemClock).connect(new AbortController().signal);

it('refuses a broker that does not greet, because it would confirm batches without storing them', async () => {
  const broker = await Aedes.createBroker();
  const url = await serverAt((socket) => void broker.handle(socket));
  await expect(connecting(url)).rejects.toMatchObject({ code: 'UPLINK_NOT_A_CLOUD', retry: true });
  const greeting = {
    cmd: 'publish',
    topic: greetingTopic('gw'),
    payload: '{}',
    qos: 0,
    retain: true,
    dup: false,
  } as const;
  await new Promise<void>((resolve) => broker.publish(greeting, () => resolve()));
  await connecting(url);
  broker.close();
});

it('passes on which alerts are over in the cloud, and nothing that is none', async () => {
  const broker = await Aedes.createBroker();
  const url = await serverAt((socket) => void broker.handle(socket));
  const said = { alertId: 'p-1', closed: { by: 'maria', reason: 'seen', severity: 'warning' } } as const;
  const publish = (topic: string, payload: string | Buffer) =>
    new Promise<void>((resolve) => {
      broker.publish({ cmd: 'publish', topic, payload, qos: 0, retain: true, dup: false }, () => resolve());
    });
  await publish(greetingTopic('gw'), '{}');
  const heard: unknown[] = [];
  const ended = (alerts: unknown) => void heard.push(alerts);
  const link = new MqttLink('gw', { ...config, url }, systemClock, '', { ended });
  await link.connect(new AbortController().signal);
  await publish(endedTopic('gw'), 'no JSON');
  await publish(endedTopic('gw'), encodeEnded([said])[0]!);
  await vi.waitFor(() => expect(heard).toEqual([[], [said]]), { timeout: 20_000 });
  await link.close();
  broker.close();
});

const html = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>Sign in to the network</html>';
it.each<[string, (socket: Socket) => void]>([
  ['a page of HTML', (socket) => socket.end(html)],
  ['a page of HTML, and stays open', (socket) => socket.write(html)],
  ['half an answer', (socket) => socket.end(Buffer.from([0x20, 0x02, 0x00]))],
  ['half an answer, and stays open', (socket) => socket.write(Buffer.from([0x20, 0x02, 0x00]))],
  ['nothing', () => {}],
])('fails with an error that can be retried if the server answers with %s', async (_, serve) => {
  const url = await serverAt((socket) => void socket.once('data', () => serve(socket)));
  await expect(connecting(url)).rejects.toMatchObject({ code: 'UPLINK_BROKEN', retry: true });
});

it('names an unreadable TLS file, and the link can still be closed', async () => {
  const tls = { url: 'mqtts://127.0.0.1:1', caFile: '/nowhere/ca.pem' };
  const link = new MqttLink('gw', { ...config, ...tls }, systemClock);
  await expect(link.connect(new AbortController().signal)).rejects.toMatchObject({
    code: 'UPLINK_TLS_FILES',
    retry: true,
    message: expect.stringMatching(/uplink\.caFile names \/nowhere\/ca\.pem: there is no such file/),
  });
  await link.close();
});

describe('an error of connecting says what to do', () => {
  /** The message of the error, for a server that answers with `answer`, or that speaks TLS. */
  async function messageFrom(serve: (socket: Socket) => void, scheme: 'mqtt' | 'mqtts', files = {}) {
    const url = (await serverAt(serve)).replace('mqtt', scheme);
    const link = new MqttLink('gw', { ...config, ...files, url }, systemClock);
    return link.connect(new AbortController().signal).then(
      () => 'connected',
      (error) => error.message,
    );
  }

  it.skipIf(noOpenssl !== null)('for certificates (needs openssl)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'harbinger-link-'));
    const caFile = join(folder, 'cert.pem');
    makeCertificate(caFile, join(folder, 'key.pem'), '-subj', '/CN=elsewhere');
    const secure = createSecureServer({
      cert: readFileSync(caFile),
      key: readFileSync(join(folder, 'key.pem')),
    });
    secure.on('tlsClientError', () => {});
    const serve = (socket: Socket) => void secure.emit('connection', socket);
    expect(await messageFrom(serve, 'mqtts')).toMatch(/name that authority's PEM file as uplink\.caFile$/);
    expect(await messageFrom(serve, 'mqtts', { caFile })).toMatch(/a name into uplink\.url that its/);
    rmSync(folder, { recursive: true });
  });

  it('for a port without TLS, and for a wrong password, and nothing for the rest', async () => {
    const answering = (answer: Buffer) => (socket: Socket) =>
      void socket.once('data', () => socket.write(answer));
    const plain = answering(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await messageFrom(plain, 'mqtts')).toMatch(/does not speak TLS/);
    const connack = (code: number) => answering(Buffer.from([0x20, 2, 0, code]));
    expect(await messageFrom(connack(4), 'mqtt')).toMatch(/check uplink\.password, and/);
    expect(await messageFrom(connack(3), 'mqtt')).not.toContain(';');
  });
});

it('fails with an error that can be retried if there is no cloud', async () => {
  const link = new MqttLink('gw', config, systemClock);
  await expect(link.connect(new AbortController().signal)).rejects.toMatchObject({
    code: 'UPLINK_BROKEN',
    retry: true,
  });
  await link.close();
});

it.each([
  [{ certFile: 'a.pem' }, /uplink.certFile is set without uplink.keyFile/],
  [{ url: 'mqtt://cloud:1884', caFile: 'a.pem' }, /uplink.caFile: a\.pem would not be used, .*mqtts/],
])('refuses an uplink that would not use its certificates: %j', (wrong, message) => {
  const problems = uplinkProblems({ ...config, ...wrong });
  expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
});
