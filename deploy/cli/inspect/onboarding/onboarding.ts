/**
 * Commands about machines that no rule names (deploy/cli/inspect/onboarding): who waits at a gateway, a draft of a machine type for
 * one, and accepting or ignoring them. What is guessed for a draft is in shared/domain/proposal.
 */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type {
  AcceptedMachines,
  DeclaredRule,
  FieldSummary,
  WaitingMachine,
} from '../../../../gateway/ports/onboarding/onboarding.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { toolName } from '../../../shown-commands.ts';
import { exitCodes } from '../../exit-codes.ts';
import { type Endpoint, findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, zoned } from '../../shown-times.ts';

type WhoOptions = ReachOptions & { by?: string; note?: string };

export function addOnboarding(group: Command): void {
  addWaiting(group);
  addPropose(group);
  addAccept(group);
  addIgnore(group);
  addDeclared(group);
}

function addWaiting(group: Command): void {
  withReach(group.command('waiting'), 'gateway')
    .description(
      'at a gateway: machines that send and that no rule names; with a name, all that is known of one',
    )
    .argument('[machine]', 'SITE/MACHINE')
    .action(async (name: string | undefined, options: ReachOptions) => {
      if (name !== undefined) {
        const one = await waitingOne(name, options);
        return options.json ? printJson(one) : printOne(one);
      }
      const answer = await waiting(options);
      if (options.json) return printJson(answer);
      printList([
        [
          'machine',
          zoned('first heard'),
          zoned('last heard'),
          'messages',
          'held',
          'every',
          'fields',
          'sender',
        ],
        ...answer.machines.map((each) => [
          printable(`${each.site}/${each.machine}`, 130),
          shownTime(each.firstMs),
          shownTime(each.lastMs),
          String(each.messages),
          String(each.held),
          every(each.stepMs),
          printable(each.fields.map(({ name: of }) => of).join(', '), 60),
          printable(each.sender, 40),
        ]),
      ]);
      if (answer.notListed > 0)
        process.stderr.write(`${answer.notListed} more are not listed: their sender has many\n`);
    });
}

function addPropose(group: Command): void {
  withReach(group.command('propose'), 'gateway')
    .description(
      'at a gateway: write a draft of a machine type for a machine that waits, and say which ready types fit',
    )
    .argument('<machine>', 'SITE/MACHINE')
    .option('--to <file>', 'write it into a file, which must not exist (default: print it)')
    .option('--name <type>', 'the name of the type (default: made of that of the machine)')
    .addHelpText(
      'after',
      `
Units, kinds and ranges are guesses, each with how sure it is; limits are comments. Correct them, put the file into
the folder that machineTypesDir of the gateway's configuration names, and accept the machine as that type.

Example:
  harbinger machines propose hall3/saw-1 --to /etc/harbinger/types/saw.toml
  harbinger machines accept hall3/saw-1 --type saw
`,
    )
    .action(async (name: string, options: ReachOptions & { to?: string; name?: string }) => {
      const seen = await waitingOne(name, options);
      const { draftType } = await import('../../../../shared/domain/proposal/proposal.ts');
      const { fittingTypes } = await import('../../../../shared/domain/proposal/fitting-types.ts');
      const { loadMachineTypes } = await import('../../../../shared/domain/machine-types.ts');
      const toml = draftType(seen, options.name);
      const fits = fittingTypes(seen.fields, loadMachineTypes());
      if (options.to !== undefined) await writeNew(options.to, toml);
      if (options.json) return printJson({ toml, fits });
      if (options.to === undefined) process.stdout.write(toml);
      const type = /^name = "([^"]+)"$/m.exec(toml)?.[1] ?? 'TYPE';
      for (const each of fits) {
        const over = each.passedOver.length > 0 ? `; it passes over ${each.passedOver.join(', ')}` : '';
        const known = printable(`${each.sensors.join(', ')}${over}`, 200);
        process.stderr.write(`ready type ${each.name} knows ${known}\n`);
      }
      const better = fits.length > 0 ? ` (or --type ${fits[0]!.name}, which needs no file)` : '';
      process.stderr.write(
        `${options.to === undefined ? 'put it' : 'it is to lie'} in the folder of machineTypesDir; then: ${toolName()} machines accept ${name} --type ${type}${better}\n`,
      );
    });
}

function addAccept(group: Command): void {
  withWho(withReach(group.command('accept'), 'gateway'))
    .description(
      'at a gateway: say of what type a machine is; what is held of it becomes readings, with their own times',
    )
    .argument('<machine>', "SITE/MACHINE, or a pattern: 'hall3/+', 'hall3/pump-*'")
    .requiredOption('--type <name>', 'the machine type; generic takes everything')
    .addHelpText(
      'after',
      '\nIn force at once and kept over restarts. Give it again for what was held since.\n\nExamples:\n  harbinger machines accept hall3/saw-1 --type motor\n  harbinger machines accept \'hall3/+\' --type generic --note "new hall"\n',
    )
    .action(async (match: string, options: WhoOptions & { type: string }) => {
      const { type } = options;
      const body = { match, type, ...whoOf(options) };
      const endpoint = findEndpoint('gateway', options);
      const outcome = await acceptAll(endpoint, body);
      if (options.json) printJson(outcome);
      else {
        const { redriven, failedAgain, machines } = outcome;
        const of = machines.length > 1 ? ` of ${machines.length} machines` : '';
        const held =
          redriven === 0
            ? 'nothing was held'
            : `${redriven - failedAgain} held ${redriven - failedAgain === 1 ? 'message' : 'messages'}${of} became readings`;
        process.stdout.write(`${printable(match, 140)} is of type ${type} from now on; ${held}\n`);
        if (failedAgain > 0)
          process.stderr.write(`${failedAgain} could not: ${toolName()} deadletters list says why\n`);
      }
      if (outcome.failedAgain > 0) process.exitCode = exitCodes.failed;
    });
}

