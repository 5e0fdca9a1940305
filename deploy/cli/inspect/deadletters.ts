/** `harbinger deadletters`: messages that a gateway could not turn into readings. */
import type { Command } from 'commander';
import type { RedrivenLetters } from '../../../gateway/ports/dead-letters.ts';
import { toolName } from '../../shown-commands.ts';
import { exitCodes } from '../exit-codes.ts';
import { findEndpoint, request } from '../http-client.ts';
import { idList, type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { shownTime, zoned } from '../shown-times.ts';
import { addDrop, selectionOf } from './redrive.ts';

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
  /** A payload in a binary form, as lines. */
  text?: string;
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
        shownTime(Date.parse(letter.at)),
        letter.code,
        printable(letter.topic, 50),
        printable(letter.reason, 160),
      ]);
      printList([['id', zoned('when'), 'code', 'topic', 'reason'], ...rows]);
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
      const { payload, text, ...rest } = letter;
      for (const [name, value] of Object.entries(rest))
        process.stdout.write(`${name.padEnd(8)} ${printable(String(value), 400)}\n`);
      const lines = text?.split('\n') ?? [Buffer.from(payload, 'base64').toString('utf8')];
      for (const [i, line] of lines.entries())
        process.stdout.write(`${i === 0 ? 'payload ' : '        '} ${printable(line, 4_000)}\n`);
    });

  withReach(group.command('redrive'), 'gateway')
    .description('send letters through the pipeline again, after the cause was fixed')
    .argument('[ids...]', 'ids from the list', idList)
    .option('--all', 'every letter')
    .action(async (ids: number[] = [], options: ReachOptions & { all?: boolean }) => {
      const endpoint = findEndpoint('gateway', options);
      const body = selectionOf(ids, options.all);
      const outcome = (await request(endpoint, 'POST', '/api/deadletters/redrive', body)) as RedrivenLetters;
      if (options.json) printJson(outcome);
      else for (const line of redrivenLines(outcome)) process.stdout.write(`${line}\n`);
      if (outcome.failedAgain > 0 || outcome.unknown.length > 0) process.exitCode = exitCodes.failed;
    });

  addDrop(group, { entries: 'letters', path: '/api/deadletters' });
}

function redrivenLines({ redriven, failedAgain, unknown }: RedrivenLetters): string[] {
  return [
    `${redriven} redriven`,
    ...(failedAgain === 0
      ? []
      : [`${failedAgain} failed again and are new letters: ${toolName()} deadletters list says why`]),
    ...(unknown.length === 0 ? [] : [`there is no dead letter ${unknown.join(', ')}`]),
  ];
}
