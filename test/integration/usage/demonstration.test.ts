/**
 * Usage (test/integration/usage): the product as people use it: demonstration, command line, HTTP API and a recorded
 * data set. Answers to wrong usage belong here; faults of data and computers belong in the other folders.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { freePort } from '../../support/ports.ts';

/** `npm start` after its build, with ports and a data folder of its own. */
class Demonstration {
  output = '';
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<[number | null, NodeJS.Signals | null]>;

  constructor(data: string, mqttPort: number, httpPort: number, ...more: string[]) {
    this.url = `http://127.0.0.1:${httpPort}`;
    const args = ['--mqtt-port', String(mqttPort), '--http-port', String(httpPort), '--data', data, ...more];
    this.#child = spawn(process.execPath, [compiledEntry('deploy/demo/main'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
      });
    }
    this.#exited = once(this.#child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  }

  /** Presses Ctrl-C. Resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return await this.exitCode();
  }

  /** Closes the output early, as `| head` does. */
  readNoMore(): void {
    this.#child.stdout?.destroy();
  }

  async exitCode(): Promise<number | null> {
    return (await this.#exited)[0];
  }

  /** Number of rows; null while the cloud does not answer, or has no table of pumps yet. */
  async stored(): Promise<number | null> {
    const answer = await this.#json<{ rows: [number][] }>('/api/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql: 'select count(*) from pump' }),
    });
    return answer?.rows[0]?.[0] ?? null;
  }

  async events(): Promise<{ type: string; subject: string; time: string }[]> {
    const answer = await this.#json<{ items: { type: string; subject: string; time: string }[] }>(
      '/api/events?limit=500',
    );
    return (answer?.items ?? []).reverse();
  }

  async #json<T>(path: string, init: RequestInit = {}): Promise<T | null> {
    const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(5_000), ...init }).catch(
      () => null,
    );
    return response?.ok ? ((await response.json()) as T) : null;
  }
}

async function eventually(condition: () => Promise<boolean>, timeout: number, what: string): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`not in time: ${what}`);
    },
    { timeout, interval: 250 },
  );
}

describe('the demonstration', () => {
  let data: string;
  const started: Demonstration[] = [];

  const start = (...args: ConstructorParameters<typeof Demonstration>) => {
    const demonstration = new Demonstration(...args);
    started.push(demonstration);
    return demonstration;
  };

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'harbinger-demo-'));
  });
  afterEach(async () => {
    for (const demonstration of started.splice(0)) await demonstration.interrupt();
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  });

  it('warns of a machine that then fails, stops in order, and continues with the same data', {
    tags: ['long'],
    timeout: 600_000,
  }, async () => {
    const [mqttPort, httpPort] = [await freePort(), await freePort()];
    const beganMs = performance.now();
    const secondsNow = () => Math.round((performance.now() - beganMs) / 1_000);
    const first = start(data, mqttPort, httpPort);
    await eventually(async () => ((await first.stored()) ?? 0) > 0, 120_000, 'readings in the store');
    const storedAfter = secondsNow();

    const opened = async () =>
      (await first.events()).find(
        ({ type, subject }) => type.includes('prediction.opened') && subject.startsWith('plant/'),
      );
    await eventually(async () => (await opened()) !== undefined, 150_000, 'an alert');
    const warnedAfter = secondsNow();
    const alert = (await opened())!;
    const failure = async () =>
      (await first.events()).find(
        ({ type, subject }) => type.includes('machine.failed') && subject === alert.subject,
      );
    expect(await failure()).toBeUndefined();
    await eventually(async () => (await failure()) !== undefined, 150_000, `${alert.subject} to fail`);
    const failed = (await failure())!;
    expect(failed.time > alert.time).toBe(true);
    const failedAfter = secondsNow();
    const ownPast = async () => /ALERT {2}lab\/compressor {2}warning, says self-learned/.test(first.output);
    await eventually(ownPast, 240_000, 'a warning about the machine that has no model');
    const ownPastAfter = secondsNow();
    expect(first.output).toMatch(/ALERT {2}plant\/pump-\d {2}\w+, says model pump-rul/);
    expect(first.output).toMatch(/readings \d+\/s · journal lag|journal lag \d+ blocks/);
    expect(first.output).toContain(`ALERT  ${alert.subject}`);

    const before = (await first.stored())!;
    expect(await first.interrupt()).toBe(0);
    const stoppedAfter = secondsNow();
    expect(first.output).toMatch(
      /stopping: plant, gateway, cloud\n {2}plant .*\n {2}gateway stopped in order\n {2}cloud {3}stopped in order\neverything that was acknowledged is on disk\n$/,
    );

    const second = start(data, mqttPort, httpPort);
    await eventually(async () => ((await second.stored()) ?? 0) > before, 120_000, 'more readings');
    expect((await second.events()).map(({ time }) => time)).toContain(alert.time);
    const againAfter = secondsNow();
    const gatewayPid = () => /gateway (\d+),/.exec(second.output)?.[1];
    await eventually(async () => gatewayPid() !== undefined, 10_000, 'the processes to be named');
    process.kill(Number(gatewayPid()), 'SIGKILL');
    const cameBack = async () =>
      /gateway ended \(SIGKILL\) and was started again: process \d+/.test(second.output);
    await eventually(cameBack, 60_000, 'the gateway that was killed');
    expect(await second.interrupt()).toBe(0);
    console.log(
      `demonstration: stored after ${storedAfter} s, warned of ${alert.subject} after ${warnedAfter} s, it failed ` +
        `after ${failedAfter} s; the machine without a model was warned of by ${ownPastAfter} s; stopped by ${stoppedAfter} s, storing again by ${againAfter} s, stopped by ${secondsNow()} s`,
    );
  });

  it('stops in order when the reader of its output exits', async () => {
    const left = start(data, await freePort(), await freePort());
    left.readNoMore();
    expect(await left.exitCode()).toBe(0);
    expect(left.output).not.toContain('EPIPE');
  }, 120_000);

  it('reports a busy port with a clear error and advice', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const refused = start(data, port, await freePort());
    expect(await refused.exitCode()).not.toBe(0);
    expect(refused.output).toContain(String(port));
    expect(refused.output).toContain('--mqtt-port');
    expect(refused.output).not.toContain('    at ');
    other.close();
  });
});
