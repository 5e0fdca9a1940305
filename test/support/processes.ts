/**
 * Support (test/support): what tests of several folders share: the product's processes, real servers, clients, the
 * report of skipped tests. Only tests import it.
 *
 * The product's processes as an operator starts them: `gateway` and `cloud`, compiled, each with a data folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { gatewayNode } from '../../deploy/node-settings.ts';
import { compiledEntry, packageRoot } from '../../shared/files/paths.ts';
import { freePort } from './ports.ts';

const logLinesMax = 5_000;
const lastOutputMsMax = 5_000;
/** Longer than a request for readiness takes. */
const requestMsMax = 3_000;

export interface ProductOptions {
  /** `gateway`, `cloud`, or another server of the command-line tool. */
  command: string;
  /** Its data folder, in which it writes `run.json`. */
  dataDir: string;
  configFile?: string;
  /** Default: any free port, which is kept over restarts; no other process takes it meanwhile. */
  mqttPort?: number;
  httpPort?: number;
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** Waits for `/readyz` (default), or only until it listens. */
  until?: 'ready' | 'listening';
  startMsMax?: number;
  /** The script to run; the compiled command-line tool by default. */
  entry?: string;
}

/** One line of output, parsed if it is JSON. */
export interface LogLine {
  text: string;
  json: Record<string, unknown> | null;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

interface RunInfo {
  pid: number;
  mqttPort: number;
  httpPort: number;
}

export class ProductProcess {
  readonly #options: ProductOptions;
  readonly #logs: LogLine[] = [];
  readonly #killAtExit = () => this.#child?.kill('SIGKILL');
  #child: ChildProcess | null = null;
  #exited: Promise<Exit> | null = null;
  #run: RunInfo | null = null;

  constructor(options: ProductOptions) {
    this.#options = options;
  }

  /** @throws Error with its last output if it exits or is not ready in time */
  async start(): Promise<void> {
    const node = this.#options.command === 'gateway' ? gatewayNode : { args: [], env: {} };
    const args = await this.#arguments();
    const child = spawn(process.execPath, [...node.args, ...args], {
      cwd: packageRoot,
      env: { ...process.env, ...node.env, ...this.#options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Exit);
    process.once('exit', this.#killAtExit);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => this.#log(text));
    }
    try {
      await this.#waitUntilStarted(child);
    } catch (error) {
      await this.kill9();
      throw error;
    }
  }

  get pid(): number {
    return this.#running().pid;
  }

  get mqttPort(): number {
    return this.#running().mqttPort;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.mqttPort}`;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.#running().httpPort}`;
  }

  /** The latest lines, kept over restarts. */
  get logs(): readonly LogLine[] {
    return this.#logs;
  }

  /** Requests a path with GET and parses the answer as JSON. @throws Error unless the status is 2xx */
  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(`${this.httpUrl}${path}`, { signal: AbortSignal.timeout(20_000), ...init });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The value of a Prometheus counter or gauge; series of one name add up. NaN if there is none. */
  async metric(name: string): Promise<number> {
    const response = await fetch(`${this.httpUrl}/metrics`, { signal: AbortSignal.timeout(20_000) });
    const lines = (await response.text()).split('\n');
    const values = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    if (values.length === 0) return Number.NaN;
    return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Sends SIGTERM like a service manager; SIGKILL if it does not exit within `msMax`. */
  async stop(msMax = 20_000): Promise<Exit> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), msMax);
    const exit = await this.exited();
    clearTimeout(timer);
    return exit;
  }

  /** Sends SIGKILL. */
  async kill9(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.exited();
  }

  async exited(): Promise<Exit> {
    const exit = (await this.#exited) ?? { code: null, signal: null };
    process.off('exit', this.#killAtExit);
    return exit;
  }

  /** Restarts it on the same data and ports, after `stop` or `kill9`. */
  restart(): Promise<void> {
    return this.start();
  }

  async #arguments(): Promise<string[]> {
    const { command, dataDir, configFile, entry, args = [] } = this.#options;
    const mqttPort = this.#run?.mqttPort || this.#options.mqttPort || (await freePort());
    const httpPort = this.#run?.httpPort || this.#options.httpPort || (await freePort());
    return [
      entry ?? compiledEntry('deploy/cli/main'),
      command,
      ...(configFile === undefined ? [] : ['--config', configFile]),
      ...['--data', dataDir, '--mqtt-port', String(mqttPort), '--http-port', String(httpPort)],
      ...args,
    ];
  }

  #running(): RunInfo {
    if (!this.#run) throw new Error(`${this.#options.command} has not been started`);
    return this.#run;
  }

  #log(text: string): void {
    if (this.#logs.length >= logLinesMax) this.#logs.splice(0, logLinesMax / 10);
    this.#logs.push({ text, json: parsed(text) });
  }

  async #waitUntilStarted(child: ChildProcess): Promise<void> {
    const { command, startMsMax = 150_000, until = 'ready' } = this.#options;
    let leftMs = startMsMax;
    const closed = new Promise((resolve) => child.once('close', resolve));
    while (leftMs > 0 && child.exitCode === null && child.signalCode === null) {
      const askedAtMs = performance.now();
      const run = await this.#readRunFile();
      if (run?.pid === child.pid) {
        this.#run = run;
        if (until === 'listening' || (await this.#ready())) return;
      }
      await delay(25);
      // If this process itself was suspended, so was the other one, which is not to blame.
      leftMs -= Math.min(performance.now() - askedAtMs, requestMsMax);
    }
    // It has exited, but its last output may still be in the pipe.
    if (leftMs > 0) await Promise.race([closed, delay(lastOutputMsMax)]);
    const words = this.#logs.slice(-30).map((line) => line.text);
    const { exitCode, signalCode } = child;
    const how = leftMs <= 0 ? `within ${startMsMax / 1_000} s` : `(code ${exitCode}, signal ${signalCode})`;
    throw new Error(`${command} did not start ${how}; its last output:\n${words.join('\n')}`);
  }

  /** Reads run.json. A killed process leaves its file behind, so only a file that names this child counts. */
  async #readRunFile(): Promise<RunInfo | null> {
    try {
      return JSON.parse(await readFile(join(this.#options.dataDir, 'run.json'), 'utf8')) as RunInfo;
    } catch {
      return null;
    }
  }

  async #ready(): Promise<boolean> {
    const answer = fetch(`${this.httpUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
    return await answer.then(
      (response) => response.ok,
      () => false,
    );
  }
}

function parsed(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

export async function startProduct(options: ProductOptions): Promise<ProductProcess> {
  const product = new ProductProcess(options);
  await product.start();
  return product;
}
