/** `harbinger alerts ack` and its like: deeds of people about open alerts. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { WorkOutcome } from '../../../../cloud/ports/alerts.ts';
import type { AlertRefusal, DeedName } from '../../../../cloud/ports/work/work.ts';
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import { whatOf } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { duration, type ReachOptions, time, withReach } from '../../options.ts';
import { printable, printJson } from '../../output.ts';
import { workText } from './alert-text.ts';

type WorkOptions = ReachOptions & {
  by?: string;
  note?: string;
  gateway?: string;
  to?: string;
  for?: number;
  until?: number;
};

interface DeedCommand {
  name: string;
  deed: DeedName;
  about: string;
  example: string;
  options?(command: Command): Command;
}

const commands: readonly DeedCommand[] = [
  {
    name: 'ack',
    deed: 'acknowledge',
    about: 'acknowledge: somebody has seen it. It counts no more when the alert becomes critical',
    example: 'ack 01JDZ… --note "on my way"',
  },
  {
    name: 'unack',
    deed: 'unacknowledge',
    about: 'take an acknowledgement back',
    example: 'unack 01JDZ… --note "could not get there"',
  },
  {
    name: 'assign',
    deed: 'assign',
    about: 'say who looks after it',
    example: 'assign 01JDZ… --to ben',
    options: (command) => command.requiredOption('--to <name>', 'who looks after it'),
  },
  { name: 'unassign', deed: 'unassign', about: 'nobody looks after it', example: 'unassign 01JDZ…' },
  {
    name: 'shelve',
    deed: 'shelve',
    about: 'tell nobody of it for a time, unless it becomes critical',
    example: 'shelve 01JDZ… --for 8h --note "waits for the part"',
    options: (command) =>
      command
        .option('--for <time>', 'how long: 30min, 8h, 3d', duration)
        .option('--until <time>', 'until when, in local time unless it has a zone: 2026-12-01T06:00', time),
  },
  {
    name: 'unshelve',
    deed: 'unshelve',
    about: 'end a shelf before its time',
    example: 'unshelve 01JDZ…',
  },
  {
    name: 'comment',
    deed: 'comment',
    about: 'add a note for the next shift',
    example: 'comment 01JDZ… --note "grease ordered"',
  },
];

export function addWork(group: Command): void {
  for (const { name, deed, about, example, options = (each: Command) => each } of commands) {
    const command = withReach(group.command(name), 'cloud')
      .description(about)
      .argument('<ids...>', 'their ids, as `harbinger alerts list` shows them');
    options(command)
      .option('--note <text>', 'why, or what else is to be known')
      .option('--by <name>', 'who does it (default: the user of this shell)')
      .option(
        '--gateway <name>',
        "the gateway that reported them, where several have one of this id ('': the cloud itself)",
      )
      .addHelpText('after', `\nExample:\n  harbinger alerts ${example}\n`)
      .action((ids: string[], given: WorkOptions) => work(deed, ids, given));
  }
}

async function work(deed: DeedName, ids: readonly string[], options: WorkOptions): Promise<void> {
  const { by = userInfo().username, note, to, gateway } = options;
  const untilMs = deed === 'shelve' ? untilIn(options) : undefined;
  const body = {
    alerts: ids.map((alertId) => ({ alertId, ...(gateway !== undefined && { gateway }) })),
    ...{ deed, by },
    ...(note !== undefined && { note }),
    ...(to !== undefined && { to }),
    ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
  };
  const answer = (await request(
    findEndpoint('cloud', options),
    'POST',
    '/api/alerts/work',
    body,
  )) as WorkOutcome;
  if (options.json) printJson(answer);
  else {
    for (const alert of answer.done) {
      const { what, kind, where } = alertSaid(alert);
      const now = (alert.work && workText(alert.work)) || 'nobody has acknowledged it';
      // The alert's state says what other deeds have done; it does not show a note.
      const said = deed === 'comment' ? `noted${note === undefined ? '' : ` "${note}"`}; ${now}` : now;
      const line = `${whatOf(what, kind)} on ${where}: ${said}`;
      process.stdout.write(`${printable(line, 300)}\n`);
    }
    for (const each of answer.refused) process.stderr.write(`${refusalText(each)}\n`);
  }
  if (answer.refused.length > 0) process.exitCode = exitCodes.failed;
}

export function refusalText({ code, message }: AlertRefusal): string {
  return `${printable(message, 500)} (${printable(code, 64)})`;
}

function untilIn({ for: forMs, until }: WorkOptions): number {
  if ((forMs === undefined) === (until === undefined))
    throw new HarbingerError('USAGE', 'cli', 'say how long: give either --for or --until');
  return until ?? systemClock.nowMs() + forMs!;
}
