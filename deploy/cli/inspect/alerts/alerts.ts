/**
 * `harbinger alerts` (deploy/cli/inspect/alerts): the alerts of a cloud, and what people do about them. Here: the list, showing one and
 * closing one; alert-text.ts has the words. What gateways have open is in their status.
 */
import { Argument, type Command } from 'commander';
import { verdicts } from '../../../../cloud/ports/outcomes/outcomes.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { localZone } from '../../../../shared/words/times.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, wholeNumber, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { setOutcome, withSaid } from '../outcomes/say.ts';
import { rowOf, type ShownAlert, shownText } from './alert-text.ts';
import { addClose } from './close.ts';
import { addWork } from './work.ts';

export function addAlerts(program: Command): void {
  const group = program
    .command('alerts')
    .description(
      'alerts of the cloud: list and show them, say what is done about them, close them, and what they turned out to be',
    )
    .addHelpText(
      'after',
      `
Examples:
  harbinger alerts list
  harbinger alerts show 01JDZ…
  harbinger alerts ack 01JDZ… --note "on my way"
  harbinger alerts shelve 01JDZ… --for 8h --note "waits for the part"
  harbinger alerts close 01JDZ… --reason "bearing greased" --outcome confirmed --cause "dry bearing"
  harbinger alerts outcome 01JDZ… confirmed --cause "worn coupling"

A closed alert ends at its gateway too, also later if that cannot be reached now. It does not open again as
long as its cause lasts and does not get worse. When the cause becomes critical, has ended and begins anew, or
another sensor or cause joins it, another one opens.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list the open ones, critical before warning')
    .option('--all', 'resolved ones too')
    .option('--unacknowledged', 'only those that nobody has acknowledged or shelved')
    .option('--assignee <name>', 'only those that one person looks after')
    .option('--limit <n>', 'number of alerts', wholeNumber, 200)
    .action(async (options: ListOptions) => {
      const { limit, all, unacknowledged, assignee } = options;
      const query = new URLSearchParams({
        limit: String(limit),
        ...(!all && { state: 'open' }),
        ...(unacknowledged && { unacknowledged: 'true' }),
        ...(assignee !== undefined && { assignee }),
      });
      const path = `/api/alerts?${query}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as {
        alerts: ShownAlert[];
      };
      if (options.json) return printJson(answer);
      const nowMs = systemClock.nowMs();
      const rows = answer.alerts.map((alert) => rowOf(alert, nowMs));
      printList([
        ['state', 'what', 'where', 'gateway', `since (${localZone()})`, 'as of', 'done', 'why', 'id'],
        ...rows,
      ]);
    });

  withReach(group.command('show'), 'cloud')
    .description('show one as it is now, and how it opened and changed')
    .argument('<id>', 'its id, as `harbinger alerts list` shows it')
    .action(async (alertId: string, options: ReachOptions) => {
      const path = `/api/alerts?alertId=${encodeURIComponent(alertId)}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as { alerts: ShownAlert[] };
      const found = answer.alerts;
      if (found.length === 0)
        throw new HarbingerError(
          'USAGE',
          'cli',
          `the cloud has no alert '${printable(alertId, 128)}'; see \`harbinger alerts list --all\``,
        );
      if (options.json) return printJson(answer);
      for (const alert of found) process.stdout.write(shownText(alert, systemClock.nowMs()));
    });

  addClose(group);
  addWork(group);

  withSaid(withReach(group.command('outcome'), 'cloud'))
    .description('say what one turned out to be, as `harbinger outcomes set` does')
    .argument('<id>', 'its id, as `harbinger alerts list` shows it')
    .addArgument(new Argument('<verdict>').choices(verdicts.filter((each) => each !== 'missed')))
    .option('--gateway <name>', 'the gateway, where several have one of this id')
    .addHelpText('after', '\nExample:\n  harbinger alerts outcome 01JDZ… confirmed --cause "worn coupling"\n')
    .action(setOutcome);
}

type ListOptions = ReachOptions & {
  limit: number;
  all?: boolean;
  unacknowledged?: boolean;
  assignee?: string;
};
