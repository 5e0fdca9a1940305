/** `harbinger machines`: the machines that a cloud lists, or a gateway knows, and taking them out of the list. */
import { type Command, Option } from 'commander';
import type { MachineState, ModeOfMachine } from '../../../../cloud/ports/machines.ts';
import type { EraseOutcome, MachineName, RetireOutcome } from '../../../../cloud/ports/retired/retired.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { withLocalTimes } from '../../../../shared/words/times.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, timeInLine, zoned } from '../../shown-times.ts';
import { addMute } from '../fleet/overrides.ts';
import { addOnboarding } from '../onboarding/onboarding.ts';
import {
  listAtGateway,
  nameFaultAtGateway,
  relearnAtGateway,
  renameAtGateway,
  retireAtGateway,
} from './at-gateway.ts';
import { addLog } from './log.ts';
import {
  machineName,
  machineNames,
  type NamedMachine,
  printErased,
  printRetired,
  refuseUnconfirmed,
  withYes,
} from './names.ts';
import { addTeach } from './teach-command.ts';

type Options = ReachOptions & { gateway?: string };
type RenameOptions = Options & { atGateway?: boolean; toGateway?: string };
type RetireOptions = Options & { atGateway?: boolean; sensor?: string };

type WhyOptions = ReachOptions & { by?: string; note: string };

interface Retired extends MachineName {
  machineType: string;
  lastSeenMs: number;
  atMs: number;
  why: string;
  into: MachineName | null;
  isBack: boolean;
}

