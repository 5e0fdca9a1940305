/**
 * Commands that ask a running gateway or cloud over its HTTP API (deploy/cli/inspect). They import none of its code
 * except types. This file has what the verbs share that send something again or drop it.
 */
import type { Command } from 'commander';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { findEndpoint, request } from '../http-client.ts';
import { idList, type ReachOptions, withReach } from '../options.ts';
import { printable, printJson } from '../output.ts';

interface Outcome {
  redriven: number;
  kept: number;
  left: number;
  reasons: string[];
}

/** Returns the body of a request about the given names, or about all. @throws HarbingerError USAGE */
export function selectionOf<K>(
  names: readonly K[],
  all: boolean | undefined,
  field: 'ids' | 'keys' | 'names' = 'ids',
): Record<string, unknown> {
  if (all && names.length === 0) return { all: true };
  if (!all && names.length > 0) return { [field]: names };
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
  /** The description of `--at-gateway`, where a gateway has such entries too. */
  atGateway?: string;
}

type RedriveOptions = ReachOptions & { all?: boolean; atGateway?: boolean };

/**
 * Adds `redrive [which...] --all`, which asks the cloud or a gateway. The exit code is 1 if something could not be redriven.
 */
export function addRedrive<K>(
  group: Command,
  verb: RedriveVerb<K>,
  role: 'cloud' | 'gateway' = 'cloud',
): void {
  const command = withReach(group.command('redrive'), role);
  if (verb.atGateway) command.option('--at-gateway', verb.atGateway);
  command
    .description(verb.description)
    .argument(`[${verb.argument}...]`, 'names from the list', verb.parse)
    .option('--all', 'all of them')
    .action(async (names: K[] | undefined, options: RedriveOptions) => {
      const body = selectionOf(names ?? [], options.all, verb.field);
      const asked = options.atGateway ? 'gateway' : role;
      const outcome = (await request(findEndpoint(asked, options), 'POST', verb.path, body)) as Outcome;
      if (options.json) printJson(outcome);
      else printOutcome(outcome, verb.done);
      const { redriven, kept, left } = outcome;
      // The cloud keeps a name that it does not know, with the reason; a gateway answers nothing about it.
      const unknown = options.all ? 0 : (names?.length ?? 0) - redriven - kept - left;
      if (unknown > 0) process.stderr.write(`${unknown} of the ${verb.argument} are not in the list\n`);
      if (kept > 0 || left > 0 || unknown > 0) process.exitCode = exitCodes.failed;
    });
}

/** Adds `drop [ids...] --all`, which asks a gateway. The exit code is 1 if an id is unknown. */
export function addDrop(group: Command, { entries, path }: { entries: string; path: string }): void {
  withReach(group.command('drop'), 'gateway')
    .description(`delete ${entries} for good`)
    .argument('[ids...]', 'ids from the list', idList)
    .option('--all', `all ${entries}`)
    .action(async (ids: number[] = [], options: ReachOptions & { all?: boolean }) => {
      const body = selectionOf(ids, options.all);
      const answer = (await request(findEndpoint('gateway', options), 'DELETE', path, body)) as {
        dropped: number;
      };
      const unknown = options.all ? 0 : ids.length - answer.dropped;
      if (options.json) printJson(answer);
      else process.stdout.write(`${answer.dropped} dropped\n`);
      if (unknown === 0) return;
      process.stderr.write(`${unknown} of the ids belong to none of the ${entries}\n`);
      process.exitCode = exitCodes.failed;
    });
}

function printOutcome({ redriven, kept, left, reasons }: Outcome, done: string): void {
  process.stdout.write(`${redriven} ${done}\n`);
  if (kept > 0) process.stdout.write(`${kept} failed and stay where they were:\n`);
  for (const reason of reasons) process.stdout.write(`  ${printable(reason, 300)}\n`);
  if (left > 0) process.stdout.write(`${left} not tried before the time limit: run the command again\n`);
}
