/** `harbinger machines log`: what people did at machines, or found. */
import { userInfo } from 'node:os';
import { Argument, type Command, Option } from 'commander';
import type { LogEntry, LogOutcome } from '../../../../cloud/ports/machine-log/machine-log.ts';
import { verdicts } from '../../../../cloud/ports/outcomes/outcomes.ts';
import { maintainedKinds } from '../../../../shared/contract/alerts/machine-maintained.ts';
import { randomHex, systemRandom } from '../../../../shared/runtime/random.ts';
import { localTimeText, localZone } from '../../../../shared/words/times.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, time, wholeNumber, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { timeInLine } from '../../shown-times.ts';
import { machineName, type NamedMachine } from './names.ts';

type AddOptions = ReachOptions & {
  gateway?: string;
  note?: string;
  by?: string;
  at?: number;
  outcome?: string;
  cause?: string;
};
type ListOptions = ReachOptions & { kind?: string; limit: number };

export function addLog(machines: Command): void {
  const group = machines
    .command('log')
    .description('the maintenance log: what people did at machines, or found there')
    .addHelpText(
      'after',
      `
Examples:
  harbinger machines log list hall-1/pump-3
  harbinger machines log add hall-1/pump-3 repaired --note "seal" --outcome confirmed --cause "worn seal"
  harbinger machines log add hall-1/fan-2 replaced --at 2026-11-30T07:30 --by maria

Each entry is an event and a mark on the charts, and models learn from it: a machine that was replaced or
repaired begins another life. Replaced and retired end its open alerts of before.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list entries, the latest first')
    .argument('[machine]', 'site/machine; all machines without it', machineName)
    .addOption(new Option('--kind <kind>', 'only those of one kind').choices(maintainedKinds))
    .option('--limit <n>', 'number of entries', wholeNumber, 200)
    .action(async (name: NamedMachine | undefined, options: ListOptions) => {
      const query = new URLSearchParams({
        limit: String(options.limit),
        ...name,
        ...(options.kind !== undefined && { kind: options.kind }),
      });
      const path = `/api/machines/log?${query}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as { entries: LogEntry[] };
      if (options.json) return printJson(answer);
      printList([[`when (${localZone()})`, 'machine', 'what', 'by', 'note'], ...answer.entries.map(rowOf)]);
    });

  withReach(group.command('add'), 'cloud')
    .description('write down what was done at a machine')
    .argument('<machine>', 'site/machine', machineName)
    .addArgument(new Argument('<kind>').choices(maintainedKinds))
    .option('--note <text>', 'what was done, or found')
    .option('--by <name>', 'who did it (default: the user of this shell)')
    .option('--at <time>', 'when, in local time unless it has a zone (default: now)', time)
    .addOption(
      new Option('--outcome <verdict>', 'what its open warnings turned out to be').choices(
        verdicts.filter((each) => each !== 'missed'),
      ),
    )
    .option('--cause <text>', 'what the matter was, in a few words; with --outcome')
    .option('--gateway <name>', 'the gateway, where several have a machine of this name')
    .action(add);
}

async function add(machine: NamedMachine, kind: string, options: AddOptions): Promise<void> {
  const { by = userInfo().username, note, at, outcome, cause, gateway } = options;
  const body = {
    ...machine,
    ...{ kind, by, requestId: randomHex(systemRandom, 12) },
    ...(gateway !== undefined && { gateway }),
    ...(note !== undefined && { note }),
    ...(at !== undefined && { at: new Date(at).toISOString() }),
    ...(outcome !== undefined && { outcome }),
    ...(cause !== undefined && { cause }),
  };
  const answer = await request(findEndpoint('cloud', options), 'POST', '/api/machines/log', body);
  if (options.json) return printJson(answer);
  const { entry, ended, said } = answer as LogOutcome;
  const { stdout } = process;
  const name = printable(`${entry.site}/${entry.machine}`, 130);
  stdout.write(
    `written down: ${name} was ${kind === 'note' ? 'noted' : kind} at ${timeInLine(entry.atMs)}\n`,
  );
  if (ended.length > 0) stdout.write(`${ended.length} open alerts of before have ended\n`);
  if (said.length > 0) stdout.write(`${said.length} warnings have an outcome now: ${outcome}\n`);
  if (kind === 'replaced')
    stdout.write(
      `So that its gateway learns it anew, there: harbinger machines relearn ${name} --note "replaced"\n`,
    );
  if (kind === 'retired') stdout.write(`To take it out of the list: harbinger machines retire ${name}\n`);
}

function rowOf({ atMs, site, machine, kind, by, note }: LogEntry): string[] {
  return [
    localTimeText(atMs),
    printable(`${site}/${machine}`, 130),
    kind,
    printable(by, 64),
    printable(note, 200),
  ];
}
