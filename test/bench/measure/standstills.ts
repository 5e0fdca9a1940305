import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { compiledEntry } from '../../../shared/files/paths.ts';
import type { LatencyEntry } from '../../load/record/latency-log.ts';

/** Ms since 1970. */
export interface Standstill {
  fromMs: number;
  untilMs: number;
}

/** A message due up to this long before a standstill may have been in progress during it. */
const beforeMs = 20;
/** A message due up to this long after a standstill may have waited in the queue that had built up. */
const afterMs = 80;
const startMsMax = 5_000;

/**
 * Detects when the machine itself stood still, such as a virtual one whose host gave its cores to others. It runs one
 * process per core with realtime priority, which needs root; without root it watches nothing and says so.
 */
export class StandstillWatch {
  readonly standstills: Standstill[] = [];
  #children: ChildProcess[] = [];

  get pids(): number[] {
    return this.#children.flatMap(({ pid }) => pid ?? []);
  }

  /** Starts watching. Returns whether every core is watched; otherwise none is. */
  async start(): Promise<boolean> {
    const cores = Array.from({ length: availableParallelism() }, (_, core) => core);
    const watched = await Promise.all(cores.map((core) => this.#watch(core)));
    if (watched.every(Boolean)) return true;
    await this.stop();
    this.standstills.length = 0;
    return false;
  }

  async stop(): Promise<void> {
    const exits = this.#children.map(async (child) => {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
        await once(child, 'exit');
    });
    await Promise.all(exits);
    this.#children = [];
  }

  async #watch(core: number): Promise<boolean> {
    const node = [
      process.execPath,
      compiledEntry('test/bench/measure/standstill-process'),
      String(process.pid),
    ];
    const child = spawn('taskset', ['-c', String(core), 'chrt', '-f', '50', ...node], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#children.push(child);
    const lines = createInterface({ input: child.stdout });
    const began = Promise.race([
      once(lines, 'line', { signal: AbortSignal.timeout(startMsMax) }).then(() => true),
      once(child, 'exit').then(() => false),
    ]).catch(() => false);
    child.on('error', () => {});
    if (!(await began)) return false;
    lines.on('line', (line) => {
      const [fromMs, untilMs] = line.split(' ').map(Number);
      this.standstills.push({ fromMs: fromMs!, untilMs: untilMs! });
    });
    return true;
  }
}

/**
 * The entries that were not affected by a standstill. This depends on when a message was due, not on how long it took,
 * so that slow messages are left out no more often than fast ones.
 */
export function withoutStandstills(
  entries: readonly LatencyEntry[],
  standstills: readonly Standstill[],
): LatencyEntry[] {
  const spans = standstills.map(({ fromMs, untilMs }) => [fromMs - beforeMs, untilMs + afterMs] as const);
  return entries.filter(({ dueAtMs }) => !spans.some(([from, until]) => dueAtMs >= from && dueAtMs < until));
}
