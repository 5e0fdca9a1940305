import type { Command } from 'commander';
import { stopSignal, wholeNumber } from '../options.ts';
import { printJson } from '../output.ts';

export function addModels(program: Command): void {
  const group = program.command('models').description('train and evaluate the models that gateways run');
  group
    .command('train')
    .description('train an artefact from runs to failure')
    .argument('<name>', 'pump-rul or turbofan-rul')
    .option('--data <dir>', 'folder with the recorded runs (turbofan: C-MAPSS text files)')
    .option('--seed <n>', 'the same seed gives the same model', wholeNumber, 1)
    .option('--out <dir>', 'where to write the artefact (default: its place under models/artefacts)')
    .action(async (name: string, options: { data?: string; seed: number; out?: string }) => {
      const { runTrain } = await import('../../../models/main.ts');
      const { data: dataDir, out: artefactsDir, seed } = options;
      await runTrain(defined({ name, dataDir, artefactsDir, seed, signal: stopSignal() }), printLine);
    });
  group
    .command('evaluate')
    .description('measure an artefact beside its baselines, on runs it has not seen')
    .argument('<name>', 'pump-rul or turbofan-rul')
    .option('--data <dir>', 'folder with the recorded runs (turbofan: C-MAPSS text files)')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { data?: string; json?: boolean }) => {
      const { runEvaluate } = await import('../../../models/main.ts');
      // With --json only the result goes to stdout.
      const metrics = await runEvaluate(
        defined({ name, dataDir: options.data }),
        options.json ? (line) => process.stderr.write(`${line}\n`) : printLine,
      );
      if (options.json) printJson(metrics);
    });
}

const printLine = (line: string) => void process.stdout.write(`${line}\n`);

/** Without the options that were not given. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
