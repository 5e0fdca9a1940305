import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { unusable } from '../../shared/files/data-dir.ts';
import { newSecret } from '../../shared/security/secret.ts';
import { trustedOwnKeys } from '../keys/model-keys.ts';
import type { DemoPorts } from './ports.ts';

export interface DemoFiles {
  gatewayDir: string;
  cloudDir: string;
  gatewayConfig: string;
  cloudConfig: string;
  plantState: string;
  /** Time of the first start with this data, in ms since 1970. */
  startedMs: number;
}

const gateway = 'demo';

/**
 * Writes the configuration into the claimed data folder. The password between gateway and cloud is random and
 * kept for later starts.
 * @throws HarbingerError DATA_DIR
 */
export function prepareFiles(dir: string, ports: DemoPorts, nowMs: number): DemoFiles {
  try {
    return writeFiles(dir, ports, nowMs);
  } catch (error) {
    throw unusable(dir, error);
  }
}

function writeFiles(dir: string, ports: DemoPorts, nowMs: number): DemoFiles {
  const files: DemoFiles = {
    gatewayDir: join(dir, 'gateway'),
    cloudDir: join(dir, 'cloud'),
    gatewayConfig: join(dir, 'gateway.toml'),
    cloudConfig: join(dir, 'cloud.toml'),
    plantState: join(dir, 'plant.json'),
    startedMs: Number(kept(join(dir, 'started'), () => String(nowMs))),
  };
  const password = kept(join(dir, 'link-password'), () => newSecret(24).toString('base64url'));
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
    models: { keys: trustedOwnKeys() },
  });
  writeConfig(files.cloudConfig, {
    ingest: { host, port: ports.ingest },
    gateways: [{ id: gateway, password }],
    store: { kind: 'embedded' },
    api: { host, port: ports.http, openOnLoopback: true },
  });
  return files;
}

/**
 * Returns the text of the file. If it is missing or empty (as a full disk may leave it), `first` creates it.
 */
function kept(path: string, first: () => string): string {
  if (!existsSync(path) || readFileSync(path, 'utf8') === '') writeFileSync(path, first(), { mode: 0o600 });
  return readFileSync(path, 'utf8');
}

function writeConfig(path: string, config: Record<string, unknown>): void {
  writeFileSync(path, `# Written at each start of the demonstration.\n${stringify(config)}`, { mode: 0o600 });
}
