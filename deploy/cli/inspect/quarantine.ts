/** `harbinger quarantine`: batches that the cloud could not store, until they are redriven. */
import type { Command } from 'commander';
import type { Quarantined } from '../../../cloud/ports/quarantine.ts';
import { findEndpoint, request } from '../http-client.ts';
import { idList, type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, timeInLine, zoned } from '../shown-times.ts';
import { addRedrive } from './redrive.ts';

export function addQuarantine(program: Command): void {
  const group = program
    .command('quarantine')
    .description('data from gateways that the cloud could not store: list, show, redrive');

  withReach(group.command('list'), 'cloud')
    .description('list it, newest first, with the reason')
    .option('--limit <n>', 'number of entries', wholeNumber, 50)
    .action(async (options: ReachOptions & { limit: number }) => {
      const path = `/api/quarantine?limit=${options.limit}`;
      const page = (await request(findEndpoint('cloud', options), 'GET', path)) as { items: Quarantined[] };
      if (options.json) return printJson(page);
      const rows = page.items.map((entry) => [
        String(entry.id),
        shownTime(entry.atMs),
        entry.gateway,
        entry.lane,
        entry.code,
        String(entry.bytes),
        printable(entry.reason, 100),
      ]);
      printList([['id', zoned('when'), 'gateway', 'lane', 'code', 'bytes', 'reason'], ...rows]);
    });

  withReach(group.command('show'), 'cloud')
    .description('show one entry with its content')
    .argument('<id>', 'id from the list', wholeNumber)
    .action(async (id: number, options: ReachOptions) => {
      const path = `/api/quarantine/${id}`;
      const entry = (await request(findEndpoint('cloud', options), 'GET', path)) as Quarantined & {
        body: string;
      };
      if (options.json) return printJson(entry);
      const { body, atMs, ...rest } = entry;
      for (const [name, value] of Object.entries({ ...rest, when: timeInLine(atMs) }))
        process.stdout.write(`${name.padEnd(8)} ${printable(String(value), 500)}\n`);
      for (const line of Buffer.from(body, 'base64').toString('utf8').trimEnd().split('\n'))
        process.stdout.write(`  ${printable(line, 1_000)}\n`);
    });

  addRedrive(group, {
    description: 'send lines to the store again, after the cause was fixed',
    argument: 'ids',
    parse: idList,
    path: '/api/quarantine/redrive',
    field: 'ids',
    done: 'redriven; lines that were refused again are new entries',
  });
}
