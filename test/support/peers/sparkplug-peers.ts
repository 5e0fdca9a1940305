/** Sparkplug publishers of others, as processes: programs in test/peers/sparkplug, on libraries of Python. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../../shared/files/paths.ts';
import { pythonWith } from './python.ts';

const programs = {
  pysparkplug_node: ['pysparkplug==0.6.1', 'protobuf==7.36.2', 'paho-mqtt==1.6.1'],
  spb_wrapper_device: ['mqtt-spb-wrapper==2.1.2', 'protobuf==3.20.3', 'paho-mqtt==1.6.1'],
} as const;

export interface SparkplugPeer {
  /** Lines that it has said. */
  readonly said: readonly string[];
  obey(line: string): void;
  end(): Promise<void>;
}

/** Returns why the publishers cannot be had; an empty object if they can. Never throws. */
export async function sparkplugPeers(): Promise<object | { unavailable: string }> {
  try {
    for (const packages of Object.values(programs)) await pythonWith(packages);
    return {};
  } catch (error) {
    return {
      unavailable: `a Sparkplug publisher: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    };
  }
}

/** Starts a publisher, and waits until it has been born. */
export async function startPeer(program: keyof typeof programs, port: number): Promise<SparkplugPeer> {
  const python = await pythonWith(programs[program]);
  const file = join(packageRoot, 'test', 'peers', 'sparkplug', `${program}.py`);
  const child: ChildProcess = spawn(python, [file, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said: string[] = [];
  let errors = '';
  child.stderr!.on('data', (text) => (errors = `${errors}${text}`.slice(-4_000)));
  const ready = new Promise<void>((resolve) => {
    let rest = '';
    child.stdout!.on('data', (text: Buffer) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop()!;
      said.push(...lines);
      if (said.includes('ready')) resolve();
    });
  });
  const ended = once(child, 'exit');
  const failed = ended.then(() => {
    throw new Error(`${program} has ended: ${errors}`);
  });
  failed.catch(() => undefined);
  await Promise.race([ready, failed]);
  return {
    said,
    obey: (line) => void child.stdin!.write(`${line}\n`),
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
