/** `harbinger audit`: the cloud's record of changes that people have asked for. */
import type { Command } from 'commander';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';

interface Entry {
  atMs: number;
  action: string;
  subject: string;
  by: string;
  address: string;
  outcome: string | null;
}

export function addAudit(program: Command): void {
  withReach(program.command('audit'), 'cloud')
    .description(
      'list changes that people have asked the cloud for (redrives, retired machines, …): by whom, from where, with which outcome',
    )
    .option('--limit <n>', 'number of entries, newest first', wholeNumber, 20)
    .action(async (options: ReachOptions & { limit: number }) => {
      const path = `/api/audit?limit=${options.limit}`;
      const page = (await request(findEndpoint('cloud', options), 'GET', path)) as { items: Entry[] };
      if (options.json) return printJson(page);
      const rows = page.items.map((entry) => [
        shownTime(entry.atMs),
        entry.action,
        entry.by,
        entry.address,
        printable(entry.subject, 60),
        printable(entry.outcome ?? 'requested', 120),
      ]);
      printList([[zoned('when'), 'action', 'by', 'from', 'what', 'outcome'], ...rows]);
    });
}
