/**
 * A second real server for `/api/v2/write` (Debian's `victoria-metrics`). It always answers 204, stores a string as 0
 * and drops malformed lines, so it can test the protocol, but not the error handling.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianBinary } from './debian/packages.ts';
import { freePort, serverProcess } from './debian/server.ts';

export interface VictoriaMetrics {
  url: string;
  /** Makes all writes visible immediately, then returns every sample that `selector` (PromQL) matches. */
  export(selector: string): Promise<VictoriaSeries[]>;
  stop(): Promise<void>;
}

/** One field of one series: line protocol's `pump,machine=m1 rpm=1` is `pump_rpm{machine="m1"}`. */
export interface VictoriaSeries {
  metric: Record<string, string>;
  values: number[];
  /** In ms since 1970, its finest resolution. */
  timestamps: number[];
}

export function victoriaMetricsBinary() {
  return ensureDebianBinary({ packages: ['victoria-metrics'], binary: 'usr/bin/victoria-metrics' });
}

export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const binary = await victoriaMetricsBinary();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const folder = await mkdtemp(join(tmpdir(), 'victoria-metrics-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = [
    `-storageDataPath=${folder}`,
    `-httpListenAddr=${url.slice('http://'.length)}`,
    '-retentionPeriod=100y',
    '-memory.allowedBytes=64MiB',
  ];
  const server = serverProcess({ binary, args, readyUrl: `${url}/health` });
  await server.start();
  return {
    url,
    async export(selector) {
      await fetch(`${url}/internal/force_flush`);
      const response = await fetch(`${url}/api/v1/export?match[]=${encodeURIComponent(selector)}`);
      const text = await response.text();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as VictoriaSeries);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
