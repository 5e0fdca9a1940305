/**
 * `npm run bench` (test/bench): measures every figure that the product promises; with `growth`, how cost grows.
 * scenarios/ says what is measured, sides/ has the processes that are compared, measure/ the instruments. The product
 * runs as it is built and knows nothing of being measured.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportError } from '../../deploy/cli/output.ts';
import { compiledEntry, packageRoot } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { chartSvg } from './chart.ts';
import { runGrowth } from './growth/run.ts';
import { commitOf } from './measure/checkout.ts';
import { requireDisk } from './measure/disk.ts';
import { type BenchOptions, help, readOptions } from './options.ts';
import { Progress } from './progress.ts';
import { type BenchReport, machineFacts, reportMarkdown, reportText } from './report.ts';
import { runScenario, type ScenarioResult } from './runner.ts';
import { repetitionsOf } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

async function runScenarios(options: BenchOptions): Promise<number> {
  const chosen = scenarios.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const { repetitions, quick, sustainedMinutes, out } = options;
  const expected = chosen.map((scenario) => scenario.seconds * repetitionsOf(scenario, repetitions));
  const progress = new Progress(expected, (text) => process.stderr.write(`${text}\n`));
  const results: ScenarioResult[] = [];
  for (const scenario of chosen) {
    const context = { quick, sustainedMinutes };
    results.push(
      await runScenario(scenario, { repetitions, context, progress: (text) => progress.say(text) }),
    );
    progress.done();
  }
  const at = new Date(systemClock.nowMs()).toISOString();
  const facts = { at, machine: machineFacts(), commit: commitOf(packageRoot) };
  const report: BenchReport = { ...facts, quick, repetitions, scenarios: results };
  await mkdir(out, { recursive: true });
  const figures = results.flatMap((result) => result.figures);
  const targeted = figures.filter((figure) => figure.target !== undefined);
  await writeFile(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(out, 'chart.svg'), chartSvg(targeted));
  await writeFile(join(out, 'table.md'), reportMarkdown(report));
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${reportText(report)}\n`);
  return results.some((result) => result.problems.length > 0) ? 1 : 0;
}

async function main(): Promise<number> {
  const options = readOptions(
    process.argv.slice(2),
    scenarios.map(({ name }) => name),
  );
  if (options.help) {
    process.stdout.write(help(scenarios));
    return 0;
  }
  if (!existsSync(compiledEntry('test/bench/sides/bare-aedes')))
    throw new HarbingerError('USAGE', 'cli', 'build first: npm run build:tests');
  requireDisk(tmpdir());
  return options.growth ? runGrowth(options) : runScenarios(options);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = reportError(error);
}
