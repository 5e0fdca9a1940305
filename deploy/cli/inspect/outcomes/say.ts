import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Outcome } from '../../../../cloud/ports/outcomes/outcomes.ts';
import { randomHex, systemRandom } from '../../../../shared/runtime/random.ts';
import { findEndpoint, request } from '../../http-client.ts';
import type { ReachOptions } from '../../options.ts';
import { printable, printJson } from '../../output.ts';
import { verdictText } from './outcome-texts.ts';

export type SayOptions = ReachOptions & { cause?: string; note?: string; by?: string; gateway?: string };

export function withSaid(command: Command): Command {
  return command
    .option('--cause <text>', 'what the matter was, in a few words: "worn coupling"')
    .option('--note <text>', 'what else is to be known')
    .option('--by <name>', 'who says it (default: the user of this shell)');
}

/** The parts of a request that say it, with a name by which it is known if it comes again. */
export function saidIn({ cause, note, by = userInfo().username, gateway }: SayOptions) {
  return {
    ...{ by, requestId: randomHex(systemRandom, 12) },
    ...(cause !== undefined && { cause }),
    ...(note !== undefined && { note }),
    ...(gateway !== undefined && { gateway }),
  };
}

/** Says what a warning or failure was. */
export async function setOutcome(id: string, verdict: string, options: SayOptions): Promise<void> {
  const body = { id, verdict, ...saidIn(options) };
  const answer = await request(findEndpoint('cloud', options), 'POST', '/api/outcomes/set', body);
  printSaid(answer as { outcome: Outcome }, options);
}

export function printSaid(answer: { outcome: Outcome }, { json }: ReachOptions): void {
  if (json) return printJson(answer);
  const { outcome } = answer;
  const { site, machine, kind, id } = outcome;
  const what = kind === 'warning' ? 'warning' : 'failure';
  process.stdout.write(
    `${printable(`${site}/${machine}`, 130)}: ${what} ${printable(id, 128)}: ${verdictText(outcome)}\n`,
  );
}
