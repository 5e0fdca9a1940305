/**
 * Integration tests (test/integration): a promise a file, held by compiled processes and real servers. Nothing is
 * simulated here. stops/ has kills and restarts, bad-input/ faulty senders, bounds/ full disks and long backlogs, usage/
 * what people call. The files here help all of them.
 *
 * A gateway and its cloud as an operator runs them: compiled processes with configuration files and data folders.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { vi } from 'vitest';
import { mergeTables } from '../../shared/config/load-config.ts';
import { freePort } from '../support/ports.ts';
import { ProductProcess } from '../support/processes.ts';

type Table = Record<string, unknown>;

export interface SiteOptions {
  /** The cloud's `[store]`. Default: embedded. */
  store?: Table;
  /** Merged over the gateway's configuration. */
  gateway?: Table;
  /** Port of the gateway's broker. Default: any. */
  gatewayPort?: number;
  /** Added to the gateway's environment. */
  gatewayEnv?: NodeJS.ProcessEnv;
  /** Added to the cloud's environment; may depend on its data folder. */
  cloudEnv?: NodeJS.ProcessEnv | ((dataDir: string) => NodeJS.ProcessEnv);
  /** Merged over the cloud's configuration. */
  cloud?: Table;
  /** Port that the gateway's uplink connects to instead of the cloud's: that of a proxy. */
  uplinkPort?: number;
  /** Loads the models that come with the product. Default: false, and rules decide. */
  models?: boolean;
}

export interface Site {
  folder: string;
  gatewayDir: string;
  /** Not started at first. */
  gateway: ProductProcess;
  /** Not started at first. Once started, it listens on `ingestPort`. */
  cloud: ProductProcess;
  ingestPort: number;
  /** Writes a file that is merged over the gateway's configuration at its next start. */
  dropIn(name: string, config: Table): Promise<void>;
  /** The same for the cloud's. */
  dropInCloud(name: string, config: Table): Promise<void>;
  /** Stops both and removes the folder. */
  dispose(): Promise<void>;
}

export const gatewayName = 'site1';
export const linkPassword = 'integration-link-password';

/** Machines `load/*` accept any sensor; `plant/*` are pumps. */
const gatewayDefaults = {
  gateway: gatewayName,
  machines: [
    { match: 'load/*', type: 'generic' },
    { match: 'plant/*', type: 'pump' },
  ],
  broker: { anonymous: 'loopback' },
  http: { openOnLoopback: true },
};

export async function createSite(options: SiteOptions = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'harbinger-integration-'));
  const [gatewayDir, cloudDir] = [join(folder, 'gateway'), join(folder, 'cloud')];
  for (const dir of [gatewayDir, cloudDir, join(folder, 'gateway.toml.d'), join(folder, 'cloud.toml.d')])
    await mkdir(dir, { recursive: true });
  const ingestPort = await freePort();
  const uplink = {
    url: `mqtt://127.0.0.1:${options.uplinkPort ?? ingestPort}`,
    password: linkPassword,
    backoffMaxMs: 500,
  };
  const intelligence = options.models ? {} : { artefactsDir: join(folder, 'no-models') };
  // No model is meant there, and no alert about its absence.
  const conditions = options.models ? {} : { off: ['model-missing'] };
  const configFile = (name: string) => join(folder, `${name}.toml`);
  await writeToml(
    configFile('gateway'),
    mergeTables({ ...gatewayDefaults, uplink, intelligence, conditions }, options.gateway ?? {}),
  );
  const cloudConfig = {
    gateways: [{ id: gatewayName, password: linkPassword }],
    store: options.store ?? { kind: 'embedded' },
    api: { openOnLoopback: true },
  };
  await writeToml(configFile('cloud'), mergeTables(cloudConfig, options.cloud ?? {}));
  const env = { HARBINGER_LOG: 'info' };
  const { cloudEnv } = options;
  const gateway = new ProductProcess({
    command: 'gateway',
    dataDir: gatewayDir,
    configFile: configFile('gateway'),
    ...(options.gatewayPort !== undefined && { mqttPort: options.gatewayPort }),
    env: { ...env, ...options.gatewayEnv },
  });
  const cloud = new ProductProcess({
    command: 'cloud',
    dataDir: cloudDir,
    configFile: configFile('cloud'),
    mqttPort: ingestPort,
    env: { ...env, ...(typeof cloudEnv === 'function' ? cloudEnv(cloudDir) : cloudEnv) },
  });
  return {
    folder,
    gatewayDir,
    gateway,
    cloud,
    ingestPort,
    dropIn: (name, config) => writeToml(join(folder, 'gateway.toml.d', `${name}.toml`), config),
    dropInCloud: (name, config) => writeToml(join(folder, 'cloud.toml.d', `${name}.toml`), config),
    async dispose() {
      await gateway.stop();
      await cloud.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Creates a site and starts both processes. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const site = await createSite(options);
  try {
    await site.cloud.start();
    await site.gateway.start();
    return site;
  } catch (error) {
    await site.dispose();
    throw error;
  }
}

async function writeToml(path: string, config: Table): Promise<void> {
  await writeFile(path, stringify(config));
}

/** Long enough for a very busy machine. A wait stops as soon as its condition holds. */
const waitLimit = { timeout: 120_000, interval: 50 };
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

export function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  return vi.waitFor(async () => {
    if (!(await condition())) throw new Error(`not in time: ${what}`);
  }, waitLimit);
}

export interface GatewayStatus {
  pipeline: { messages: number; readings: number; deadLetters: number };
  placement: { resends: number; retainedAgain: { machine: string; readings: number }[] };
  journals: {
    lane: string;
    lastSeq: number;
    bytes: number;
    dropped: { blocks: number; lines: number; bytes: number };
  }[];
  backlog: Record<string, { blocks: number }>;
  uplink: { connected: boolean; lines: Record<string, number>; lastError: string | null };
  deadLetters: { count: number; byCode: Record<string, number> };
  intelligence: {
    windows: { rows: number };
    model: { state: string; models: { name: string }[]; refusals: { code: string; reason: string }[] };
    scorer: { machines: number; inFlight: number } | null;
    silence: { judged: number; silent: number };
  };
  pending: number;
  alerts: { openPredictions: unknown[]; decision: { decided: { active: number; fallback: number } } };
}

export function statusOf(gateway: ProductProcess): Promise<GatewayStatus> {
  return gateway.json<GatewayStatus>('/api/status');
}

/** Waits until the cloud has everything that the gateway has now. More may arrive meanwhile. */
export async function drained(site: Site): Promise<void> {
  const { journals } = await statusOf(site.gateway);
  await until(async () => {
    const now = await statusOf(site.gateway);
    return journals.every(({ lane, lastSeq }) => {
      const newest = now.journals.find((journal) => journal.lane === lane)!.lastSeq;
      return newest - now.backlog[lane]!.blocks >= lastSeq;
    });
  }, 'the backlog to drain');
}
