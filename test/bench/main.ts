/** `npm run bench`: every figure as a ratio to bare Aedes, measured in the same run with the same load. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { compiledEntry, packageRoot } from '../../shared/runtime/paths.ts';
import { chartSvg } from './chart.ts';
import { type BenchReport, machineFacts, reportText } from './report.ts';
import { runScenario, type ScenarioResult } from './runner.ts';
import { scenarios } from './scenarios/all.ts';

const help = `Measures the product against bare Aedes (in memory, no hooks), alternately, with the same load.

  npm run bench -- [options]

  --only NAME          one scenario (may be repeated): ${scenarios.map((scenario) => scenario.name).join(', ')}
  --repetitions N      default 3
  --quick              one short repetition: shows that it works, not how fast
  --out DIR            report.json and chart.svg go here; default bench-out
  --json               prints the report as JSON
  --help

Ends with 1 when something is wrong (acknowledged readings missing, a side that fails); a missed target is only shown.
`;

async function run(options: {
  only: string[];
  repetitions: number;
  quick: boolean;
  out: string;
  json: boolean;
}): Promise<number> {
  const unknown = options.only.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new RangeError(`no scenario '${unknown}'; see --help`);
  if (!existsSync(compiledEntry('test/bench/bare-aedes'))) throw new Error('build first: npm run build');
  const chosen = scenarios.filter(
    (scenario) => options.only.length === 0 || options.only.includes(scenario.name),
  );
  const { repetitions, quick } = options;
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const results: ScenarioResult[] = [];
  for (const scenario of chosen) results.push(await runScenario(scenario, { repetitions, quick, say }));
  const at = new Date(systemClock.nowMs()).toISOString();
  const report: BenchReport = { at, machine: machineFacts(), quick, repetitions, scenarios: results };
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(options.out, 'chart.svg'), chartSvg(results.flatMap((result) => result.figures)));
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${reportText(report)}\n`);
  return results.some((result) => result.problems.length > 0) ? 1 : 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      repetitions: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: join(packageRoot, 'bench-out') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const repetitions = Number(values.repetitions ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new RangeError('--repetitions: 1 or more');
  return run({ ...values, repetitions });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode = 2;
}
