/** `harbinger models backtest`: lead time and false alerts over whole lives. */
import type { Command } from 'commander';
import { positive, stopSignal, wholeNumber } from '../options.ts';
import { printJson } from '../output.ts';

interface BacktestFlags {
  data?: string;
  artefacts?: string;
  horizon?: number;
  earlyFactor?: number;
  machines?: number;
  seed?: number;
  out?: string;
  card?: boolean;
  json?: boolean;
}

export function addBacktest(group: Command): void {
  defineBacktest(group.command('backtest'));
  // The name this command had before; kept so that scripts written for it still run.
  defineBacktest(group.command('operators', { hidden: true }));
}

function defineBacktest(command: Command): void {
  command
    .description('replay whole lives through the gateway’s alert decision; report lead time and false alerts')
    .argument('<name>', 'machine type or its model: pump or bearing')
    .option('--data <dir>', 'folder with recorded runs (bearing: FEMTO files)')
    .option('--artefacts <dir>', 'folder of the models (default: those that ship with the product)')
    .option(
      '--horizon <life>',
      'planning horizon in the type’s unit of life (default: the type’s)',
      wholeNumber,
    )
    .option(
      '--early-factor <k>',
      'a warning more than k horizons before the failure is false (default 4)',
      positive,
    )
    .option(
      '--machines <n>',
      'simulated machines that fail (default 120); a quarter as many stay healthy',
      wholeNumber,
    )
    .option('--seed <n>', 'seed of the simulated machines', wholeNumber)
    .option('--out <file>', 'write a plot of the lead times as SVG')
    .option('--card', 'write the table into the model’s card')
    .option('--json', 'print JSON')
    .action(async (name: string, { data, artefacts, json, ...flags }: BacktestFlags) => {
      const { reportLines, runBacktest } = await import('../../backtest/main.ts');
      const given = { name, dataDir: data, artefactsDir: artefacts, ...flags };
      const progress = process.stderr.isTTY ? printProgress : undefined;
      const options = { ...given, signal: stopSignal(), progress };
      const report = await runBacktest(withoutUndefined(options));
      if (progress) process.stderr.write('\r\x1b[K');
      if (json) printJson(report);
      else process.stdout.write(`${reportLines(report).join('\n')}\n`);
    });
}

function printProgress(text: string): void {
  process.stderr.write(`\r${text}\x1b[K`);
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}
