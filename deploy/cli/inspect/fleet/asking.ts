/** Commands that ask something of gateways (deploy/cli/inspect/fleet): here, what they share. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { ShownDocument, Standing } from '../../../../cloud/ports/fleet/fleet.ts';
import { keyOf } from '../../../../shared/contract/fleet/documents.ts';
import { systemClock } from '../../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { duration, type ReachOptions, time, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, timeInLine, zoned } from '../../shown-times.ts';

export type WhoOptions = ReachOptions & { by?: string; why: string; gateway?: string };
export type SetOptions = WhoOptions & { for?: number; until?: number };

export function withWho(command: Command): Command {
  return withReach(command, 'cloud')
    .requiredOption('--why <text>', 'why, for those who meet it')
    .option('--by <name>', 'who asks for it (default: the user of this shell)')
    .option('--gateway <name>', 'only at this gateway (default: at all)');
}

export function withEnd(command: Command): Command {
  return withWho(command)
    .option('--for <time>', 'how long: 30min, 4h, 2d (default: until it is removed)', duration)
    .option('--until <time>', 'until when, in local time unless it has a zone: 2026-11-30T14:00', time);
}

interface Asked {
  kind: string;
  name?: string;
  body: Record<string, unknown>;
}

/** Asks the cloud for it, and says what it has become. */
export async function ask(asked: Asked, options: SetOptions): Promise<void> {
  const { gateway, why, by = userInfo().username } = options;
  if (options.for !== undefined && options.until !== undefined)
    throw new HarbingerError('USAGE', 'cli', 'give either --for or --until');
  const untilMs =
    options.until ?? (options.for === undefined ? undefined : systemClock.nowMs() + options.for);
  const body = {
    ...asked,
    ...{ who: by, why },
    ...(gateway !== undefined && { gateway }),
    ...(untilMs !== undefined && { untilMs }),
  };
  const answer = (await request(findEndpoint('cloud', options), 'POST', '/api/fleet', body)) as {
    document: ShownDocument;
  };
  if (options.json) return printJson(answer);
  const { text, gateways } = answer.document;
  const end = untilMs === undefined ? 'until it is removed' : `until ${timeInLine(untilMs)}`;
  const where = gateways.map((standing) => `  ${placeText(standing)}\n`);
  process.stdout.write(`${printable(text, 250)} ${end}\n${where.join('')}`);
}

/** Asks the cloud to want it no more. */
export async function removeDocument(
  name: { kind: string; name: string },
  options: WhoOptions & { isQuiet?: boolean },
): Promise<void> {
  const { gateway, why, by = userInfo().username } = options;
  const body = { ...name, ...(gateway !== undefined && { gateway }), who: by, why };
  const answer = await request(findEndpoint('cloud', options), 'DELETE', '/api/fleet', body);
  if (options.isQuiet) return;
  if (options.json) return printJson(answer as object);
  process.stdout.write(`removed: ${printable(keyOf(body), 250)}\n`);
}

export async function listDocuments(options: ReachOptions, kind?: string): Promise<ShownDocument[]> {
  const path = `/api/fleet${kind === undefined ? '' : `?kind=${encodeURIComponent(kind)}`}`;
  const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as {
    documents: ShownDocument[];
  };
  return answer.documents;
}

/** @param isOfOneKind the kind need not be named */
export function printDocuments(documents: readonly ShownDocument[], isOfOneKind: boolean): void {
  printList([
    [
      'what',
      zoned('until'),
      'by',
      'why',
      zoned('asked for'),
      'where it stands',
      isOfOneKind ? 'name' : 'key',
    ],
    ...documents.map((document) => [
      printable(document.text, 160),
      document.isOver ? 'over' : document.untilMs === undefined ? 'removed' : shownTime(document.untilMs),
      printable(document.who, 40),
      printable(document.why, 80),
      shownTime(document.askedMs),
      printable(standsText(document), 200),
      printable(isOfOneKind ? document.name : keyOf(document), 250),
    ]),
  ]);
}

function standsText({ gateways }: ShownDocument): string {
  const differing = gateways.filter(({ differs }) => differs !== null);
  if (gateways.length > 0 && differing.length === 0) return 'as asked for';
  return (
    differing.map(({ gateway, differs }) => `${gateway}: ${differs}`).join('; ') || 'there is no gateway'
  );
}

export function placeText({ gateway, state, atMs, differs }: Standing): string {
  const since = state === null || atMs === null ? '' : `${state} since ${timeInLine(atMs)}`;
  return printable(`at ${gateway}: ${[since, differs ?? ''].filter((each) => each !== '').join('; ')}`, 400);
}
