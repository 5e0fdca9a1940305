/** Tests what the command line says when the gateway or cloud that it asks is another, or wants a token. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpGuard } from '../../shared/http/guard.ts';
import { createHttpServer, guardRoutes } from '../../shared/http/server.ts';
import { HttpCertificates } from '../../shared/http/tls.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { makeCertificate, noOpenssl } from '../../test/support/openssl.ts';
import { type Endpoint, findEndpoint, request } from './http-client.ts';

const token = 'a-token-of-sixteen-characters';
const app = createHttpServer({ connectionsMax: 8, paramLengthMax: 32 }, silentLog);
let url = '';
let dir = '';
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-client-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function start(): Promise<void> {
  if (url !== '') return;
  guardRoutes(
    app,
    createHttpGuard({ host: '127.0.0.1', token, openOnLoopback: false }, 'api', systemClock).check,
  );
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}

it.each([
  ['cloud', 'api.token'],
  ['gateway', 'http.token'],
] as const)('a %s without its token names the setting that holds it', async (role, setting) => {
  await start();
  const ask = (given: string | null) => request({ url, token: given, role } as Endpoint, 'GET', '/api/x');
  const which = `set $HARBINGER_TOKEN to \`${setting}\` of its configuration`;
  await expect(ask(null)).rejects.toThrow(`none was given: ${which}`);
  await expect(ask('another')).rejects.toThrow(`this is another: ${which}`);
  await expect(ask(token)).rejects.toThrow(`this is no ${role}, or one of an older version`);
});

it('the folders that were tried are all named, and the other side is told from none', () => {
  expect(() => findEndpoint('cloud', { data: dir })).toThrow(
    `no cloud runs with its data in ${dir}, ${dir}/cloud or ${dir}/demo/cloud; start it (the demonstration: npm start)`,
  );
  const run = { role: 'gateway', pid: 1, startedAt: '', httpPort: 1, httpUrl: 'http://127.0.0.1:1' };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run));
  expect(() => findEndpoint('cloud', { data: dir })).toThrow(`${dir} belongs to a gateway, not to a cloud`);
  mkdirSync(join(dir, 'cloud'));
  writeFileSync(join(dir, 'cloud', 'run.json'), JSON.stringify({ ...run, role: 'cloud' }));
  expect(findEndpoint('cloud', { data: dir })).toMatchObject({ url: run.httpUrl, role: 'cloud' });
});

it.skipIf(noOpenssl)(
  'trusts a process on this computer by the certificate in its run file, and others by a CA file',
  async () => {
    const files = { certFile: join(dir, 'own.crt'), keyFile: join(dir, 'own.key') };
    makeCertificate(files.certFile, files.keyFile, '-subj', '/CN=another.example');
    const certificates = new HttpCertificates(files, 'api', { clock: systemClock, log: silentLog });
    const sealed = createHttpServer({ connectionsMax: 8, paramLengthMax: 32 }, silentLog, certificates);
    sealed.post('/api/x', async ({ body }) => ({ body }));
    const httpUrl = await sealed.listen({ host: '127.0.0.1', port: 0 });
    try {
      const run = {
        role: 'cloud',
        pid: 1,
        startedAt: '',
        httpPort: 1,
        httpUrl,
        httpCertFile: files.certFile,
      };
      writeFileSync(join(dir, 'run.json'), JSON.stringify(run));
      const asked = (options: object) => request(findEndpoint('cloud', options), 'POST', '/api/x', { a: 1 });
      expect(await asked({ data: dir })).toEqual({ body: { a: 1 } });
      expect(await asked({ url: httpUrl, caFile: files.certFile })).toEqual({ body: { a: 1 } });
      await expect(asked({ url: httpUrl })).rejects.toThrow(
        'name the certificate of its authority: --ca-file FILE',
      );
      expect(() => findEndpoint('cloud', { url: httpUrl, caFile: files.keyFile })).toThrow(
        'no PEM certificate',
      );
    } finally {
      await sealed.close();
    }
  },
);

it('one that never answers is left when the process is told to end', async () => {
  const server = createServer(() => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const stop = new AbortController();
  const { port } = server.address() as AddressInfo;
  const endpoint = { url: `http://127.0.0.1:${port}`, token: null, signal: stop.signal };
  const asked = request(endpoint, 'GET', '/api/x');
  const refused = expect(asked).rejects.toThrow(/had not answered when this was ended/);
  await once(server, 'request');
  stop.abort();
  await refused;
  server.closeAllConnections();
  server.close();
});
