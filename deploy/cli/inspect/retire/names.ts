/**
 * Commands that take what is no longer there out of the lists (deploy/cli/inspect/retire): machines and gateways of a
 * cloud, machines and sessions of a gateway. This file has what they share.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { EraseOutcome, RetireOutcome } from '../../../../cloud/ports/retired/retired.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { printable, printJson } from '../../output.ts';

export interface NamedMachine {
  site: string;
  machine: string;
}

/** Collects names in the form `SITE/MACHINE`, one per argument. */
export function machineNames(text: string, previous: NamedMachine[] = []): NamedMachine[] {
  return [...previous, machineName(text)];
}

export function machineName(text: string): NamedMachine {
  const [site = '', machine = '', ...rest] = text.split('/');
  if (site === '' || machine === '' || rest.length > 0)
    throw new InvalidArgumentError('a machine is named as SITE/MACHINE');
  return { site, machine };
}

export function withYes(command: Command): Command {
  return command.option('--yes', 'delete it: it cannot be had back');
}

/** @throws HarbingerError USAGE if what is to be deleted was not confirmed */
export function refuseUnconfirmed(isConfirmed: boolean | undefined, what: string): void {
  if (isConfirmed) return;
  const message = `${what} would be deleted with all that is stored about it, for good: repeat the command with --yes`;
  throw new HarbingerError('USAGE', 'cli', message);
}

export function printRetired(outcome: RetireOutcome, json: boolean | undefined, done: string): void {
  if (json) return printJson(outcome);
  const { machines, alerts } = outcome;
  const open = alerts === 0 ? '' : ` (open alerts: ${alerts})`;
  const none = machines === 0 ? ': none was listed any more' : '';
  process.stdout.write(`${machines} ${machines === 1 ? 'machine' : 'machines'} ${done}${open}${none}\n`);
  for (const warning of outcome.warnings ?? [])
    process.stderr.write(`warning: ${printable(warning, 1_000)}\n`);
}

/** Sets the exit code 1 if there was no time for everything. */
export function printErased(outcome: EraseOutcome, json: boolean | undefined): void {
  const { stored, events, isComplete } = outcome;
  if (json) printJson(outcome);
  else {
    const rows = stored === null ? 'all stored points' : `${stored} stored rows`;
    process.stdout.write(`deleted: ${rows}, ${events} events and decisions\n`);
    if (!isComplete) process.stdout.write('there was no time for everything: run the command again\n');
  }
  if (!isComplete) process.exitCode = exitCodes.failed;
}
