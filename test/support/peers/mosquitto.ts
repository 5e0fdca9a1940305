/** A real broker for tests (Debian's `mosquitto`), which can be killed and started again on the same port and data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureDebianBinary, environmentOf } from '../debian/packages.ts';
import { freePort } from '../debian/server.ts';

export function mosquittoBinary() {
  return ensureDebianBinary({ packages: ['mosquitto'], binary: 'usr/sbin/mosquitto' });
}

export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  /** Its log, as far as it has been read. */
  log(): string;
  start(): Promise<void>;
  /** Ends it in order, so that it keeps its sessions; or at once. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends it, and removes its data. */
  remove(): Promise<void>;
}

/** @param settings lines of its configuration beside the listener */
export async function startMosquitto(settings: readonly string[] = []): Promise<Mosquitto> {
  const binary = await mosquittoBinary();
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    // It would become another user, who may not write into the folder.
    `user ${userInfo().username}`,
    'persistence true',
    `persistence_location ${folder}/`,
    'max_queued_messages 0',
    ...(settings.some((line) => line.startsWith('allow_anonymous')) ? [] : ['allow_anonymous true']),
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  let child: ChildProcess | null = null;
  let output = '';
  const killAtExit = () => child?.kill('SIGKILL');
  process.on('exit', killAtExit);
  const isUp = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      const done = (is: boolean) => {
        socket.destroy();
        resolve(is);
      };
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
  const broker: Mosquitto = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    folder,
    log: () => output,
    async start() {
      const started = spawn(binary.path, ['-v', '-c', file], {
        env: environmentOf(binary),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (text: Buffer) => (output = `${output}${text}`.slice(-100_000)));
      for (let tries = 0; tries < 3_000; tries++) {
        if (await isUp()) return;
        if (started.exitCode !== null) break;
        await delay(20);
      }
      throw new Error(`mosquitto does not listen: ${output.slice(-2_000)}`);
    },
    async end(signal = 'SIGTERM') {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const gone = once(running, 'exit');
      running.kill(signal);
      await gone;
    },
    async remove() {
      await broker.end('SIGKILL');
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await broker.start();
  return broker;
}
