/** A real Alertmanager (Debian's `prometheus-alertmanager`), by itself, without a cluster. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureDebianBinary } from './debian/packages.ts';
import { freePort, serverProcess } from './debian/server.ts';

export interface AlertmanagerAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  status: { state: string };
}

export interface Alertmanager {
  url: string;
  /** The alerts that are firing. */
  firing(): Promise<AlertmanagerAlert[]>;
  stop(): Promise<void>;
}

export function alertmanagerBinary() {
  return ensureDebianBinary({
    packages: ['prometheus-alertmanager'],
    binary: 'usr/bin/prometheus-alertmanager',
  });
}

/**
 * Debian's build reads its templates by an absolute path, where an unpacked package has nothing: a copy of it reads them from below its
 * working folder, by a path of the same length.
 */
async function withoutAbsolutePaths(path: string, folder: string): Promise<string> {
  const bytes = await readFile(path);
  const installed = Buffer.from('/usr/share/prometheus/alertmanager');
  const beside = Buffer.from('././/share/prometheus/alertmanager');
  for (let at = bytes.indexOf(installed); at >= 0; at = bytes.indexOf(installed, at)) beside.copy(bytes, at);
  const copy = join(folder, 'alertmanager');
  await writeFile(copy, bytes, { mode: 0o755 });
  return copy;
}

/** @param receiverUrl where it posts what it is told of, at once */
export async function startAlertmanager(receiverUrl: string): Promise<Alertmanager> {
  const binary = await alertmanagerBinary();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = {
    route: {
      receiver: 'hook',
      group_by: ['alert_id', 'severity'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    },
    receivers: [{ name: 'hook', webhook_configs: [{ url: receiverUrl, send_resolved: true }] }],
  };
  // YAML takes JSON.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const args = [
    `--config.file=${join(folder, 'config.yml')}`,
    `--storage.path=${folder}`,
    `--web.listen-address=${url.slice('http://'.length)}`,
    '--cluster.listen-address=',
  ];
  const path = await withoutAbsolutePaths(binary.path, folder);
  const cwd = resolve(binary.path, '../..');
  const server = serverProcess({ binary: { ...binary, path }, args, cwd, readyUrl: `${url}/-/ready` });
  await server.start();
  return {
    url,
    async firing() {
      const answer = await fetch(`${url}/api/v2/alerts?active=true`);
      return (await answer.json()) as AlertmanagerAlert[];
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
