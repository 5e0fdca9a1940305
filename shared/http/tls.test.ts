/** HTTPS of the APIs: who is trusted, which versions are spoken, and a certificate that is renewed under open connections. */
import { copyFileSync, mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { issueCertificate, makeCertificate, noOpenssl } from '../../test/support/openssl.ts';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { createHttpServer, listenHttp } from './server.ts';
import { HttpCertificates } from './tls.ts';
import { fetchTrusting, readTrusted, trustRemedy } from './trusting.ts';

const dir = mkdtempSync(join(tmpdir(), 'harbinger-https-'));
const file = (name: string) => join(dir, name);
const owner = { code: 'API_CA_FILE', stage: 'cli' } as const;
const issue = (name: string) =>
  issueCertificate(
    { certFile: file('ca.crt'), keyFile: file('ca.key') },
    file(`${name}.crt`),
    file(`${name}.key`),
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
  );
if (!noOpenssl) {
  makeCertificate(file('ca.crt'), file('ca.key'), '-subj', '/CN=site');
  makeCertificate(file('alone.crt'), file('alone.key'), '-subj', '/CN=another.example');
  issue('first');
  issue('second');
}

const put = (name: string) => {
  copyFileSync(file(`${name}.crt`), file('server.crt'));
  copyFileSync(file(`${name}.key`), file('server.key'));
};

let stop = async () => {};
afterEach(() => stop());
beforeEach(() => {
  if (!noOpenssl) put('first');
});

async function start() {
  const clock = manualClock();
  const files = { certFile: file('server.crt'), keyFile: file('server.key') };
  const certificates = new HttpCertificates(files, 'api', { clock, log: silentLog });
  const app = createHttpServer({ connectionsMax: 8, paramLengthMax: 32 }, silentLog, certificates);
  app.get('/who', async (request) => ({ scheme: request.protocol }));
  app.post('/empty', async (_request, reply) => reply.code(204).send());
  const port = await listenHttp(app, { host: '127.0.0.1', port: 0 });
  stop = () => app.close();
  return { url: `https://127.0.0.1:${port}`, port, clock, certificates };
}

const ask = (url: string, trusting: string | null, path = '/who', method = 'GET') =>
  fetchTrusting(
    `${url}${path}`,
    { method, headers: {}, signal: AbortSignal.timeout(10_000) },
    trusting === null ? undefined : readTrusted(file(trusting), '--ca-file', owner),
  );

it.skipIf(noOpenssl)('answers those who trust its authority, or the certificate that it shows', async () => {
  const { url } = await start();
  for (const trusted of ['ca.crt', 'server.crt'])
    expect(await (await ask(url, trusted)).json()).toEqual({ scheme: 'https' });
  expect((await ask(url, 'ca.crt', '/empty', 'POST')).status).toBe(204);
  for (const trusted of [null, 'alone.crt']) {
    const error = await ask(url, trusted).catch((failed: unknown) => failed);
    expect(trustRemedy(error)).toContain('--ca-file');
  }
  expect(() => readTrusted(file('server.key'), '--ca-file', owner)).toThrow('no PEM certificate');
});

it.skipIf(noOpenssl)(
  'is known by its certificate under any name, and by its authority under those of it',
  async () => {
    put('alone');
    const { url } = await start();
    expect((await ask(url, 'alone.crt')).status).toBe(200);
    await stop();
    put('first');
    const other = await start();
    const error = await ask(other.url.replace('127.0.0.1', 'localhost'), 'ca.crt').catch(
      (failed: unknown) => failed,
    );
    expect(trustRemedy(error)).toContain('by a name that its certificate has');
  },
);

it.skipIf(noOpenssl)('speaks TLS 1.2 and 1.3, and nothing else', async () => {
  const { port } = await start();
  const open = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
    new Promise<string>((resolve) => {
      const socket: TLSSocket = connect({
        ...{ host: '127.0.0.1', port, rejectUnauthorized: false },
        ...{ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' },
      });
      socket.once('secureConnect', () => {
        resolve(socket.getProtocol() ?? '');
        socket.destroy();
      });
      socket.once('error', () => resolve('refused'));
    });
  expect(await open('TLSv1.1')).toBe('refused');
  expect(await open('TLSv1.2')).toBe('TLSv1.2');
  expect(await open('TLSv1.3')).toBe('TLSv1.3');
  await expect(fetch(`http://127.0.0.1:${port}/who`)).rejects.toThrow();
});

it.skipIf(noOpenssl)(
  'shows a renewed certificate to new connections, and keeps those that are open',
  async () => {
    const { port, clock, certificates } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const shownTo = (by: Agent) =>
      new Promise<{ name: string; reused: boolean }>((resolve, reject) => {
        const sent = request({ agent: by, host: '127.0.0.1', port, path: '/who' }, (answer) => {
          const { subject } = (answer.socket as TLSSocket).getPeerCertificate();
          answer.resume().once('end', () => resolve({ name: String(subject.CN), reused: sent.reusedSocket }));
        });
        sent.once('error', reject);
        sent.end();
      });
    const fresh = () => shownTo(new Agent({ rejectUnauthorized: false, maxCachedSessions: 0 }));
    expect(await shownTo(agent)).toEqual({ name: 'first', reused: false });
    put('second');
    expect(certificates.look()).toEqual({ renewed: 1, problems: [] });
    expect(await shownTo(agent)).toEqual({ name: 'first', reused: true });
    expect(await fresh()).toMatchObject({ name: 'second' });

    copyFileSync(file('first.crt'), file('server.crt')); // its key is still to come
    await clock.advance(30_000);
    expect(certificates.look().problems).toEqual([expect.stringContaining('it is not the key of')]);
    expect(await fresh()).toMatchObject({ name: 'second' });
    copyFileSync(file('first.key'), file('server.key'));
    await clock.advance(30_000);
    expect(await fresh()).toMatchObject({ name: 'first' });
    agent.destroy();
  },
);

it('does not begin with a certificate that cannot be read', () => {
  const files = { certFile: file('nowhere.crt'), keyFile: file('nowhere.key') };
  const certificates = new HttpCertificates(files, 'http', { clock: manualClock(), log: silentLog });
  expect(() => createHttpServer({ connectionsMax: 8, paramLengthMax: 32 }, silentLog, certificates)).toThrow(
    'http.tls.certFile names',
  );
});
