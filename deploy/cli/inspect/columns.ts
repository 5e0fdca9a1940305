/** `harbinger columns`: columns that names from devices have caused in the cloud's embedded store. */
import type { Command } from 'commander';
import type { FreedColumns, StoredColumn } from '../../../cloud/ports/store.ts';
import { exitCodes } from '../exit-codes.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';
import { selectionOf } from './redrive.ts';

export function addColumns(program: Command): void {
  const group = program
    .command('columns')
    .description('columns that names from devices have caused in the embedded store: list, free');

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list them with who caused them and when each was last written')
    .option('--measurement <name>', 'only those of one measurement')
    .action(async (options: ReachOptions & { measurement?: string }) => {
      const { columns } = (await request(findEndpoint('cloud', options), 'GET', '/api/columns')) as {
        columns: StoredColumn[];
      };
      const { measurement = null } = options;
      const shown = columns.filter((column) => measurement === null || column.measurement === measurement);
      if (options.json) return printJson({ columns: shown });
      printList([
        ['measurement', 'name', 'column', 'type', 'caused by', zoned('last written')],
        ...shown.map((column) => [
          printable(column.measurement, 40),
          printable(column.key, 64),
          printable(column.name, 64),
          column.type,
          column.creator ? creatorOf(column.creator) : 'an earlier version',
          shownTime(column.lastMs),
        ]),
      ]);
    });

  withReach(group.command('free'), 'cloud')
    .description('move the values of columns to the table other_fields, so that other names can have columns')
    .argument('<measurement>', 'measurement from the list')
    .argument('[names...]', 'names from the list')
    .option('--all', 'all of them, and the table itself')
    .addHelpText(
      'after',
      `
The values can be queried as before, elsewhere:
  harbinger query "select time, machine, number from other_fields where measurement = 'generic' and field = 'x'"
Storing waits while values move: from some seconds to a minute for each ten million.
`,
    )
    .action(async (measurement: string, names: string[], options: ReachOptions & { all?: boolean }) => {
      const body = { measurement, ...selectionOf(names, options.all, 'names') };
      const endpoint = findEndpoint('cloud', options);
      const outcome = (await request(endpoint, 'POST', '/api/columns/free', body)) as FreedColumns;
      if (options.json) printJson(outcome);
      else printFreed(outcome);
      if (outcome.left.length > 0) process.exitCode = exitCodes.failed;
    });
}

function creatorOf({ gateway, site, machine }: NonNullable<StoredColumn['creator']>): string {
  return printable(`${site}/${machine} of gateway ${gateway}`, 200);
}

function printFreed({ freed, left }: FreedColumns): void {
  process.stdout.write(`${freed.length} freed\n`);
  if (left.length > 0)
    process.stdout.write(`${left.length} not reached before the time limit: run the command again\n`);
}
