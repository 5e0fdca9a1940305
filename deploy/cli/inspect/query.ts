/** `harbinger query`: read-only SQL on the cloud's embedded store. */
import type { Command } from 'commander';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';
import { deadLetterHint } from './dead-letter-hint.ts';

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
      const answer = await ask(sql, options);
      if (options.json) return printJson(answer);
      printTable([
        answer.columns,
        ...answer.rows.map((row) => row.map((value) => printable(String(value ?? '')))),
      ]);
      if (answer.rows.length === 0) {
        const hint = await deadLetterHint(options);
        process.stderr.write(`(no rows${hint === null ? '' : `; ${hint}`})\n`);
      }
      if (answer.truncated) process.stderr.write('(more rows were left out: add a limit or an aggregate)\n');
    });
}

/** @throws HarbingerError as `request` does, with a note on dead letters where the query was refused */
async function ask(sql: string, options: ReachOptions): Promise<SqlAnswer> {
  try {
    return (await request(findEndpoint('cloud', options), 'POST', '/api/query', { sql })) as SqlAnswer;
  } catch (error) {
    if (!(error instanceof HarbingerError) || error.code !== 'API_REFUSED') throw error;
    const hint = await deadLetterHint(options);
    if (hint === null) throw error;
    throw new HarbingerError(error.code, error.stage, `${error.message}; ${hint}`, { cause: error });
  }
}