function addIgnore(group: Command): void {
  withWho(withReach(group.command('ignore'), 'gateway'))
    .description('at a gateway: do not keep what a machine sends that no rule names; undo takes it back')
    .argument('<machine>', "SITE/MACHINE, or a pattern: 'hall3/phone-*'")
    .action(async (match: string, options: WhoOptions) => {
      const body = { match, ...whoOf(options) };
      const answer = await request(findEndpoint('gateway', options), 'POST', '/api/machines/ignore', body);
      if (options.json) return printJson(answer);
      process.stdout.write(
        `${printable(match, 140)}: what it sends is counted and not kept from now on; what is held stays\n`,
      );
    });
}

function addDeclared(group: Command): void {
  withReach(group.command('declared'), 'gateway')
    .description('at a gateway: list what was accepted or is ignored, by whom and when')
    .action(async (options: ReachOptions) => {
      const answer = (await request(findEndpoint('gateway', options), 'GET', '/api/machines/declared')) as {
        rules: DeclaredRule[];
      };
      if (options.json) return printJson(answer);
      printList([
        ['machine', 'type', zoned('since'), 'by', 'address', 'why'],
        ...answer.rules.map(({ match, type, atMs, by, address, note = '' }) => [
          printable(match, 140),
          type ?? '(ignored)',
          shownTime(atMs),
          printable(by, 40),
          address,
          printable(note, 80),
        ]),
      ]);
    });

  withWho(withReach(group.command('undo'), 'gateway'))
    .description('at a gateway: take back what was accepted or ignored; readings that are stored stay')
    .argument('<machine>', 'as declared lists it')
    .action(async (match: string, options: WhoOptions) => {
      const body = { match, ...whoOf(options) };
      const answer = (await request(
        findEndpoint('gateway', options),
        'DELETE',
        '/api/machines/declared',
        body,
      )) as { isKnown: boolean; machines: string[] };
      if (options.json) printJson(answer);
      else if (answer.isKnown) process.stdout.write(`${printable(match, 140)}: taken back\n`);
      else process.stderr.write(`nothing of this name: ${toolName()} machines declared lists them\n`);
      if (!answer.isKnown) process.exitCode = exitCodes.failed;
    });
}

/** Asks again for what there was no time for, as long as it gets on. */
async function acceptAll(endpoint: Endpoint, body: object): Promise<AcceptedMachines> {
  const ask = async () => (await request(endpoint, 'POST', '/api/machines/accept', body)) as AcceptedMachines;
  const whole = await ask();
  const machines = new Set(whole.machines);
  for (let got = whole.redriven; whole.left > 0 && got > 0; ) {
    const more = await ask();
    got = more.redriven;
    whole.redriven += more.redriven;
    whole.failedAgain += more.failedAgain;
    whole.left = more.left;
    for (const machine of more.machines) machines.add(machine);
  }
  return { ...whole, machines: [...machines] };
}

function withWho(command: Command): Command {
  return command
    .option('--by <name>', 'who asks for it (default: the user of this shell)')
    .option('--note <text>', 'why');
}

function whoOf({ by, note }: WhoOptions): { by: string; note?: string } {
  return { by: by ?? userInfo().username, ...(note !== undefined && { note }) };
}

async function waiting(options: ReachOptions): Promise<{ machines: WaitingMachine[]; notListed: number }> {
  const endpoint = findEndpoint('gateway', options);
  return (await request(endpoint, 'GET', '/api/machines/waiting?limit=1000')) as {
    machines: WaitingMachine[];
    notListed: number;
  };
}

async function waitingOne(name: string, options: ReachOptions): Promise<WaitingMachine> {
  const { machines } = await waiting(options);
  const found = machines.find(({ site, machine }) => `${site}/${machine}` === name);
  if (found) return found;
  throw new HarbingerError(
    'USAGE',
    'cli',
    `${printable(name, 130)} does not wait at this gateway; ${toolName()} machines waiting lists those that do`,
  );
}

function printOne(one: WaitingMachine): void {
  const { topics, messages, held, stepMs, fields, samples, hasMoreFields } = one;
  process.stdout.write(
    `${printable(`${one.site}/${one.machine}`, 130)}: ${messages} messages, ${held} held, every ${every(stepMs)}, on ${printable(topics.join(', '), 200)}\n`,
  );
  printList([
    ['field', 'kind', 'from', 'to', 'last'],
    ...fields.map((field) => [
      printable(field.name, 64),
      kindOf(field),
      field.low === null ? '' : String(field.low),
      field.high === null ? '' : String(field.high),
      printable(field.last, 40),
    ]),
  ]);
  if (hasMoreFields) process.stdout.write('and further fields\n');
  for (const sample of samples) process.stdout.write(`e.g. ${printable(sample, 300)}\n`);
}

function kindOf({ numbers, texts, booleans, others, states }: FieldSummary): string {
  const kinds = [
    ...(numbers > 0 ? ['number'] : []),
    ...(booleans > 0 ? ['true or false'] : []),
    ...(texts > 0 ? [`text (${states.join(', ')})`] : []),
    ...(others > 0 ? ['list, object or null'] : []),
  ];
  return printable(kinds.join(' or '), 80);
}

function every(stepMs: number | null): string {
  if (stepMs === null) return '–';
  return stepMs < 1_000 ? `${Math.round(stepMs)} ms` : `${Number((stepMs / 1_000).toPrecision(3))} s`;
}

async function writeNew(file: string, text: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(file, text, { flag: 'wx' }).catch((error) => {
    throw new HarbingerError('USAGE', 'cli', `${file} cannot be written: ${messageOf(error)}`);
  });
}
