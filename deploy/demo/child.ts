import { type ChildProcess, spawn } from 'node:child_process';
import { compiledEntry } from '../../shared/files/paths.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { LogFile } from './log-file.ts';

const stopMsMax = 15_000;
const backoff = { firstMs: 500, maxMs: 10_000 };

/** Settings of the Node process that runs the child. */
export interface NodeSettings {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** How a process was stopped: in order, or the words that say how else it ended; null if it was never started. */
export type Ending = 'in order' | { otherwise: string } | null;

export interface ChildEvents {
  line?(line: string): void;
  /** Called when the process ended by itself, or was killed (`how`), and has been restarted. */
  restarted?(how: string): void;
}

/**
 * One process of the demonstration, restarted when it ends by itself, so that users can kill one and watch it
 * recover. Its log goes to a file of bounded size. An IPC channel tells it when the demonstration is gone,
 * and it stops.
 */
export class Child {
  readonly name: string;
  readonly logPath: string;
  restarts = 0;
  private readonly node: NodeSettings;
  private readonly args: readonly string[];
  private readonly log: LogFile;
  private readonly clock: Clock;
  private readonly events: ChildEvents;
  private process: ChildProcess | null = null;
  private stopping = false;
  private lastErrorLine = '';
  private lastEnd: string | null = null;

  constructor(
    name: string,
    args: readonly string[],
    logPath: string,
    clock: Clock,
    events: ChildEvents = {},
    node: NodeSettings = { args: [], env: {} },
  ) {
    this.name = name;
    this.args = args;
    this.logPath = logPath;
    this.log = new LogFile(logPath);
    this.clock = clock;
    this.events = events;
    this.node = node;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  /** The last line that the process wrote to stderr, which says why it ended. */
  get lastWords(): string {
    return this.lastErrorLine;
  }

  start(): void {
    // The child gets a process group of its own: Ctrl-C reaches only the demonstration, which stops its
    // processes in order.
    const script = compiledEntry('deploy/cli/main');
    const child = spawn(process.execPath, [...this.node.args, script, ...this.args], {
      env: { ...process.env, ...this.node.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.process = child;
    this.follow(child.stdout, false);
    this.follow(child.stderr, true);
    child.once('exit', (code, signal) => void this.onExit(signal ?? `exit code ${code}`));
  }

  async stop(): Promise<Ending> {
    this.stopping = true;
    const ending = await this.end();
    this.log.close();
    return ending;
  }

  private async end(): Promise<Ending> {
    const child = this.process;
    if (!child) return this.lastEnd === null ? null : { otherwise: `was not running (${this.lastEnd})` };
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    let isLate = false;
    child.kill('SIGTERM');
    const timer = this.clock.setTimer(stopMsMax, () => {
      isLate = true;
      child.kill('SIGKILL');
    });
    await ended;
    timer.cancel();
    if (isLate) return { otherwise: `did not stop within ${stopMsMax / 1_000} s and was killed` };
    return child.exitCode === 0 ? 'in order' : { otherwise: `ended (${this.lastEnd})` };
  }

  private async onExit(how: string): Promise<void> {
    this.process = null;
    this.lastEnd = how;
    if (this.stopping) return;
    await sleep(this.clock, backoffMs(this.restarts++, backoff, systemRandom));
    if (this.stopping) return;
    this.start();
    this.events.restarted?.(how);
  }

  private follow(stream: NodeJS.ReadableStream | null, isError: boolean): void {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      this.log.write(text);
      const lines = `${rest}${text}`.split('\n');
      rest = (lines.pop() ?? '').slice(0, 10_000);
      for (const line of lines) {
        if (isError && line.startsWith('harbinger: ')) this.lastErrorLine = line.slice('harbinger: '.length);
        this.events.line?.(line);
      }
    });
  }
}
