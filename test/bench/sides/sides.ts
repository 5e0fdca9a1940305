/**
 * The two sides of every comparison (test/bench/sides): bare Aedes, and the product, as processes of their own. The
 * load has a process of its own too, so that neither side pays for it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'smol-toml';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { freePort } from '../../support/ports.ts';
import { type ProductProcess, startProduct } from '../../support/processes.ts';

export interface RunningSide {
  mqttPort: number;
  /** The processes whose CPU time and memory are counted. */
  pids: number[];
  stop(): Promise<void>;
}

export async function startBare(): Promise<RunningSide> {
  // With Node's own settings, because the reference is what anybody would start.
  const child = spawn(process.execPath, [compiledEntry('test/bench/sides/bare-aedes')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), exited])) as [unknown];
  if (typeof line !== 'string') throw new Error('bare Aedes did not start');
  const { port } = JSON.parse(line) as { port: number };
  return {
    mqttPort: port,
    pids: [child.pid!],
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export interface ProductSide extends RunningSide {
  gateway: ProductProcess;
  cloud: ProductProcess | null;
  gatewayDir: string;
}

export interface ProductSideOptions {
  folder: string;
  /** The cloud's `[store]`. Without it no cloud is started, and readings stay in the gateway's journal. */
  store?: Record<string, string | number>;
  /** Further configuration of the gateway, and of the cloud. */
  gateway?: Record<string, unknown>;
  cloud?: Record<string, unknown>;
  /** `listening` waits for the gateway only until it listens. */
  until?: 'ready' | 'listening';
}

const linkPassword = 'bench-link-password';
const quiet = { HARBINGER_LOG: 'warn' };

/** The load generator's machines: `load/*`, and `pumps/*` if they are pumps. */
function gatewayConfig(uplinkPort: number | null, more: Record<string, unknown>): Record<string, unknown> {
  const url = `mqtt://127.0.0.1:${uplinkPort}`;
  return {
    gateway: 'bench',
    machines: [
      { match: 'load/*', type: 'generic' },
      { match: 'pumps/*', type: 'pump' },
    ],
    broker: { anonymous: 'loopback', connectionsMax: 5_000 },
    http: { openOnLoopback: true },
    ...(uplinkPort === null ? {} : { uplink: { url, password: linkPassword, backoffMaxMs: 500 } }),
    ...more,
  };
}

export async function startProductSide(options: ProductSideOptions): Promise<ProductSide> {
  const { folder, store } = options;
  const gatewayDir = join(folder, 'gateway');
  await mkdir(gatewayDir, { recursive: true });
  const cloud = store ? await startCloud(folder, store, options.cloud ?? {}) : null;
  const configFile = join(folder, 'gateway.toml');
  await writeFile(configFile, stringify(gatewayConfig(cloud?.mqttPort ?? null, options.gateway ?? {})));
  try {
    const gateway = await startProduct({
      command: 'gateway',
      dataDir: gatewayDir,
      configFile,
      env: quiet,
      ...(options.until && { until: options.until }),
    });
    return {
      gateway,
      cloud,
      gatewayDir,
      mqttPort: gateway.mqttPort,
      get pids() {
        return cloud ? [gateway.pid, cloud.pid] : [gateway.pid];
      },
      async stop() {
        await gateway.stop();
        await cloud?.stop();
      },
    };
  } catch (error) {
    await cloud?.stop();
    throw error;
  }
}

async function startCloud(
  folder: string,
  store: Record<string, string | number>,
  more: Record<string, unknown>,
): Promise<ProductProcess> {
  const dataDir = join(folder, 'cloud');
  await mkdir(dataDir, { recursive: true });
  const configFile = join(folder, 'cloud.toml');
  const gateways = [{ id: 'bench', password: linkPassword }];
  await writeFile(configFile, stringify({ gateways, store, api: { openOnLoopback: true }, ...more }));
  const mqttPort = await freePort();
  return startProduct({ command: 'cloud', dataDir, configFile, mqttPort, env: quiet });
}

export interface GatewayStatus {
  pipeline: { messages: number; readings: number; deadLetters: number };
  journals: { lane: string; writtenBytes: number; syncs: number; bytes: number }[];
  backlog: Record<string, { blocks: number }>;
  uplink: { connected: boolean; lines: Record<string, number>; bytes: Record<string, number> } | null;
  intelligence: {
    windows: { rows: number };
    model: { state: string; backend: { name: string } | null; requests: number; failures: number };
    scorer: { machines: number } | null;
  };
  models: {
    running: { model: string; isShadow: boolean; state: string }[];
    trials: { readings: number; dropped: number; failures: Record<string, number> }[];
  };
  alerts: {
    /** Inputs that were dropped for lack of time. */
    dropped: number;
    /** Inputs with too few rows for a model. */
    short: number;
    decision: { decided: { active: number; fallback: number }; undecided: number };
  };
}

export function statusOf(side: ProductSide): Promise<GatewayStatus> {
  return side.gateway.json<GatewayStatus>('/api/status');
}
