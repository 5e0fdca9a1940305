import { spawnSync } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import { compiledEntry } from '../../shared/files/paths.ts';
import { runCommand } from './run-command.ts';

export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandContext {
  /** Added to the environment; undefined removes a variable. */
  env?: NodeJS.ProcessEnv;
  /** The working folder. */
  cwd?: string;
}

/** Runs a command as a process of its own: for what only a process can show. */
export function runProcess(args: readonly string[], { env = {}, cwd }: CommandContext = {}): CommandResult {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiledEntry('deploy/cli/main'), ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      timeout: 300_000,
      killSignal: 'SIGKILL',
    },
  );
  return { status, stdout, stderr };
}

/** By these a command is told to stop. */
const endings = ['SIGINT', 'SIGTERM', 'disconnect'] as const;

/**
 * Runs a command within the process of the test, which takes a tenth of the time that a process takes. One at a time, and
 * none that starts a server.
 */
export async function runInside(
  args: readonly string[],
  { env = {}, cwd }: CommandContext = {},
): Promise<CommandResult> {
  const { exitCode } = process;
  const folder = process.cwd();
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  const output = { stdout: '', stderr: '' };
  const events: EventEmitter = process;
  const listeners = endings.map((event) => events.listeners(event));
  // A command lets go of the channel to its supervisor, which for this process is the test runner.
  const unref = process.channel ? [vi.spyOn(process.channel, 'unref').mockReturnValue(undefined)] : [];
  const writes = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += String(text);
      return true;
    }),
  );
  try {
    setVariables(env);
    if (cwd !== undefined) process.chdir(cwd);
    process.exitCode = undefined;
    await runCommand(args);
    return { status: Number(process.exitCode ?? 0), ...output };
  } finally {
    for (const mock of [...unref, ...writes]) mock.mockRestore();
    for (const [i, event] of endings.entries()) {
      const added = events.listeners(event).filter((listener) => !listeners[i]?.includes(listener));
      for (const listener of added) events.off(event, listener as () => void);
    }
    process.exitCode = exitCode;
    process.chdir(folder);
    setVariables(before);
  }
}

function setVariables(values: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
