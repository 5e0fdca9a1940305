import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { noOpenssl, opensslOutput } from '../../../test/support/openssl.ts';
import { runInside } from '../run-command.testing.ts';

const dir = mkdtempSync(join(tmpdir(), 'harbinger-certs-'));
const read = (name: string) => readFileSync(join(dir, name), 'utf8');
const certs = (...args: string[]) => runInside(['certs', ...args, '--dir', dir]);

beforeAll(async () => {
  for (const args of [
    ['init', '--site', 'hall-1'],
    ['issue', 'gateway', '--host', 'gw.hall-1', '--host', '10.0.0.7'],
    ['issue', 'press-1', '--client'],
  ])
    expect(await certs(...args)).toMatchObject({ status: 0, stderr: '' });
});

it('keeps keys for their owner', () => {
  for (const name of ['ca', 'gateway', 'press-1']) {
    expect(statSync(join(dir, `${name}.key`)).mode & 0o777).toBe(0o600);
    const certificate = new X509Certificate(read(`${name}.crt`));
    expect(certificate.checkPrivateKey(createPrivateKey(read(`${name}.key`)))).toBe(true);
  }
});

it.skipIf(noOpenssl)('makes what OpenSSL accepts, each for its purpose and its names only', () => {
  const verify = (...args: string[]) =>
    opensslOutput('verify', '-x509_strict', '-CAfile', join(dir, 'ca.crt'), ...args);
  const gateway = join(dir, 'gateway.crt');
  for (const name of ['gw.hall-1', 'localhost'])
    expect(verify('-purpose', 'sslserver', '-verify_hostname', name, gateway)).toContain('OK');
  for (const address of ['10.0.0.7', '127.0.0.1', '::1'])
    expect(verify('-purpose', 'sslserver', '-verify_ip', address, gateway)).toContain('OK');
  expect(() => verify('-verify_hostname', 'gateway', gateway)).toThrow();
  expect(verify('-purpose', 'sslclient', join(dir, 'press-1.crt'))).toContain('OK');
  expect(() => verify('-purpose', 'sslclient', gateway)).toThrow();
  expect(() => verify('-purpose', 'sslserver', join(dir, 'press-1.crt'))).toThrow();
});

it('makes two that know each other', async () => {
  const pair = (name: string) => ({
    cert: read(`${name}.crt`),
    key: read(`${name}.key`),
    ca: read('ca.crt'),
  });
  const server = createServer({ ...pair('gateway'), requestCert: true, rejectUnauthorized: true });
  const seen = new Promise<string>((resolve) =>
    server.once('secureConnection', (socket) => resolve(socket.getPeerCertificate().subject.CN as string)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const client = connect({ host: '127.0.0.1', port, servername: 'gw.hall-1', ...pair('press-1') });
  try {
    expect(await seen).toBe('press-1');
    expect(client.authorized).toBe(true);
  } finally {
    client.destroy();
    server.close();
  }
});

describe('nothing is replaced', () => {
  it('neither the authority nor what it has issued', async () => {
    const before = ['ca.key', 'ca.crt', 'gateway.key', 'gateway.crt'].map(read);
    for (const args of [['init'], ['issue', 'gateway'], ['issue', 'gateway', '--client']]) {
      const { status, stderr } = await certs(...args);
      expect(status).toBe(1);
      expect(stderr).toContain('CERTS_EXISTS');
    }
    expect(['ca.key', 'ca.crt', 'gateway.key', 'gateway.crt'].map(read)).toEqual(before);
  });

  it('nor a key without its certificate', async () => {
    writeFileSync(join(dir, 'lone.key'), 'a key');
    expect((await certs('issue', 'lone', '--client')).stderr).toContain('CERTS_EXISTS');
    expect(read('lone.key')).toBe('a key');
  });
});

it('renews with the same key and names, and a later end', async () => {
  const before = new X509Certificate(read('gateway.crt'));
  const key = read('gateway.key');
  const { status, stdout } = await certs('renew', 'gateway', '--for', '900d');
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('gw.hall-1') });
  const after = new X509Certificate(read('gateway.crt'));
  expect(read('gateway.key')).toBe(key);
  expect(after.subjectAltName).toBe(before.subjectAltName);
  expect(after.serialNumber).not.toBe(before.serialNumber);
  expect(Date.parse(after.validTo)).toBeGreaterThan(Date.parse(before.validTo));
  expect(after.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

it('renews the authority, and what it had issued stays good', async () => {
  expect((await certs('renew', 'ca', '--for', '4000d')).status).toBe(0);
  const ca = new X509Certificate(read('ca.crt'));
  expect(new X509Certificate(read('press-1.crt')).checkIssued(ca)).toBe(true);
  expect(new X509Certificate(read('press-1.crt')).verify(ca.publicKey)).toBe(true);
});

it('issues nothing that outlives the authority', async () => {
  expect((await certs('issue', 'short', '--for', '9000d')).status).toBe(0);
  const untilOf = (name: string) => Date.parse(new X509Certificate(read(`${name}.crt`)).validTo);
  expect(untilOf('short')).toBe(untilOf('ca'));
});

it('shows what there is', async () => {
  const { stdout } = await certs('show', '--json');
  const { certificates } = JSON.parse(stdout) as { certificates: Record<string, unknown>[] };
  expect(certificates[0]).toMatchObject({ use: 'authority', subject: 'hall-1' });
  expect(certificates.find(({ subject }) => subject === 'press-1')).toMatchObject({
    use: 'client',
    hosts: [],
    issuer: 'hall-1',
    daysLeft: 824,
    fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
  });
  expect((await certs('show')).stdout).toMatch(/gateway\.crt +server +gateway +gw\.hall-1 10\.0\.0\.7/);
});

it.each([
  [['issue', 'a b'], 'a name is'],
  [['issue', '../x'], 'a name is'],
  [['issue', 'CA'], 'a name is'],
  [['issue', 'x', '--host', '10.0.0'], 'a host name or an IP address'],
  [['issue', 'x', '--host', 'a b'], 'a host name or an IP address'],
  [['issue', 'x', '--host', 'y', '--client'], 'a client has no --host'],
])('refuses %j', async (args, problem) => {
  expect(await certs(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(problem) });
});

it('says what it cannot read', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'harbinger-certs-'));
  const { stderr } = await runInside(['certs', 'issue', 'x', '--dir', empty]);
  expect(stderr).toMatch(/ca\.crt: there is no authority.*CERTS_UNREADABLE/);
  writeFileSync(join(empty, 'odd.crt'), 'nothing');
  expect((await runInside(['certs', 'show', '--dir', empty])).stderr).toContain('holds no certificate');
});
