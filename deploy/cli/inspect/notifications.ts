/** `harbinger notifications`: who is told of alerts, and what could not be delivered, until it is sent again. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { NotifierState } from '../../../cloud/ports/notifications.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';
import { addRedrive } from './redrive.ts';

interface Dead {
  key: string;
  notifier: string;
  change: string;
  attempts: number;
  atMs: number;
  reason: string;
  event: { subject?: string };
}

const atGateway = 'those of the notifiers of a gateway, instead of those of the cloud';

export function addNotifications(program: Command): void {
  const group = program
    .command('notifications')
    .description('who is told of alerts: receivers, test; what could not be delivered: list, redrive');

  withReach(group.command('list'), 'cloud')
    .description('list them, newest first, with the reason')
    .option('--limit <n>', 'number of notifications', wholeNumber, 50)
    .option('--at-gateway', atGateway)
    .action(async (options: ReachOptions & { limit: number; atGateway?: boolean }) => {
      const path = `/api/notifications/dead?limit=${options.limit}`;
      const page = (await request(
        findEndpoint(options.atGateway ? 'gateway' : 'cloud', options),
        'GET',
        path,
      )) as { items: Dead[] };
      if (options.json) return printJson(page);
      const rows = page.items.map((dead) => [
        shownTime(dead.atMs),
        dead.notifier,
        printable(dead.event.subject ?? '', 60),
        dead.change,
        String(dead.attempts),
        dead.key,
        printable(dead.reason, 100),
      ]);
      printList([[zoned('when'), 'notifier', 'about', 'change', 'attempts', 'key', 'reason'], ...rows]);
    });

  withReach(group.command('receivers'), 'cloud')
    .description('list who is told of alerts, and whether it arrives')
    .action(async (options: ReachOptions) => {
      const path = '/api/notifications/receivers';
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as {
        receivers: NotifierState[];
      };
      if (options.json) return printJson(answer);
      const rows = answer.receivers.map((each) => [
        printable(each.name, 64),
        each.confirmedMs === null ? 'not since the start' : shownTime(each.confirmedMs),
        each.failingSinceMs === null ? '' : shownTime(each.failingSinceMs),
        String(each.waiting + each.summedUp),
        printable(each.lastError ?? '', 100),
      ]);
      printList([['receiver', zoned('confirmed'), 'failing since', 'waiting', 'problem'], ...rows]);
    });

  withReach(group.command('test'), 'cloud')
    .description('send a test to a receiver: an alert that opens and ends at once')
    .argument('<receiver>', 'its name, as `harbinger notifications receivers` shows it')
    .option('--by <name>', 'who asks for it: told to the receiver (default: the user of this shell)')
    .addHelpText('after', '\nExample:\n  harbinger notifications test maintenance\n')
    .action(async (name: string, options: ReachOptions & { by?: string }) => {
      const { by = userInfo().username } = options;
      const endpoint = findEndpoint('cloud', options);
      const answer = await request(endpoint, 'POST', '/api/notifications/test', { name, by });
      if (options.json) return printJson(answer);
      process.stdout.write(`${printable(name, 64)} has confirmed the test\n`);
    });

  addRedrive(group, {
    description: 'queue them again, after their receivers were fixed; each keeps its idempotency key',
    argument: 'keys',
    parse: (text: string, previous: string[] = []) => [...previous, text],
    path: '/api/notifications/redrive',
    field: 'keys',
    done: 'queued again',
    atGateway,
  });
}
