#!/usr/bin/env node
/**
 * The command-line tool `harbinger` (deploy/cli). Commands that start something are in run/, those that ask a
 * running gateway or cloud in inspect/, those that work on files in tools/. A command loads its heavy modules
 * only when it runs, so that the tool starts quickly.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { packageRoot } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { nodeProblem } from '../build/node-version.mjs';
import { exitCodeOf } from './exit-codes.ts';
import { continueWithout, endWithReader, reportError } from './output.ts';
import { createProgram } from './program.ts';

const program = createProgram();

endWithReader(process.stdout);
continueWithout(process.stderr);
try {
  // The built tool may be started by another Node than npm is, such as Debian's own by a service.
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const problem = nodeProblem(process.versions.node, engines.node);
  if (problem !== null) throw new HarbingerError('NODE_TOO_OLD', 'config', problem);
  await program.parseAsync();
} catch (error) {
  // Commander has reported wrong usage itself.
  process.exitCode = error instanceof CommanderError ? exitCodeOf(error) : reportError(error);
}
// An open handle must not keep a finished process alive, or its supervisor would wait for ever.
systemClock.setTimer(10_000, () => process.exit());
