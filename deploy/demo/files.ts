import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { HarbingerError } from '../../shared/runtime/errors.ts';

export interface DemoFiles {
  gatewayDir: string;
  cloudDir: string;
  gatewayConfig: string;
  cloudConfig: string;
  plantState: string;
  /** When the demonstration with this data was first started, ms. */
  startedMs: number;
}

export interface DemoPorts {
  mqtt: number;
  ingest: number;
  gatewayHttp: number;
  http: number;
}

const marker = 'harbinger-demo';
const gateway = 'demo';

/** Makes the demonstration's data folder and writes its configuration. The link's password is random, and kept. */
export function prepareFiles(dir: string, ports: DemoPorts, fresh: boolean, nowMs: number): DemoFiles {
  if (fresh) forget(dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, marker), 'The data of `npm start`; `npm start -- --fresh` deletes it.\n');
  const files: DemoFiles = {
    gatewayDir: join(dir, 'gateway'),
    cloudDir: join(dir, 'cloud'),
    gatewayConfig: join(dir, 'gateway.toml'),
    cloudConfig: join(dir, 'cloud.toml'),
    plantState: join(dir, 'plant.json'),
    startedMs: Number(kept(join(dir, 'started'), () => String(nowMs))),
  };
  const password = kept(join(dir, 'link-password'), () => randomBytes(24).toString('base64url'));
  const host = '127.0.0.1';
  writeConfig(files.gatewayConfig, {
    gateway,
    machines: [
      { match: 'plant/*', type: 'pump' },
      { match: 'turbofan/*', type: 'turbofan' },
      { match: 'pump/*', type: 'pump' },
      { match: 'lab/*', type: 'generic' },
    ],
    broker: { host, port: ports.mqtt, anonymous: 'loopback' },
    http: { host, port: ports.gatewayHttp, openOnLoopback: true },
    uplink: { url: `mqtt://${host}:${ports.ingest}`, password },
  });
  writeConfig(files.cloudConfig, {
    ingest: { host, port: ports.ingest },
    gateways: [{ id: gateway, password }],
    store: { kind: 'embedded' },
    api: { host, port: ports.http, openOnLoopback: true },
  });
  return files;
}

/** Deletes what an earlier demonstration left; never a folder that is not one. */
function forget(dir: string): void {
  if (!existsSync(dir) || readdirSync(dir).length === 0) return;
  if (!existsSync(join(dir, marker))) {
    throw new HarbingerError(
      'NOT_A_DEMO',
      'config',
      `--fresh would delete ${dir}, which does not look like this demonstration's data; empty it yourself or choose another --data`,
    );
  }
  rmSync(dir, { recursive: true });
}

/** What an earlier start wrote, or what `first` says, which is written. */
function kept(path: string, first: () => string): string {
  if (!existsSync(path)) writeFileSync(path, first(), { mode: 0o600 });
  return readFileSync(path, 'utf8');
}

function writeConfig(path: string, config: Record<string, unknown>): void {
  writeFileSync(path, `# Written at each start of the demonstration.\n${stringify(config)}`, { mode: 0o600 });
}
