/** A real Prometheus and its promtool (Debian's `prometheus`), on loopback with its own configuration and data folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianBinary, environmentOf } from '../debian/packages.ts';
import { freePort, serverProcess } from '../debian/server.ts';

const packages = ['prometheus'];
const promtoolMsMax = 230_000;

export interface Prometheus {
  url: string;
  /** Runs an instant query, and returns its samples. @throws Error with what Prometheus says against it */
  query(promQl: string): Promise<PrometheusSample[]>;
  stop(): Promise<void>;
}

export interface PrometheusSample {
  metric: Record<string, string>;
  value: number;
}

export function prometheusBinary() {
  return ensureDebianBinary({ packages, binary: 'usr/bin/prometheus' });
}

export function promtoolBinary() {
  return ensureDebianBinary({ packages, binary: 'usr/bin/promtool' });
}

/** Runs promtool, and returns its exit status with all that it printed. */
export async function promtool(args: string[]): Promise<{ status: number; output: string }> {
  const binary = await promtoolBinary();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const { path } = binary;
  return new Promise((resolve) => {
    execFile(path, args, { env: environmentOf(binary), timeout: promtoolMsMax }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, output });
    });
  });
}

/** @param config of Prometheus; YAML takes JSON */
export async function startPrometheus(config: object): Promise<Prometheus> {
  const binary = await prometheusBinary();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${url.slice('http://'.length)}`,
    `--web.console.templates=${folder}`,
    `--web.console.libraries=${folder}`,
  ];
  const server = serverProcess({ binary, args, cwd: folder, readyUrl: `${url}/-/ready` });
  await server.start();
  return {
    url,
    query: (promQl) => query(url, promQl),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function query(url: string, promQl: string): Promise<PrometheusSample[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promQl })}`);
  const answer = (await response.json()) as {
    error?: string;
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (answer.data === undefined) throw new Error(`${promQl}: ${answer.error ?? response.status}`);
  return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}
