/** `harbinger status`: how a cloud and its plant are, on one screen. */
import type { Command } from 'commander';
import { findEndpoint } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printJson, printTable } from '../output.ts';
import { askOverview, machineHeader, machineRow, summaryLines, urgentMachines } from './overview.ts';

const urgentMax = 20;

export function addStatus(program: Command): void {
  withReach(program.command('status'), 'cloud')
    .description('how a cloud and its plant are: gateways, machines, alerts, who is told')
    .addHelpText('after', '\nExamples:\n  harbinger status\n  harbinger status --json\n')
    .action(async (options: ReachOptions) => {
      const overview = await askOverview(findEndpoint('cloud', options));
      if (options.json) return printJson(overview);
      for (const line of summaryLines(overview)) process.stdout.write(`${line}\n`);
      const urgent = urgentMachines(overview);
      if (urgent.length === 0) return;
      process.stdout.write('\n');
      const { nowMs } = overview.status;
      printTable([machineHeader, ...urgent.slice(0, urgentMax).map((each) => machineRow(each, nowMs))]);
      if (urgent.length > urgentMax)
        process.stdout.write(`and ${urgent.length - urgentMax} more: \`harbinger machines list\`\n`);
    });
}
