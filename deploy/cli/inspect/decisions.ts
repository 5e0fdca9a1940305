/** `harbinger decisions`: the decisions that gateways made, with their reasons. */
import type { Command } from 'commander';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';

interface Decision {
  at: string;
  decision: string;
  subject: string;
  mode: string;
  policy: { name: string; version: string };
  /** The part that is used: the model that answered, if one did. */
  answer: { model?: { name: string; version: string } | null };
  confidence: number;
  latencyMs: number;
  reasons: string[];
}

export function addDecisions(program: Command): void {
  withReach(program.command('decisions'), 'cloud')
    .description('list decision records: what was decided, by which policy, and why')
    .option('--limit <n>', 'number of records, newest first', wholeNumber, 20)
    .option('--subject <site/machine>', 'only this machine')
    .addHelpText('after', '\nExample:\n  harbinger decisions --subject plant/pump-2\n')
    .action(async (options: ReachOptions & { limit: number; subject?: string }) => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      if (options.subject !== undefined) query.set('subject', options.subject);
      const page = (await request(findEndpoint('cloud', options), 'GET', `/api/decisions?${query}`)) as {
        items: Decision[];
      };
      if (options.json) return printJson(page);
      const head = ['when', 'decision', 'about', 'by', 'mode', 'confidence', 'ms', 'why'];
      printList([head, ...page.items.map(rowOf)]);
    });
}

function rowOf(decision: Decision): string[] {
  return [
    decision.at,
    decision.decision,
    decision.subject,
    answeredBy(decision),
    decision.mode,
    decision.confidence.toFixed(2),
    decision.latencyMs.toFixed(1),
    printable(decision.reasons.join('; '), 120),
  ];
}

/** The policy of models has the versions of all of them, which are for --json; here is only the one that answered. */
export function answeredBy({ policy, answer }: Pick<Decision, 'policy' | 'answer'>): string {
  const { name, version } = answer.model ?? policy;
  return printable(`${name} ${version}`, 40);
}
