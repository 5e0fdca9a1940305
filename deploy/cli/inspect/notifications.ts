/** `harbinger notifications`: alerts that could not be delivered, until they are sent again. */
import type { Command } from 'commander';
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
    .description('notifications of alerts that could not be delivered: list, redrive');

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
