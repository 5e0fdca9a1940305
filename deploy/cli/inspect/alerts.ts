/** `harbinger alerts`: the alerts of a cloud, and closing one by hand. */
import type { Command } from 'commander';
import type { Alert } from '../../../cloud/ports/alerts.ts';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { dateTimeText } from '../../../shared/words/times.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';

export function addAlerts(program: Command): void {
  const group = program
    .command('alerts')
    .description('alerts of the cloud: list, close')
    .addHelpText(
      'after',
      `
Examples:
  harbinger alerts list
  harbinger alerts close 01JDZ…  --reason "bearing greased, watched by hand"

A closed alert does not open again as long as its cause lasts. When the cause has ended and begins anew,
another one opens.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list the open ones, critical before warning')
    .option('--all', 'resolved ones too')
    .option('--limit <n>', 'number of alerts', wholeNumber, 200)
    .action(async (options: ReachOptions & { limit: number; all?: boolean }) => {
      const path = `/api/alerts?limit=${options.limit}${options.all ? '' : '&state=open'}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as { alerts: Alert[] };
      if (options.json) return printJson(answer);
      printList([['state', 'what', 'where', 'since', 'why', 'id'], ...answer.alerts.map(rowOf)]);
    });

  withReach(group.command('close'), 'cloud')
    .description('close an open alert; who was told of it is told that, and why')
    .argument('<id>', 'its id, as `harbinger alerts list` shows it')
    .requiredOption('--reason <text>', 'why, for those who were told of it')
    .option(
      '--gateway <name>',
      "the gateway that reported it, where several have one of this id ('': the cloud itself)",
    )
    .action(async (alertId: string, options: ReachOptions & { reason: string; gateway?: string }) => {
      const { reason, gateway } = options;
      const body = { alertId, reason, ...(gateway !== undefined && { gateway }) };
      const answer = (await request(findEndpoint('cloud', options), 'POST', '/api/alerts/close', body)) as {
        alert: Alert;
      };
      if (options.json) return printJson(answer);
      const { what, where } = alertSaid(answer.alert);
      process.stdout.write(`closed: ${printable(what, 64)} on ${printable(where, 130)}\n`);
    });
}

function rowOf(alert: Alert): string[] {
  const { what, where, severity, reasons, alertId } = alertSaid(alert);
  return [
    alert.state === 'open' ? severity : alert.state,
    printable(what, 64),
    printable(where, 130),
    dateTimeText(Date.parse(alert.openedAt)),
    printable(reasons[0] ?? '', 120),
    printable(alertId, 128),
  ];
}
