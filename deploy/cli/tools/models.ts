/**
 * Commands that work on files and need nothing that is running (deploy/cli/tools). This file is `harbinger models`,
 * which trains, evaluates, compares and backtests models, and scores a CSV.
 */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { addModelTrials } from '../inspect/fleet/models.ts';
import { addDiffModels } from '../models/diff.ts';
import { addModelKeys } from '../models/keys.ts';
import { addModelOutcomes } from '../models/outcomes.ts';
import { addRegistry } from '../models/registry.ts';
import { addRetrain } from '../models/retrain.ts';
import { addShowModel } from '../models/show.ts';
import { addSigning } from '../models/sign.ts';
import { stopSignal, wholeNumber } from '../options.ts';
import { printJson } from '../output.ts';
import { addBacktest } from './backtest.ts';
import { addTrain } from './train.ts';

export function addModels(program: Command): void {
  const group = program
    .command('models')
    .description(
      'train, evaluate, compare and sign models of remaining life, score a CSV; try versions, and promote them',
    );
  addTrain(group);
  addEvaluate(group);
  addCompare(group);
  addDetect(group);
  addBacktest(group);
  addModelKeys(group);
  addSigning(group);
  addShowModel(group);
  addDiffModels(group);
  addRegistry(group);
  addModelTrials(group);
  addModelOutcomes(group);
  addRetrain(group);
}

interface ModelFlags {
  data?: string;
  subset?: string;
  seed?: number;
  out?: string;
  artefacts?: string;
  folds?: number;
  epochs?: number;
  only?: string[];
  json?: boolean;
}

const nameHelp = 'pump-rul, rul-turbofan or rul-bearing';

/** Adds a command with the options that all model commands share. */
function modelCommand(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .argument('<name>', nameHelp)
    .option(
      '--data <dir>',
      'folder with the recorded runs (rul-turbofan: NASA’s C-MAPSS text files; rul-bearing: FEMTO CSV files)',
    )
    .option('--subset <name>', 'one of the model’s data sets, e.g. FD001 (default: all)');
}

function addEvaluate(group: Command): void {
  modelCommand(group, 'evaluate', 'evaluate a model on machines it was not trained on, at their last row')
    .option('--artefacts <dir>', 'folder of the models (default: those that ship with the product)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nrul-turbofan reads test_FD00x.txt and RUL_FD00x.txt; the baseline is fitted on train_FD00x.txt if it exists.',
    )
    .action(async (name: string, { data: dataDir, subset, artefacts: artefactsDir, json }: ModelFlags) => {
      const { runEvaluate } = await import('../../../models/main.ts');
      const output = json ? printNote : printLine;
      const evaluations = await runEvaluate(defined({ name, dataDir, subset, artefactsDir }), output);
      const [only, ...others] = Object.values(evaluations);
      if (json) printJson(others.length === 0 ? only : evaluations);
    });
}

function addCompare(group: Command): void {
  modelCommand(group, 'compare', 'compare candidates by cross-validation over whole machines')
    .option('--folds <n>', 'number of parts that the machines are split into', wholeNumber, 5)
    .option('--seed <n>', 'determines the split, the cuts and the initial weights', wholeNumber, 1)
    .option('--epochs <n>', 'train all candidates for this many epochs, to be quicker', wholeNumber)
    .option('--only <text...>', 'only candidates with one of these texts in their name')
    .option('--out <file>', 'also write the tables to this file, as Markdown')
    .option('--json', 'print JSON')
    .action(async (name: string, { data: dataDir, out, json, ...flags }: ModelFlags) => {
      const { comparedMarkdown, runCompare } = await import('../../../models/main.ts');
      const options = defined({ name, dataDir, ...flags, signal: stopSignal() });
      const tables = await runCompare(options, json ? printNote : printLine);
      if (out !== undefined) writeFileSync(out, comparedMarkdown(tables));
      if (json) printJson(tables);
    });
}

interface DetectFlags {
  decimal?: '.' | ',';
  csv: string;
  out: string;
  plot?: string;
  separator?: string;
  warmupRows?: number;
  json?: boolean;
}

function addDetect(group: Command): void {
  group
    .command('detect')
    .description(
      'score each row of a CSV by how much it deviates from earlier rows, in one pass and without labels',
    )
    .requiredOption('--csv <file>', 'input with a header line, a time column and one or more numeric columns')
    .requiredOption(
      '--out <file>',
      'output: the same rows with anomaly_score and onset_score (0 … 1), the machine’s state and mode, and why',
    )
    .option('--plot <file>', 'draw the scores, the sensors and where they usually are, as SVG')
    .option('--separator <char>', 'separator of cells (default: detected from the first line)')
    .addOption(
      new Option('--decimal <mark>', 'decimal mark, . or , (default: decided for each column)').choices([
        '.',
        ',',
      ]),
    )
    .option(
      '--warmup-rows <n>',
      'number of rows from which normal behaviour is learnt (default 400)',
      wholeNumber,
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nColumns named anomaly, changepoint, label or is_anomaly are never used as inputs; they are copied to the output.',
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

/** With --json only the result goes to stdout. */
const printNote = (line: string) => void process.stderr.write(`${line}\n`);

const printLine = (line: string) => void process.stdout.write(`${line}\n`);

/** Removes options that were not given. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
