/** `harbinger health`: whether a side works, for those who watch it: containers, images, scripts. */
import type { Command } from 'commander';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { sideOf } from '../config-sides.ts';
import { findEndpoint, send } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson } from '../output.ts';

const answerMsMax = 10_000;
const reasonLengthMax = 400;

type HealthOptions = ReachOptions & { ready?: boolean };

export function addHealth(program: Command): void {
  withReach(program.command('health'), 'gateway')
    .description('say whether a gateway or cloud works; ends with 1 if it does not, or does not answer')
    .argument('<gateway|cloud>', 'which of them')
    .option('--ready', 'also whether it takes readings and can send them on, not only whether it lives')
    .addHelpText(
      'after',
      `
Examples:
  harbinger health gateway                  as a container asks
  harbinger health cloud --ready            as a load balancer asks
`,
    )
    .action(async (side: string, options: HealthOptions) => {
      const role = sideOf(side);
      const endpoint = findEndpoint(role, options);
      const [path, word] = options.ready ? ['/readyz', 'ready'] : ['/healthz', 'well'];
      const response = await send(endpoint, 'GET', path, undefined, AbortSignal.timeout(answerMsMax));
      const reasons = reasonsIn(await response.text());
      if (options.json) printJson({ url: endpoint.url, [word]: response.ok, reasons });
      if (!response.ok) {
        const why = reasons.join('; ') || `HTTP ${response.status}`;
        throw new HarbingerError(
          'API_REFUSED',
          'cli',
          `the ${role} at ${endpoint.url} is not ${word}: ${why}`,
        );
      }
      if (!options.json) process.stdout.write(`the ${role} at ${endpoint.url} is ${word}\n`);
    });
}

function reasonsIn(text: string): string[] {
  try {
    const { reasons } = JSON.parse(text) as { reasons?: unknown };
    return Array.isArray(reasons) ? reasons.map((reason) => printable(String(reason), reasonLengthMax)) : [];
  } catch {
    return [];
  }
}
