/** Lives through years of a plant and reports what was told of what happened in them. */
import { availableParallelism } from 'node:os';
import { reportError } from '../../deploy/cli/output.ts';
import { numberArg, readArgs } from '../../deploy/cli/usage.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { runYears } from './runs/pool.ts';
import { shortfalls } from './verdict/goal.ts';
import { failureLines, reportText, spanText } from './verdict/report.ts';

const help = `Lives through years of a made-up plant on a simulated clock, with the product's own code, and judges its warnings.

  npm run plant-year -- [options]

  --seed S         the first seed; the others follow. Default: 1
  --seeds N        how many years, each with its own events; default 10
  --days D         shorter than a year: from 60 without slow wear, from 4 with a few events only
  --processes P    in parallel; default: one per core
  --json           prints the verdicts as JSON instead of the table
  --all            lists each event that was not told as it should, and each alert without cause
  --help

Ends with 1 if something was missed or too much was told, 2 for wrong usage.
`;
const program = 'npm run plant-year --';

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const config = {
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '10' },
      days: { type: 'string' },
      processes: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  } as const;
  const { values } = readArgs(config, program);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const first = numberArg('seed', values.seed, program);
  const count = numberArg('seeds', values.seeds, program, { min: 1 });
  const days = values.days === undefined ? {} : { days: numberArg('days', values.days, program, { min: 4 }) };
  const startedMs = systemClock.monotonicMs();
  let done = 0;
  const years = await runYears({
    jobs: Array.from({ length: count }, (_, i) => ({ seed: first + i, ...days })),
    processes: numberArg('processes', values.processes, program, { min: 1 }),
    onDone: ({ verdict, cpuMs }) => {
      const tookMs = systemClock.monotonicMs() - startedMs;
      done++;
      const left = done === count ? '' : `, about ${spanText((tookMs / done) * (count - done))} left`;
      say(
        `seed ${verdict.seed}: ${Math.round(cpuMs / 1_000)} s of CPU time; ${spanText(tookMs)} since the start${left}`,
      );
    },
  });
  if (values.json) process.stdout.write(`${JSON.stringify(years, null, 2)}\n`);
  else process.stdout.write(reportText(years));
  for (const line of values.all ? failureLines(years) : []) process.stdout.write(`${line}\n`);
  if (values.all)
    for (const { seed, falseAlerts } of years)
      for (const { atMs, machine, circumstance, text } of falseAlerts)
        process.stdout.write(
          `seed ${seed}: ${new Date(atMs).toISOString().slice(0, 16)} ${machine}, ${circumstance}: ${text}\n`,
        );
  return shortfalls(years).length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = reportError(error);
  },
);
