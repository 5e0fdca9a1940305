/** `harbinger alerts close`: ends alerts by hand, and records what they turned out to be. */
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import type { Alert, WorkOutcome } from '../../../../cloud/ports/alerts.ts';
import { verdicts } from '../../../../cloud/ports/outcomes/outcomes.ts';
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson } from '../../output.ts';
import { refusalText } from './work.ts';

interface FilterOptions {
  machine?: string;
  site?: string;
  type?: string;
  severity?: string;
  what?: string;
}
type CloseOptions = ReachOptions &
  FilterOptions & { reason: string; by?: string; gateway?: string; outcome?: string; cause?: string };
type Answer = WorkOutcome & { left: number };

export function addClose(group: Command): void {
  const outcomes = verdicts.filter((each) => each !== 'missed');
  withReach(group.command('close'), 'cloud')
    .description('close open alerts, and say what they turned out to be; who was told of them is told that')
    .argument('[ids...]', 'their ids, as `harbinger alerts list` shows them; or choose them by the options')
    .requiredOption('--reason <text>', 'why, for those who were told of it')
    .addOption(
      new Option('--outcome <verdict>', 'what it turned out to be: it teaches the models').choices(outcomes),
    )
    .option('--cause <text>', 'what the matter was, in a few words; with --outcome')
    .option('--by <name>', 'who closes it (default: the user of this shell)')
    .option('--gateway <name>', "the gateway that reported it ('': the cloud itself)")
    .option('--machine <site/machine>', 'without ids: all open ones of this machine')
    .option('--site <name>', 'without ids: all open ones of this site')
    .option('--type <name>', 'without ids: all open ones of machines of this type')
    .option('--severity <severity>', 'without ids: warning or critical')
    .option('--what <name>', 'without ids: of this failure mode or condition')
    .addHelpText(
      'after',
      `
Examples:
  harbinger alerts close 01JDZ… --reason "bearing greased" --outcome confirmed --cause "dry bearing"
  harbinger alerts close --site hall-1 --what silent --reason "power cut on Sunday" --outcome planned
`,
    )
    .action(close);
}

async function close(ids: readonly string[], options: CloseOptions): Promise<void> {
  const { reason, by = userInfo().username, outcome, cause, gateway } = options;
  if (cause !== undefined && outcome === undefined)
    throw new HarbingerError(
      'USAGE',
      'cli',
      '--cause belongs to --outcome: say what it turned out to be, too',
    );
  const words = {
    ...{ reason, by },
    ...(outcome !== undefined && { outcome }),
    ...(cause !== undefined && { cause }),
  };
  const chosen = chosenIn(ids, options);
  const endpoint = findEndpoint('cloud', options);
  const [alertId, ...more] = ids;
  // The answer about one is that of earlier versions, for scripts.
  const isOne = alertId !== undefined && more.length === 0;
  const path = isOne ? '/api/alerts/close' : '/api/alerts/close-many';
  const body = isOne ? { alertId, ...(gateway !== undefined && { gateway }) } : chosen;
  const got = await request(endpoint, 'POST', path, { ...body, ...words });
  const answer = isOne ? { done: [(got as { alert: Alert }).alert], refused: [], left: 0 } : (got as Answer);
  if (answer.refused.length > 0) process.exitCode = exitCodes.failed;
  if (options.json) return printJson(got);
  const { stdout, stderr } = process;
  for (const alert of answer.done) stdout.write(`closed: ${textOf(alert)}\n`);
  for (const each of answer.refused) stderr.write(`${refusalText(each)}\n`);
  if (answer.left > 0)
    stdout.write(`${answer.left} more are open; close them by the same command once more\n`);
  const unsaid = answer.done.find((alert) => 'prediction' in alert);
  if (outcome === undefined && unsaid)
    stdout.write(
      `It is not known what it was. Say it, since models learn from it: harbinger alerts outcome ${printable(unsaid.alertId, 128)} confirmed|false-alarm|planned --cause "…"\n`,
    );
}

/** @throws HarbingerError USAGE if nothing, or both, is given */
function chosenIn(ids: readonly string[], options: CloseOptions) {
  const { machine: subject, site, type: machineType, severity, what, gateway } = options;
  const filter = Object.fromEntries(
    Object.entries({ subject, site, machineType, severity, what }).filter(([, value]) => value !== undefined),
  );
  const byFilter = Object.keys(filter).length > 0;
  if (byFilter === ids.length > 0)
    throw new HarbingerError(
      'USAGE',
      'cli',
      'say which alerts are meant: either their ids, or --machine, --site, --type, --severity or --what',
    );
  const of = gateway !== undefined && { gateway };
  if (byFilter) return { filter: { ...filter, ...of } };
  return { alerts: ids.map((alertId) => ({ alertId, ...of })) };
}

function textOf(alert: Alert): string {
  const { what, where } = alertSaid(alert);
  return `${printable(what, 64)} on ${printable(where, 130)}`;
}