export function addMachines(program: Command): void {
  const group = program
    .command('machines')
    .description(
      'machines of the cloud: list, mute, unmute, log, retire, rename, delete; at their gateway: waiting, propose, accept, ignore, declared, undo, relearn, teach, fault',
    )
    .addHelpText(
      'after',
      `
Examples:
  harbinger machines list --retired
  harbinger machines mute hall-1/fan-3 --for 4h --why "new bearing"   nobody is told of its alerts meanwhile
  harbinger machines retire hall-1/pump-3            scrapped: it leaves the list, its alerts end, its history stays
  harbinger machines rename hall-1/pump-3 hall-2/pump-3   moved: both histories are shown under the new name
  harbinger machines delete test/pump-1 --yes        with its readings, events and alerts

  harbinger machines rename hall-1/pump-3 hall-2/pump-3 --at-gateway      with its maintenance windows and limits
  harbinger machines waiting --data GATEWAY         who sends, and no rule names it
  harbinger machines accept hall3/saw-1 --type motor --data GATEWAY
  harbinger machines relearn hall-1/pump-3 --note "new seal" --data GATEWAY   at its gateway: what it does now is normal
  harbinger machines retire hall-1/pump-3 --at-gateway    gone at the gateway too: its window, what is normal for it, its quota
  harbinger machines retire hall-1/fan-2 --at-gateway --sensor humidity   a probe that was taken off

A retired machine that is heard again is listed again, and the log says so. A gateway that still holds
readings of the time before delivers them, and they do not bring the machine back.
`,
    );

  withGateway(withReach(group.command('list', { isDefault: true }), 'cloud'))
    .description('list them, most urgent first')
    .option('--retired', 'those that were retired, renamed or deleted, latest first')
    .option('--at-gateway', 'those that a gateway knows, instead of those of the cloud')
    .action(async (options: Options & { retired?: boolean; atGateway?: boolean }) => {
      if (options.atGateway) return listAtGateway(options);
      const isAsked = ({ gateway }: { gateway: string }) =>
        options.gateway === undefined || gateway === options.gateway;
      const path = `/api/machines${options.retired ? '/retired?limit=10000' : ''}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as { machines: never[] };
      const machines = (answer.machines as (MachineState & Retired)[]).filter(isAsked);
      if (options.json) printJson({ machines });
      else printList(options.retired ? retiredRows(machines) : listedRows(machines));
    });

  addMute(group);
  addOnboarding(group);

  withReach(group.command('relearn'), 'gateway')
    .description(
      'at a gateway: say that what a machine does now is normal, so that it is learnt anew; its limits stay',
    )
    .argument('<machine>', 'SITE/MACHINE', machineName)
    .requiredOption('--note <text>', 'why: a new product, a new seal, another season')
    .option('--by <name>', 'who says so (default: the user of this shell)')
    .addOption(
      new Option(
        '--what <part>',
        'everything is learnt anew; or only what has changed (state), or what it does in its mode, is normal',
      )
        .choices(['everything', 'state', 'mode'])
        .default('everything'),
    )
    .addHelpText('after', '\nExample:\n  harbinger machines relearn hall-1/pump-3 --note "new seal"\n')
    .action((name: NamedMachine, options: WhyOptions & { what: string }) => relearnAtGateway(name, options));

  addTeach(group);
  addLog(group);

  withReach(group.command('fault'), 'gateway')
    .description(
      'say that what a machine does, or did last, is a fault: it never becomes normal, and is recognised when it comes again',
    )
    .argument('<machine>', 'SITE/MACHINE', machineName)
    .requiredOption('--note <text>', 'what it was: a worn coupling, a loose belt')
    .option('--by <name>', 'who says so (default: the user of this shell)')
    .action((name: NamedMachine, options: WhyOptions) => nameFaultAtGateway(name, options));

  withGateway(withReach(group.command('retire'), 'cloud'))
    .description('take machines out of the list: their open alerts end, their history stays')
    .argument('<machines...>', 'SITE/MACHINE', machineNames)
    .option('--at-gateway', 'forget them at their gateway, instead of in the cloud, until they send again')
    .option('--sensor <name>', 'only this sensor of them, with --at-gateway')
    .action(async (names: NamedMachine[], options: RetireOptions) => {
      if (options.atGateway) return retireAtGateway(names, options);
      if (options.sensor !== undefined)
        throw new HarbingerError(
          'USAGE',
          'cli',
          'a single sensor is retired at its gateway: add --at-gateway',
        );
      const machines = named(names, options);
      const outcome = await ask<RetireOutcome>(options, 'retire', { machines });
      printRetired(outcome, options.json, 'retired');
    });

  withGateway(withReach(group.command('rename'), 'cloud'))
    .description('join the history of a machine to that of its new name')
    .argument('<from>', 'SITE/MACHINE', machineName)
    .argument('<to>', 'SITE/MACHINE, which need not exist yet', machineName)
    .option('--to-gateway <name>', 'the gateway of the new name, if it is another')
    .option(
      '--at-gateway',
      'give it what is set at its gateway for the old name: maintenance windows and limits',
    )
    .addHelpText(
      'after',
      `
What devices send is named by their topics and the routes of their gateway: change it there too, and
give the new name what people have set for the old one with --at-gateway.
`,
    )
    .action(async (from: NamedMachine, to: NamedMachine, options: RenameOptions) => {
      if (options.atGateway) return renameAtGateway(from, to, options);
      const target = { ...to, ...(options.toGateway !== undefined && { gateway: options.toGateway }) };
      const body = { from: named([from], options)[0], to: target };
      const outcome = await ask<RetireOutcome>(options, 'rename', body);
      printRetired(outcome, options.json, 'renamed');
    });

  withYes(withGateway(withReach(group.command('delete'), 'cloud')))
    .description('delete machines with their readings, events and alerts, under former names too')
    .argument('<machines...>', 'SITE/MACHINE', machineNames)
    .action(async (names: NamedMachine[], options: Options & { yes?: boolean }) => {
      refuseUnconfirmed(options.yes, names.map(({ site, machine }) => `${site}/${machine}`).join(', '));
      const outcome = await ask<EraseOutcome>(options, 'delete', { machines: named(names, options) });
      printErased(outcome, options.json);
    });
}

function withGateway(command: Command): Command {
  return command.option(
    '--gateway <name>',
    'the gateway of the machines, where several have one of that name',
  );
}

function named(names: readonly NamedMachine[], { gateway }: Options) {
  return names.map((name) => ({ ...name, ...(gateway !== undefined && { gateway }) }));
}

async function ask<T>(options: Options, verb: string, body: unknown): Promise<T> {
  return (await request(findEndpoint('cloud', options), 'POST', `/api/machines/${verb}`, body)) as T;
}

type ListedMachine = MachineState & { state?: string; stateReason?: string; mode?: ModeOfMachine | null };

function listedRows(machines: readonly ListedMachine[]): string[][] {
  return [
    ['machine', 'gateway', 'type', 'state', 'alerts', zoned('last heard'), 'mode', 'note'],
    ...machines.map((each) => [
      printable(`${each.site}/${each.machine}`, 130),
      printable(each.gateway, 64),
      printable(each.machineType, 64),
      each.state ?? '',
      String(each.openAlerts),
      shownTime(each.lastSeenMs),
      modeText(each),
      noteOf(each),
    ]),
  ];
}

/** Empty of a machine whose mode is not known, or of an earlier version of the cloud. */
function modeText({ mode }: ListedMachine): string {
  if (!mode) return '';
  const { number, of, name, sinceMs, isNew } = mode;
  const which =
    of === null ? name : number === null ? `never seen before: ${name}` : `${number} of ${of}: ${name}`;
  return printable(
    `${which}, since ${timeInLine(sinceMs)}${isNew && number !== null ? ', for the first time' : ''}`,
    160,
  );
}

/** Why it is in its state, unless that is what everybody wants it to be; and that it had been retired. */
function noteOf({ state, stateReason = '', returnedMs, renamedTo }: ListedMachine): string {
  const was = renamedTo === undefined ? 'was retired' : `was renamed to ${renamedTo}`;
  const back = returnedMs === undefined ? [] : [`${was}; heard again ${timeInLine(returnedMs)}`];
  return printable(
    [...(state === 'ok' ? [] : [withLocalTimes(stateReason, systemClock.nowMs())]), ...back].join('; '),
    200,
  );
}

function retiredRows(machines: readonly Retired[]): string[][] {
  return [
    ['machine', 'gateway', 'type', zoned('last heard'), zoned('when'), 'what'],
    ...machines.map((each) => [
      printable(`${each.site}/${each.machine}`, 130),
      printable(each.gateway, 64),
      printable(each.machineType, 64),
      shownTime(each.lastSeenMs),
      shownTime(each.atMs),
      each.into
        ? printable(`renamed to ${each.into.site}/${each.into.machine} of gateway ${each.into.gateway}`, 250)
        : each.why,
    ]),
  ];
}
