/** `harbinger maintenance`: spans of time in which people work on machines, at a gateway that runs. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type {
  MaintenanceScope,
  MaintenanceWindow,
} from '../../../../gateway/ports/maintenance/maintenance.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { duration, type ReachOptions, time, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, timeInLine, zoned } from '../../shown-times.ts';

type WhoOptions = ReachOptions & { by?: string; note?: string; all?: boolean };

export function addMaintenance(program: Command): void {
  const group = program
    .command('maintenance')
    .description('times in which people work on machines, so that nothing is raised: start, plan, list, end');
  addStart(group);
  addPlan(group);
  addList(group);
  addEnd(group);
}

function addStart(group: Command): void {
  withWho(withReach(group.command('start'), 'gateway'))
    .description('begin now: until it is ended, or for the given time, a day at most where none is given')
    .argument('[where]', 'site/machine, or a whole site', scopeName)
    .option('--for <time>', 'how long: 30min, 4h, 2d', duration)
    .option('--until <time>', 'until when, in local time unless it has a zone: 2026-11-30T14:00', time)
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger maintenance start hall-1/fan-3 --for 4h --note "new bearing"\n  harbinger maintenance start hall-1\n',
    )
    .action(
      async (where: MaintenanceScope | undefined, options: WhoOptions & { for?: number; until?: number }) => {
        if (options.for !== undefined && options.until !== undefined)
          throw usage('give either --for or --until');
        const toMs =
          options.until ?? (options.for === undefined ? undefined : systemClock.nowMs() + options.for);
        await set(where, { ...(toMs !== undefined && { toMs }) }, options);
      },
    );
}

function addPlan(group: Command): void {
  withWho(withReach(group.command('plan'), 'gateway'))
    .description('plan it, from one time to another')
    .argument('[where]', 'site/machine, or a whole site', scopeName)
    .requiredOption('--from <time>', 'from when, in local time unless it has a zone', time)
    .requiredOption('--to <time>', 'until when', time)
    .addHelpText(
      'after',
      '\nExample:\n  harbinger maintenance plan hall-1 --from 2026-12-24T14:00 --to 2027-01-04T06:00 --note "plant closed"\n',
    )
    .action(async (where: MaintenanceScope | undefined, options: WhoOptions & { from: number; to: number }) =>
      set(where, { fromMs: options.from, toMs: options.to }, options),
    );
}

function addList(group: Command): void {
  withReach(group.command('list'), 'gateway')
    .description('list what is on or planned; with --past also what is over, for a month')
    .option('--past', 'also what is over, with who ended it')
    .action(async (options: ReachOptions & { past?: boolean }) => {
      const path = `/api/maintenance?past=${options.past === true}`;
      const answer = (await request(findEndpoint('gateway', options), 'GET', path)) as {
        windows: MaintenanceWindow[];
      };
      if (options.json) return printJson(answer);
      const nowMs = systemClock.nowMs();
      printList([
        ['what', 'state', zoned('from'), zoned('to'), 'by', 'address', 'why', 'ended by', 'id'],
        ...answer.windows.map((window) => row(window, nowMs)),
      ]);
    });
}

function addEnd(group: Command): void {
  withWho(withReach(group.command('end'), 'gateway'))
    .description('end it now, or drop one that is planned (--id)')
    .argument('[where]', 'what it was begun for: site/machine, or a whole site', scopeName)
    .option('--id <id>', 'only this one, as list shows it')
    .addHelpText('after', '\nExample:\n  harbinger maintenance end hall-1/fan-3\n')
    .action(async (where: MaintenanceScope | undefined, options: WhoOptions & { id?: string }) => {
      const { id } = options;
      if (id !== undefined && (where !== undefined || options.all)) throw usage('give --id alone');
      const which = id === undefined ? scopeOf(where, options) : { id };
      const endpoint = findEndpoint('gateway', options);
      const body = { ...which, ...whoOf(options) };
      const answer = (await request(endpoint, 'DELETE', '/api/maintenance', body)) as {
        windows: MaintenanceWindow[];
      };
      if (options.json) return printJson(answer);
      const { windows } = answer;
      process.stdout.write(
        windows.length === 0
          ? 'no maintenance of exactly this was on; `harbinger maintenance list` shows what is\n'
          : windows.map((window) => `${named(window)}: maintenance ended\n`).join(''),
      );
    });
}

async function set(
  where: MaintenanceScope | undefined,
  times: { fromMs?: number; toMs?: number },
  options: WhoOptions,
): Promise<void> {
  const body = { ...scopeOf(where, options), ...times, ...whoOf(options) };
  const endpoint = findEndpoint('gateway', options);
  const window = (await request(endpoint, 'POST', '/api/maintenance', body)) as MaintenanceWindow & {
    isKnown?: boolean;
  };
  if (options.json) return printJson(window);
  const { fromMs, toMs } = window;
  const from = times.fromMs === undefined ? 'from now' : `from ${timeInLine(fromMs)}`;
  process.stdout.write(`${named(window)}: in maintenance ${from} until ${timeInLine(toMs)}\n`);
  if (window.isKnown === false)
    process.stderr.write(
      window.machine === undefined
        ? 'no machine of it has been heard yet: check the name, and end it if that is wrong (`harbinger machines list --at-gateway`)\n'
        : 'it has not been heard yet: check the names, and end it if they are wrong (`harbinger machines list --at-gateway`)\n',
    );
}

function withWho(command: Command): Command {
  return command
    .option('--all', 'all machines of the gateway')
    .option('--by <name>', 'who asks for it (default: the user of this shell)')
    .option('--note <text>', 'why');
}

function whoOf({ by, note }: WhoOptions): { by: string; note?: string } {
  return { by: by ?? userInfo().username, ...(note !== undefined && { note }) };
}

function scopeOf(where: MaintenanceScope | undefined, { all }: WhoOptions): MaintenanceScope | { all: true } {
  if ((where === undefined) === (all === true)) return where ?? { all: true };
  throw usage('name a machine (site/machine) or a site, or give --all for the whole gateway');
}

function scopeName(text: string): MaintenanceScope {
  const [site = '', machine, ...rest] = text.split('/');
  if (site === '' || machine === '' || rest.length > 0)
    throw new InvalidArgumentError('SITE/MACHINE or SITE is needed');
  return { site, ...(machine !== undefined && { machine }) };
}

const usage = (problem: string) => new HarbingerError('USAGE', 'cli', problem);

function named({ site, machine }: MaintenanceScope): string {
  if (site === undefined) return 'all machines of the gateway';
  return machine === undefined
    ? `all machines of ${printable(site, 64)}`
    : printable(`${site}/${machine}`, 130);
}

function row(window: MaintenanceWindow, nowMs: number): string[] {
  const { fromMs, toMs, by, address, note, ended, id } = window;
  const isOver = toMs <= nowMs || toMs <= fromMs;
  return [
    named(window),
    isOver ? 'over' : fromMs <= nowMs ? 'on' : 'planned',
    shownTime(fromMs),
    shownTime(toMs),
    printable(by, 40),
    address,
    printable(note ?? '', 80),
    ended ? printable(`${ended.by}${ended.note === undefined ? '' : `: ${ended.note}`}`, 120) : '',
    id,
  ];
}
