/**
 * Promise: from nothing to sensors that send over TLS, as deploy/docs/security.md shows it: a private authority, certificates by
 * `harbinger certs`, mutual TLS between gateway and cloud, and Mosquitto's client with a password and with a certificate.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'smol-toml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mosquittoClients } from '../../support/debian/clients.ts';
import { environmentOf } from '../../support/debian/packages.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { freePort } from '../../support/ports.ts';
import { ProductProcess } from '../../support/processes.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { createSite, type Site, until } from '../site.ts';

const clients = await mosquittoClients();
const noClients = reasonToSkip(clients);

let site: Site;
let ports: { withPassword: number; withCertificate: number };
const file = (name: string) => join(site.folder, 'certs', name);
const pairOf = (name: string) => ({ certFile: file(`${name}.crt`), keyFile: file(`${name}.key`) });

beforeAll(async () => {
  ports = { withPassword: await freePort(), withCertificate: await freePort() };
  site = await createSite();
  for (const args of [
    ['init', '--site', 'hall-1'],
    ['issue', 'gateway', '--host', 'gateway.hall-1.example', '--host', '192.0.2.10'],
    ['issue', 'cloud', '--host', 'cloud.example.org'],
    ['issue', 'hall-1', '--client'],
    ['issue', 'press-1', '--client'],
  ])
    expect(await harbinger('certs', ...args, '--dir', join(site.folder, 'certs'))).toMatchObject({ code: 0 });
  const clientCaFile = file('ca.crt');
  await site.dropIn('tls', {
    broker: {
      listeners: [
        { port: ports.withPassword, tls: pairOf('gateway') },
        { port: ports.withCertificate, tls: { ...pairOf('gateway'), clientCaFile } },
      ],
    },
    uplink: { url: `mqtts://localhost:${site.ingestPort}`, caFile: file('ca.crt'), ...pairOf('hall-1') },
  });
  await site.dropInCloud('tls', { ingest: { tls: { ...pairOf('cloud'), clientCaFile } } });
  await site.cloud.start();
  await site.gateway.start();
});
afterAll(() => site?.dispose());

it('page and API over HTTPS, for commands here and elsewhere', async () => {
  const api = { tls: pairOf('cloud'), openOnLoopback: true };
  const configFile = join(site.folder, 'sealed.toml');
  await writeFile(configFile, stringify({ api, store: { kind: 'embedded' }, gateways: [] }));
  const dataDir = join(site.folder, 'sealed');
  const sealed = new ProductProcess({ command: 'cloud', dataDir, configFile, until: 'listening' });
  await sealed.start();
  try {
    const url = sealed.httpUrl.replace('http://', 'https://');
    const list = (...reach: string[]) => harbinger('alerts', 'list', ...reach);
    expect(await list('--data', dataDir)).toMatchObject({ code: 0, stderr: '' });
    expect(await list('--url', url, '--ca-file', file('ca.crt'))).toMatchObject({ code: 0, stderr: '' });
    expect((await list('--url', url)).stderr).toContain('--ca-file');
    await expect(fetch(sealed.httpUrl)).rejects.toThrow();
    const dir = join(site.folder, 'certs');
    expect(await harbinger('certs', 'renew', 'cloud', '--dir', dir)).toMatchObject({ code: 0 });
    process.kill(sealed.pid, 'SIGHUP');
    const said = () => sealed.logs.map(({ text }) => text).join('\n');
    await until(() => said().includes('new connections get the renewed certificate'), 'the log to say so');
    expect(await list('--data', dataDir)).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await sealed.stop();
  }
});

async function publish(port: number, machine: string, value: number, ...login: string[]): Promise<void> {
  if ('unavailable' in clients) throw new Error(clients.unavailable);
  const topic = `telemetry/load/${machine}/temperature`;
  const args = ['-h', '127.0.0.1', '-p', String(port), '--cafile', file('ca.crt'), '-q', '1', ...login];
  await promisify(execFile)(clients.pub.path, [...args, '-t', topic, '-m', String(value)], {
    env: environmentOf(clients.pub),
  });
}

async function stored(name: string): Promise<boolean> {
  const { machines } = await site.cloud.json<{ machines: { machine: string }[] }>('/api/machines');
  return machines.some(({ machine }) => machine === name);
}

it.skipIf(noClients)('a password over TLS', async () => {
  const here = ['--url', site.gateway.httpUrl];
  const { secret } = await harbingerJson<{ secret: string }>('devices', 'add', 'fan-3', ...here);
  await publish(ports.withPassword, 'fan-3', 21.5, '-u', 'fan-3', '-P', secret);
  await until(() => stored('fan-3'), 'the reading to be stored');
  await expect(publish(ports.withPassword, 'fan-3', 22, '-u', 'fan-3', '-P', 'wrong')).rejects.toThrow();
});

it.skipIf(noClients)('a certificate in place of the password, and nobody without one', async () => {
  const here = ['--url', site.gateway.httpUrl];
  const certificate = ['--cert', file('press-1.crt'), '--key', file('press-1.key')];
  const add = ['devices', 'add', 'press-1', '--certificate', 'CN=press-1', ...here];
  expect(await harbinger(...add)).toMatchObject({ code: 0 });
  await publish(ports.withCertificate, 'press-1', 40.5, ...certificate);
  await until(() => stored('press-1'), 'the reading to be stored');
  await expect(publish(ports.withCertificate, 'press-1', 41)).rejects.toThrow();
});
