import type { Command } from 'commander';
import { stopSignal, wholeNumber } from '../options.ts';
import { printJson } from '../output.ts';
import { addOperators } from './operators.ts';

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
  addDetect(group);
  addOperators(group);
}

interface DetectFlags {
  csv: string;
  out: string;
  separator?: string;
  warmupRows?: number;
  json?: boolean;
}

function addDetect(group: Command): void {
  group
    .command('detect')
    .description('score the rows of a CSV by how unlike their past they are, in one pass and without labels')
    .requiredOption('--csv <file>', 'a header line, a time column, one or more columns of numbers')
    .requiredOption('--out <file>', 'the same rows with anomaly_score (0 … 1) and top_sensors')
    .option('--separator <char>', 'between cells (default: told from the first line)')
    .option('--warmup-rows <n>', 'rows from which normal is learnt in full (default 400)', wholeNumber)
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nColumns named anomaly, changepoint, label or is_anomaly are never used as inputs; they are passed on.',
    )
    .action(async ({ json, ...options }: DetectFlags) => {
      const { runDetect, summaryLines } = await import('../../../models/detect/main.ts');
      const progress = process.stderr.isTTY ? printProgress : undefined;
      const summary = await runDetect(defined({ ...options, signal: stopSignal(), progress }));
      if (progress) process.stderr.write('\r\x1b[K');
      if (json) printJson(summary);
      else for (const line of summaryLines(summary)) printLine(line);
    });
}

function printProgress(share: number, secondsLeft: number): void {
  const percent = (100 * share).toFixed(0);
  process.stderr.write(`\r${percent.padStart(3)} %  about ${Math.ceil(secondsLeft)} s left\x1b[K`);
}

const printLine = (line: string) => void process.stdout.write(`${line}\n`);

/** Without the options that were not given. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
