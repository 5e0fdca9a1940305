/**
 * `harbinger decisions` (deploy/cli/inspect/decisions): what gateways decided by themselves, why, and whether it comes out the same
 * when it is decided once more. Records are the cloud's; only the gateway that decided can repeat a decision.
 */
import type { Command } from 'commander';
import type { StoredDecision } from '../../../../cloud/ports/history.ts';
import { type ReachOptions, wholeNumber, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, zoned } from '../../shown-times.ts';
import { explanationOf } from './explain.ts';
import { answeredBy, recordsOf, recordWith } from './records.ts';
import { addReplay } from './replay.ts';

export function addDecisions(program: Command): void {
  const group = program
    .command('decisions')
    .description('decisions that gateways made by themselves: list, show, explain, replay')
    .addHelpText(
      'after',
      `
Examples:
  harbinger decisions list --subject plant/pump-2     the newest decisions about one machine
  harbinger decisions explain ID                      one of them in sentences
  harbinger decisions replay ID                       decide it once more: is the answer the same?
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list them, newest first: what was decided, by which policy, and why')
    .option('--limit <n>', 'number of records', wholeNumber, 20)
    .option('--subject <site/machine>', 'only this machine')
    .addHelpText('after', '\nExample:\n  harbinger decisions list --subject plant/pump-2\n')
    .action(async (options: ReachOptions & { limit: number; subject?: string }) => {
      const page = await recordsOf(options, options);
      if (options.json) return printJson(page);
      const head = [zoned('when'), 'id', 'decision', 'about', 'by', 'mode', 'confidence', 'ms', 'why'];
      printList([head, ...page.items.map(rowOf)]);
    });

  withReach(group.command('show'), 'cloud')
    .description('print the record of one: inputs, answer, reasons, policy, and the window that was judged')
    .argument('<id>', 'its id, as `list` prints it')
    .addHelpText('after', '\nExample:\n  harbinger decisions show 6fb1c4e0a7d2993b15e8c0d4-17\n')
    .action(async (id: string, options: ReachOptions) => printJson(await recordWith(id, options)));

  withReach(group.command('explain'), 'cloud')
    .description('say in sentences what was decided, by whom, from what, and why')
    .argument('<id>', 'its id, as `list` prints it')
    .addHelpText('after', '\nExample:\n  harbinger decisions explain 6fb1c4e0a7d2993b15e8c0d4-17\n')
    .action(async (id: string, options: ReachOptions) => {
      const sentences = explanationOf(await recordWith(id, options));
      if (options.json) return printJson({ decisionId: id, sentences });
      process.stdout.write(sentences.map((sentence) => `${printable(sentence, 2_000)}\n`).join(''));
    });

  addReplay(group);
}

function rowOf(decision: StoredDecision): string[] {
  return [
    shownTime(Date.parse(decision.at)),
    printable(decision.decisionId, 60),
    decision.decision,
    decision.subject,
    answeredBy(decision),
    printable(decision.mode, 20),
    decision.confidence.toFixed(2),
    decision.latencyMs.toFixed(1),
    printable(decision.reasons.join('; '), 120),
  ];
}
