#!/usr/bin/env node
/**
 * The command-line tool `harbinger` (deploy/cli). Commands that start something are in run/, those that ask a
 * running gateway or cloud in inspect/, those that work on files in tools/. A command loads its heavy modules
 * only when it runs, so that the tool starts quickly.
 */
import { systemClock } from '../../shared/runtime/clock.ts';
import { endProcess } from '../../shared/runtime/threads/end-thread.ts';
import { continueWithout, endWithReader } from './output.ts';
import { runCommand } from './run-command.ts';

endWithReader(process.stdout);
continueWithout(process.stderr);
await runCommand(process.argv.slice(2));
// An open handle must not keep a finished process alive, or its supervisor would wait for ever.
systemClock.setTimer(10_000, endProcess);
