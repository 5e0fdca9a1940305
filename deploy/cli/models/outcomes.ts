import type { Command } from 'commander';
import { findEndpoint, request } from '../http-client.ts';
import { policiesText, type Statistics } from '../inspect/outcomes/statistics-text.ts';
import { fromOne, type ReachOptions, withReach } from '../options.ts';
import { printJson } from '../output.ts';

/** `harbinger models outcomes`. */
export function addModelOutcomes(group: Command): void {
  withReach(group.command('outcomes'), 'cloud')
    .description('what the warnings of each version turned out to be, and how that has changed over months')
    .argument('[model]', 'NAME or NAME@VERSION (default: all)')
    .option('--last <n>', 'the latest warnings of which it is known what they were, of each', fromOne, 40)
    .addHelpText(
      'after',
      `
Examples:
  harbinger models outcomes
  harbinger models outcomes pump-rul@2.1.0 --last 100

By months: how many were confirmed, how sure they were said to be, how many failures were announced, and how long ahead. Intervals hold 95 %.
`,
    )
    .action(async (model: string | undefined, options: ReachOptions & { last: number }) => {
      const query = new URLSearchParams({ last: String(options.last), policy: 'model' });
      if (model !== undefined) query.set('model', model);
      const path = `/api/outcomes/statistics?${query}`;
      const { policies } = (await request(findEndpoint('cloud', options), 'GET', path)) as Statistics;
      if (options.json) return printJson({ policies });
      process.stdout.write(
        policies.length === 0
          ? 'no model has warned of anything, or missed a failure\n'
          : policiesText(policies),
      );
    });
}
