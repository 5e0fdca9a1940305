/** `harbinger refused`: batches that the cloud has refused for too long, kept on a gateway. */
import type { Command } from 'commander';
import { findEndpoint, request } from '../http-client.ts';
import { idList, type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';
import { addDrop, addRedrive } from './redrive.ts';

interface Batch {
  id: number;
  at: string;
  lane: string;
  code: string;
  reason: string;
  firstSeq: number;
  lastSeq: number;
  lines: number;
  bytes: number;
}

export function addRefused(program: Command): void {
  const group = program
    .command('refused')
    .description('batches that the cloud refused for too long: list, show, redrive, drop');

  withReach(group.command('list'), 'gateway')
    .description('list them, newest first, with the reason')
    .option('--limit <n>', 'number of batches', wholeNumber, 50)
    .action(async (options: ReachOptions & { limit: number }) => {
      const path = `/api/refused?limit=${options.limit}`;
      const page = (await request(findEndpoint('gateway', options), 'GET', path)) as { items: Batch[] };
      if (options.json) return printJson(page);
      const rows = page.items.map(({ id, at, lane, lines, code, reason }) => [
        String(id),
        shownTime(Date.parse(at)),
        lane,
        String(lines),
        code,
        printable(reason, 160),
      ]);
      printList([['id', zoned('when'), 'lane', 'lines', 'code', 'reason'], ...rows]);
    });

  withReach(group.command('show'), 'gateway')
    .description('show one batch with its lines')
    .argument('<id>', 'id from the list', wholeNumber)
    .action(async (id: number, options: ReachOptions) => {
      const batch = (await request(
        findEndpoint('gateway', options),
        'GET',
        `/api/refused/${id}`,
      )) as Batch & {
        text: string;
      };
      if (options.json) return printJson(batch);
      const { text, ...rest } = batch;
      for (const [name, value] of Object.entries(rest))
        process.stdout.write(`${name.padEnd(8)} ${printable(String(value), 400)}\n`);
      for (const line of text
        .split('\n')
        .filter((each) => each !== '')
        .slice(0, 50))
        process.stdout.write(`${printable(line, 400)}\n`);
    });

  addRedrive(
    group,
    {
      description: 'send batches to the cloud again, after the cause was fixed',
      argument: 'ids',
      parse: idList,
      path: '/api/refused/redrive',
      field: 'ids',
      done: 'taken by the cloud',
    },
    'gateway',
  );

  addDrop(group, { entries: 'batches', path: '/api/refused' });
}
