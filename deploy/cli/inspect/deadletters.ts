/** `harbinger deadletters`: messages that a gateway could not turn into readings. */
import type { Command } from 'commander';
import { findEndpoint, request } from '../http-client.ts';
import { idList, type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';
import { whichOf } from './redrive.ts';

interface Letter {
  id: number;
  at: string;
  topic: string;
  client: string;
  stage: string;
  code: string;
  reason: string;
  /** The payload in Base64. */
  payload: string;
}

export function addDeadLetters(program: Command): void {
  const group = program
    .command('deadletters')
    .description('messages that could not become readings: list, show, redrive, drop');

  withReach(group.command('list'), 'gateway')
    .description('list them, newest first, with the reason')
    .option('--limit <n>', 'number of letters', wholeNumber, 50)
    .action(async (options: ReachOptions & { limit: number }) => {
      const page = (await request(
        findEndpoint('gateway', options),
        'GET',
        `/api/deadletters?limit=${options.limit}`,
      )) as {
        items: Letter[];
      };
      if (options.json) return printJson(page);
      const rows = page.items.map((letter) => [
        String(letter.id),
        letter.at,
        letter.code,
        printable(letter.topic, 50),
        printable(letter.reason, 160),
      ]);
      printTable([['id', 'when', 'code', 'topic', 'reason'], ...rows]);
    });

  withReach(group.command('show'), 'gateway')
    .description('show one letter with its payload')
    .argument('<id>', 'id from the list', wholeNumber)
    .action(async (id: number, options: ReachOptions) => {
      const letter = (await request(
        findEndpoint('gateway', options),
        'GET',
        `/api/deadletters/${id}`,
      )) as Letter;
      if (options.json) return printJson(letter);
      const { payload, ...rest } = letter;
      for (const [name, value] of Object.entries(rest))
        process.stdout.write(`${name.padEnd(8)} ${printable(String(value), 400)}\n`);
      process.stdout.write(`payload  ${printable(Buffer.from(payload, 'base64').toString('utf8'), 4_000)}\n`);
    });

  addChange(group, 'redrive', 'send letters through the pipeline again, after the cause was fixed', {
    method: 'POST',
    path: '/api/deadletters/redrive',
    done: 'redriven; those that failed again are new letters',
  });
  addChange(group, 'drop', 'delete letters for good', {
    method: 'DELETE',
    path: '/api/deadletters',
    done: 'dropped',
  });
}

/**
 * Adds a verb that changes some letters or all; the gateway answers with the number as its only numeric
 * field.
 */
function addChange(
  group: Command,
  verb: string,
  description: string,
  { method, path, done }: { method: string; path: string; done: string },
): void {
  withReach(group.command(verb), 'gateway')
    .description(description)
    .argument('[ids...]', 'ids from the list', idList)
    .option('--all', 'every letter')
    .action(async (ids: number[] = [], options: ReachOptions & { all?: boolean }) => {
      const which = whichOf(ids, options.all);
      const body = which === 'all' ? { all: true } : { ids: which };
      const answer = (await request(findEndpoint('gateway', options), method, path, body)) as Record<
        string,
        number
      >;
      if (options.json) return printJson(answer);
      process.stdout.write(`${Object.values(answer)[0]} ${done}\n`);
    });
}
