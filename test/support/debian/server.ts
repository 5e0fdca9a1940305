/** A real server as a child process, which can be stopped, killed and restarted on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { environmentOf } from './packages.ts';

const readyMsMax = 150_000;
const stopMsMax = 10_000;

export interface ServerProcess {
  start(): Promise<void>;
  /** Sends SIGTERM, and SIGKILL if that takes too long. */
  stop(): Promise<void>;
  /** Sends SIGKILL. */
  kill9(): Promise<void>;
  readonly pid: number | undefined;
}

export interface ServerCommand {
  binary: { path: string; libraryPath?: string };
  args: string[];
  /** Its working folder; that of this process if absent. */
  cwd?: string;
  /** An address that answers 2xx once the server is ready. */
  readyUrl: string;
}

export function serverProcess(command: ServerCommand): ServerProcess {
  let child: ChildProcess | null = null;
  let output = '';

  const killAtExit = () => child?.kill('SIGKILL');

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill(signal);
    const timer = setTimeout(() => running.kill('SIGKILL'), stopMsMax);
    await gone;
    clearTimeout(timer);
    process.off('exit', killAtExit);
  }

  async function waitUntilReady(started: ChildProcess): Promise<void> {
    const giveUp = AbortSignal.timeout(readyMsMax);
    while (!giveUp.aborted) {
      if (started.exitCode !== null || started.signalCode !== null) break;
      const ready = await fetch(command.readyUrl, { signal: AbortSignal.timeout(1000) }).catch(() => null);
      if (ready?.ok) return;
      await delay(20);
    }
    started.kill('SIGKILL');
    throw new Error(`${command.binary.path} did not become ready; its last output: ${output.slice(-2000)}`);
  }

  return {
    get pid() {
      return child?.pid;
    },
    async start() {
      output = '';
      child = spawn(command.binary.path, command.args, {
        env: environmentOf(command.binary),
        ...(command.cwd !== undefined && { cwd: command.cwd }),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      process.on('exit', killAtExit);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (data: Buffer) => {
          output = (output + data.toString()).slice(-20_000);
        });
      }
      await waitUntilReady(child);
    },
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}

/** Ports that Linux gives to nobody by itself begin here. */
const firstPort = 10_240;

/**
 * Returns a TCP port of the loopback interface that is free at present, and that the system gives to nobody who asks for any port or
 * connects to somewhere: nothing of another test is there when it is listened on later, or again after a restart.
 */
export async function freePort(): Promise<number> {
  const endPort = firstGivenPort();
  for (let tries = 0; tries < 100; tries++) {
    const port = endPort - firstPort > 1_000 ? randomInt(firstPort, endPort) : 0;
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    if (!isFree) continue;
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address !== null && typeof address !== 'string') return address.port;
  }
  throw new Error(`no port is free from ${firstPort} to ${endPort}`);
}

/** From this port on Linux gives them to who asks for any. */
function firstGivenPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0]);
  } catch {
    return 0;
  }
}
