/**
 * Commands for what people set for machines (deploy/cli/inspect/machine-settings): limits and times of maintenance, at a gateway that runs.
 * This file is `harbinger limits`.
 */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { LimitChange, SensorLimits } from '../../../../gateway/ports/limits/limits.ts';
import type { OwnLimits } from '../../../../shared/contract/limits/own-limits.ts';
import { areFalling } from '../../../../shared/domain/own-limits.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { unitText } from '../../../../shared/words/units.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, zoned } from '../../shown-times.ts';
import { machineName } from '../retire/names.ts';

type WhoOptions = ReachOptions & { by?: string; note?: string };
type SetOptions = WhoOptions & OwnLimits & { none?: boolean };

export function addLimits(program: Command): void {
  const group = program
    .command('limits')
    .description('limits of single machines, in place of those of their type: list, set, clear');
  addList(group);
  addSet(group);
  addClear(group);
}

function addList(group: Command): void {
  withReach(group.command('list'), 'gateway')
    .description('list the limits of a machine, with those of its type; without a machine, all that were set')
    .argument('[machine]', 'site/machine', machineName)
    .option('--changes', 'who changed what, newest first')
    .addHelpText('after', '\nExamples:\n  harbinger limits list\n  harbinger limits list hall-1/fan-3\n')
    .action(async (name: Machine | undefined, options: ReachOptions & { changes?: boolean }) => {
      const endpoint = findEndpoint('gateway', options);
      if (options.changes) {
        const answer = (await request(endpoint, 'GET', '/api/limits/changes?limit=1000')) as {
          changes: LimitChange[];
        };
        if (options.json) return printJson(answer);
        return printList([
          [zoned('when'), 'machine', 'sensor', 'limits', 'by', 'from', 'why'],
          ...answer.changes.map(changeRow),
        ]);
      }
      const which = name ? `?${new URLSearchParams({ site: name.site, machine: name.machine })}` : '';
      const answer = (await request(endpoint, 'GET', `/api/limits${which}`)) as { limits: SensorLimits[] };
      if (options.json) return printJson(answer);
      printList([
        ['machine', 'sensor', 'limits', 'unit', 'from', 'by', zoned('since')],
        ...answer.limits.map(limitRow),
      ]);
    });
}

function addSet(group: Command): void {
  withWho(withReach(group.command('set'), 'gateway'))
    .description('set all limits of one sensor; those that are not given are none')
    .argument('<machine>', 'site/machine', machineName)
    .argument('<sensor>', 'the name of the sensor')
    .option('--warn <value>', 'warning from this value on', aNumber)
    .option('--alarm <value>', 'alarm from this value on', aNumber)
    .option('--warn-low <value>', 'warning down to this value', aNumber)
    .option('--alarm-low <value>', 'alarm down to this value', aNumber)
    .option('--dead-band <value>', 'how far back inside counts as returned', aNumber)
    .option('--none', 'no limits, whatever the type declares')
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger limits set hall-1/fan-3 vibration --warn 4.5 --alarm 7.1\n  harbinger limits set hall-1/pump-1 discharge_pressure --warn-low 3 --alarm-low 2.5\n',
    )
    .action(async (name: Machine, sensor: string, options: SetOptions) => {
      const { warn, alarm, warnLow, alarmLow, deadBand } = options;
      const limits = defined({ warn, alarm, warnLow, alarmLow, deadBand });
      if ((Object.keys(limits).length === 0) !== (options.none === true))
        throw new HarbingerError(
          'USAGE',
          'cli',
          'give at least one limit (--warn, --alarm, --warn-low, --alarm-low), or --none alone',
        );
      const body = { ...name, sensor, limits, ...whoOf(options) };
      const endpoint = findEndpoint('gateway', options);
      const answer = (await request(endpoint, 'POST', '/api/limits', body)) as { isKnown: boolean };
      if (options.json) return printJson(answer);
      const when = answer.isKnown
        ? 'in force'
        : 'in force from its first reading; nothing of that name has been heard yet, so check both names';
      process.stdout.write(`${shown(name)} ${printable(sensor, 64)}: ${limitText(limits)}, ${when}\n`);
    });
}

function addClear(group: Command): void {
  withWho(withReach(group.command('clear'), 'gateway'))
    .description('give a sensor, or all sensors of a machine, the limits of the machine type again')
    .argument('<machine>', 'site/machine', machineName)
    .argument('[sensor]', 'only this sensor')
    .addHelpText('after', '\nExample:\n  harbinger limits clear hall-1/fan-3 vibration\n')
    .action(async (name: Machine, sensor: string | undefined, options: WhoOptions) => {
      const body = { ...name, ...(sensor !== undefined && { sensor }), ...whoOf(options) };
      const endpoint = findEndpoint('gateway', options);
      const answer = (await request(endpoint, 'DELETE', '/api/limits', body)) as { cleared: number };
      if (options.json) return printJson(answer);
      process.stdout.write(
        answer.cleared === 0
          ? `${shown(name)} had no limits of its own\n`
          : `${shown(name)}: limits of its type again for ${answer.cleared === 1 ? 'one sensor' : `${answer.cleared} sensors`}\n`,
      );
    });
}

interface Machine {
  site: string;
  machine: string;
}

function withWho(command: Command): Command {
  return command
    .option('--by <name>', 'who asks for it (default: the user of this shell)')
    .option('--note <text>', 'why');
}

function whoOf({ by, note }: WhoOptions): { by: string; note?: string } {
  return { by: by ?? userInfo().username, ...(note !== undefined && { note }) };
}

function aNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number is needed');
  return value;
}

function defined(limits: { [name in keyof OwnLimits]?: number | undefined }): OwnLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

const shown = ({ site, machine }: Machine) => printable(`${site}/${machine}`, 130);

function limitText(limits: OwnLimits): string {
  const low = areFalling(limits) ? ' low' : '';
  const words = {
    warn: `warn${low}`,
    alarm: `alarm${low}`,
    warnLow: 'warn low',
    alarmLow: 'alarm low',
  } as const;
  const said = Object.entries(words).flatMap(([name, word]) => {
    const value = limits[name as keyof typeof words];
    return value === undefined ? [] : [`${word} ${value}`];
  });
  const band = limits.deadBand === undefined ? [] : [`dead band ${limits.deadBand}`];
  return said.length === 0 ? 'none' : [...said, ...band].join(', ');
}

function limitRow(each: SensorLimits): string[] {
  const since = each.atMs === undefined ? '' : shownTime(each.atMs);
  const from = each.from === 'type' ? `type ${each.machineType ?? ''}` : 'set for it';
  return [
    shown(each),
    printable(each.sensor, 64),
    limitText(each.limits),
    unitText(each.unit),
    from,
    printable(each.by ?? '', 40),
    since,
  ];
}

function changeRow(change: LimitChange): string[] {
  return [
    shownTime(change.atMs),
    shown(change),
    printable(change.sensor, 64),
    change.limits === null ? 'those of the type' : limitText(change.limits),
    printable(change.by, 40),
    change.address,
    printable(change.note ?? '', 80),
  ];
}
