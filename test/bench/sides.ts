/** The two sides of every comparison as processes of their own: bare Aedes, and the product. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'smol-toml';
import { compiledEntry } from '../../shared/runtime/paths.ts';
import { freePort } from '../support/ports.ts';
import { type ProductProcess, startProduct } from '../support/processes.ts';

export interface RunningSide {
  mqttPort: number;
  /** Whose CPU time and memory count. */
  pids: number[];
  stop(): Promise<void>;
}

export async function startBare(): Promise<RunningSide> {
  const child = spawn(process.execPath, [compiledEntry('test/bench/bare-aedes')], {
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
  /** The cloud's `[store]`; without it there is no cloud and readings stay in the gateway's journal. */
  store?: Record<string, string | number>;
}

const linkPassword = 'bench-link-password';

/** The machines of the load generator are `load/*`. */
function gatewayConfig(uplinkPort: number | null): Record<string, unknown> {
  const uplink = { url: `mqtt://127.0.0.1:${uplinkPort}`, password: linkPassword };
  return {
    gateway: 'bench',
    machines: [{ match: 'load/*', type: 'generic' }],
    broker: { anonymous: 'loopback' },
    http: { openOnLoopback: true },
    ...(uplinkPort === null ? {} : { uplink }),
  };
}

export async function startProductSide({ folder, store }: ProductSideOptions): Promise<ProductSide> {
  const gatewayDir = join(folder, 'gateway');
  await mkdir(gatewayDir, { recursive: true });
  const cloud = store ? await startCloud(folder, store) : null;
  const configFile = join(folder, 'gateway.toml');
  await writeFile(configFile, stringify(gatewayConfig(cloud?.mqttPort ?? null)));
  const quiet = { HARBINGER_LOG: 'warn' };
  try {
    const gateway = await startProduct({ command: 'gateway', dataDir: gatewayDir, configFile, env: quiet });
    return {
      gateway,
      cloud,
      gatewayDir,
      mqttPort: gateway.mqttPort,
      pids: cloud ? [gateway.pid, cloud.pid] : [gateway.pid],
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

async function startCloud(folder: string, store: Record<string, string | number>): Promise<ProductProcess> {
  const dataDir = join(folder, 'cloud');
  await mkdir(dataDir, { recursive: true });
  const configFile = join(folder, 'cloud.toml');
  const config = {
    gateways: [{ id: 'bench', password: linkPassword }],
    store,
    api: { openOnLoopback: true },
  };
  await writeFile(configFile, stringify(config));
  const mqttPort = await freePort();
  return startProduct({
    command: 'cloud',
    dataDir,
    configFile,
    mqttPort,
    env: { HARBINGER_LOG: 'warn' },
  });
}
