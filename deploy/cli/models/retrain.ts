import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { TrainingProposal, TrainingState } from '../../../cloud/ports/models/training.ts';
import type { TrainingEnded } from '../../../shared/contract/models/training-ended.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson } from '../output.ts';
import { timeInLine } from '../shown-times.ts';

type State = TrainingState & { proposals: TrainingProposal[] };

/** `harbinger models retrain`. */
export function addRetrain(group: Command): void {
  withReach(group.command('retrain'), 'cloud')
    .description(
      'have the cloud train a model anew by what it has stored; without a type: what was trained, and why it should be',
    )
    .argument('[type]', 'the machine type')
    .option('--why <text>', 'why, for those who meet it')
    .option('--by <name>', 'who asks for it (default: the user of this shell)')
    .addHelpText(
      'after',
      `
Examples:
  harbinger models retrain
  harbinger models retrain pump --why "three false alarms with the new product"

It runs in a process of its own beside the cloud, for minutes. With \`key\` under [jobs.retraining] of the cloud the candidate is signed, pushed
and runs as a shadow if it is not worse; without, it stays in the data folder. \`harbinger models train --from store\` does the same here.
`,
    )
    .action(async (type: string | undefined, options: ReachOptions & { why?: string; by?: string }) => {
      const endpoint = findEndpoint('cloud', options);
      if (type === undefined) {
        const state = (await request(endpoint, 'GET', '/api/models/training')) as State;
        if (options.json) return printJson(state);
        process.stdout.write(stateText(state));
        return;
      }
      const { why, by = userInfo().username } = options;
      if (why === undefined) throw new HarbingerError('USAGE', 'cli', 'say why: --why "…"');
      const answer = await request(endpoint, 'POST', '/api/models/training', { machineType: type, why, by });
      if (options.json) return printJson(answer);
      process.stdout.write(
        `a model of ${printable(type)} is being trained; \`harbinger models retrain\` says how it ended\n`,
      );
    });
}

export function stateText({ isAvailable, machineTypes, running, last, proposals }: State): string {
  const lines = [
    ...(isAvailable ? [] : ['this cloud cannot train: its process was not started by `harbinger cloud`']),
    machineTypes.length > 0
      ? `by schedule: ${machineTypes.join(', ')}`
      : 'by schedule: nothing ([jobs.retraining] machineTypes)',
    ...(running
      ? [`now: ${running.machineType}, since ${timeInLine(running.sinceMs)}, asked for by ${running.by}`]
      : []),
    ...last.flatMap(endedLines),
    ...proposals.map(({ reason, machineType }) => `train ${machineType} anew: ${reason}`),
  ];
  return `${lines.map((line) => printable(line, 1_200)).join('\n')}\n`;
}

function endedLines(ended: TrainingEnded): string[] {
  const { machineType, beganAt, by, model, against, isNotWorse, isPushed, isShadow, reasons, problem } =
    ended;
  const head = `${machineType}, ${timeInLine(Date.parse(beganAt))}, by ${by}:`;
  if (problem !== undefined) return [`${head} nothing was trained: ${problem}`];
  const place = isShadow ? 'runs as a shadow' : isPushed ? 'is in the registry' : 'is in the data folder';
  return [
    `${head} ${model} ${place}; ${isNotWorse ? 'not worse' : 'worse'} than ${against ?? 'a linear regression'}`,
    ...reasons.map((reason) => `  ${reason}`),
  ];
}
