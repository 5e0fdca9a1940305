import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { packageRoot } from '../../shared/files/paths.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { nodeProblem } from '../build/node-version.mjs';
import { exitCodeOf } from './exit-codes.ts';
import { reportError } from './output.ts';
import { createProgram } from './program.ts';

/** Runs the command that `args` name, reports what failed, and sets the exit code of this process. */
export async function runCommand(args: readonly string[]): Promise<void> {
  try {
    // The built tool may be started by another Node than npm is, such as Debian's own by a service.
    const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    const problem = nodeProblem(process.versions.node, engines.node);
    if (problem !== null) throw new HarbingerError('NODE_TOO_OLD', 'config', problem);
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has reported wrong usage itself.
    process.exitCode = error instanceof CommanderError ? exitCodeOf(error) : reportError(error);
  }
}
