/** `harbinger gateways`: the gateways that a cloud knows, and taking one out of its lists. */
import type { Command } from 'commander';
import type { EraseOutcome, GatewaySummary, RetireOutcome } from '../../../../cloud/ports/retired/retired.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, timeInLine, zoned } from '../../shown-times.ts';
import { printErased, printRetired, refuseUnconfirmed, withYes } from './names.ts';

export function addGateways(program: Command): void {
  const group = program
    .command('gateways')
    .description('gateways of the cloud: list, retire, rename, delete')
    .addHelpText(
      'after',
      `
Examples:
  harbinger gateways list
  harbinger gateways retire hall-1           switched off for good: its machines leave the list, their history stays
  harbinger gateways rename hall-1 hall-2    after \`gateway\` was changed in its configuration
  harbinger gateways delete test --yes       with the readings, events and alerts of its machines

A gateway that may still connect (\`[[gateways]]\` of the cloud's configuration) and does so lists its machines again.
Remove its entry there when it has delivered everything.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list them')
    .action(async (options: ReachOptions) => {
      const answer = (await request(findEndpoint('cloud', options), 'GET', '/api/gateways')) as {
        gateways: GatewaySummary[];
      };
      if (options.json) return printJson(answer);
      printList([
        ['gateway', 'may connect', 'machines', 'retired', 'alerts', zoned('last heard'), 'now'],
        ...answer.gateways.map((each) => [
          printable(each.gateway, 64),
          each.isConfigured ? 'yes' : 'no',
          String(each.machines),
          String(each.retiredMachines),
          String(each.openAlerts),
          shownTime(each.lastSeenMs),
          each.silentSinceMs == null
            ? (each.contact ?? '')
            : `${each.contact} since ${timeInLine(each.silentSinceMs)}`,
        ]),
      ]);
    });

  withReach(group.command('retire'), 'cloud')
    .description(
      'take its machines out of the list: open alerts of them and of itself end, their history stays',
    )
    .argument('<gateway>', 'name from the list')
    .action(async (gateway: string, options: ReachOptions) => {
      const outcome = await ask<RetireOutcome>(options, 'retire', { gateway });
      printRetired(outcome, options.json, 'retired');
    });

  withReach(group.command('rename'), 'cloud')
    .description('join the history of its machines to those of its new name')
    .argument('<from>', 'name from the list')
    .argument('<to>', 'its new name')
    .action(async (from: string, to: string, options: ReachOptions) => {
      const outcome = await ask<RetireOutcome>(options, 'rename', { from, to });
      printRetired(outcome, options.json, 'renamed');
    });

  withYes(withReach(group.command('delete'), 'cloud'))
    .description('delete its machines with their readings, events and alerts')
    .argument('<gateway>', 'name from the list')
    .action(async (gateway: string, options: ReachOptions & { yes?: boolean }) => {
      refuseUnconfirmed(options.yes, `gateway ${gateway}`);
      printErased(await ask<EraseOutcome>(options, 'delete', { gateway }), options.json);
    });
}

async function ask<T>(options: ReachOptions, verb: string, body: unknown): Promise<T> {
  return (await request(findEndpoint('cloud', options), 'POST', `/api/gateways/${verb}`, body)) as T;
}
