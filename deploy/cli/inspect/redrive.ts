/**
 * Parts of the verbs that send something again or change it, shared by several commands. Commands in inspect/
 * ask a running gateway or cloud over its HTTP API and import none of its code except types.
 */
import type { Command } from 'commander';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson } from '../output.ts';

interface Outcome {
  redriven: number;
  kept: number;
  left: number;
  reasons: string[];
}

/** Returns the given names, or `all`. @throws HarbingerError USAGE */
export function whichOf<K>(names: readonly K[], all: boolean | undefined): readonly K[] | 'all' {
  if (all && names.length === 0) return 'all';
  if (!all && names.length > 0) return names;
  throw new HarbingerError('USAGE', 'cli', 'name the entries, or give --all, but not both');
}

export interface RedriveVerb<K> {
  description: string;
  argument: string;
  parse: (text: string, previous?: K[]) => K[];
  path: string;
  /** Field of the request that holds the names. */
  field: 'ids' | 'keys';
  done: string;
}

/**
 * Adds `redrive [which...]
 * --all`, which asks the cloud or a gateway. The exit code is 1 if something could not be redriven.
 */
export function addRedrive<K>(
  group: Command,
  verb: RedriveVerb<K>,
  role: 'cloud' | 'gateway' = 'cloud',
): void {
  withReach(group.command('redrive'), role)
    .description(verb.description)
    .argument(`[${verb.argument}...]`, 'names from the list', verb.parse)
    .option('--all', 'all of them')
    .action(async (names: K[] | undefined, options: ReachOptions & { all?: boolean }) => {
      const which = whichOf(names ?? [], options.all);
      const body = which === 'all' ? { all: true } : { [verb.field]: which };
      const outcome = (await request(findEndpoint(role, options), 'POST', verb.path, body)) as Outcome;
      if (options.json) printJson(outcome);
      else printOutcome(outcome, verb.done);
      if (outcome.kept > 0 || outcome.left > 0) process.exitCode = 1;
    });
}

function printOutcome({ redriven, kept, left, reasons }: Outcome, done: string): void {
  process.stdout.write(`${redriven} ${done}\n`);
  if (kept > 0) process.stdout.write(`${kept} failed and stay where they were:\n`);
  for (const reason of reasons) process.stdout.write(`  ${printable(reason, 300)}\n`);
  if (left > 0) process.stdout.write(`${left} not tried before the time limit: run the command again\n`);
}
