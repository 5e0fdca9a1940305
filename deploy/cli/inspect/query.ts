/** `harbinger query`: read-only SQL on the cloud's embedded store. */
import type { Command } from 'commander';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';

interface SqlAnswer {
  columns: string[];
  rows: unknown[][];
  truncated: boolean;
}

export function addQuery(program: Command): void {
  withReach(program.command('query'), 'cloud')
    .description('run read-only SQL on the embedded store')
    .argument('<sql>', 'one SELECT')
    .addHelpText(
      'after',
      `
Examples:
  harbinger query "select machine, count(*), max(time) from pump group by machine"
  harbinger query --json "select * from estimate order by time desc limit 5"
`,
    )
    .action(async (sql: string, options: ReachOptions) => {
      const answer = (await request(findEndpoint('cloud', options), 'POST', '/api/query', {
        sql,
      })) as SqlAnswer;
      if (options.json) return printJson(answer);
      printTable([
        answer.columns,
        ...answer.rows.map((row) => row.map((value) => printable(String(value ?? '')))),
      ]);
      if (answer.truncated) process.stderr.write('(more rows were left out: add a limit or an aggregate)\n');
    });
}
