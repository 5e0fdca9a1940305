/** Runs the real command-line tool until it exits. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { compiledEntry } from '../../shared/files/paths.ts';

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function harbinger(...args: string[]): Promise<CliResult> {
  return run(args, {});
}

/** The same on a computer in this time zone. */
export function harbingerIn(zone: string, ...args: string[]): Promise<CliResult> {
  return run(args, { TZ: zone });
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<CliResult> {
  const child = spawn(process.execPath, [compiledEntry('deploy/cli/main'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

/** Parses the output of a command with `--json`. @throws Error with its output unless it succeeds */
export async function harbingerJson<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await harbinger(...args, '--json');
  if (code !== 0) throw new Error(`harbinger ${args.join(' ')}: exit code ${code}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
