import { join } from 'node:path';
import { numberArg, readArgs, usageError } from '../../deploy/cli/usage.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { repetitionsOf, type Scenario } from './scenario.ts';

export interface BenchOptions {
  only: string[];
  repetitions: number;
  quick: boolean;
  sustainedMinutes: number;
  growth: boolean;
  out: string;
  json: boolean;
  help: boolean;
}

const sustainedMinutesDefault = 0.75;
const repetitionsDefault = 3;

export function help(scenarios: readonly Scenario[]): string {
  const list = scenarios.map(
    ({ name, seconds, title }) => `    ${name.padEnd(15)} ${`${seconds} s`.padStart(5)}   ${title}`,
  );
  const minutes = (repetitions: number) => {
    const seconds = scenarios.map((each) => each.seconds * repetitionsOf(each, repetitions));
    return Math.round(seconds.reduce((sum, each) => sum + each, 0) / 60);
  };
  return `Measures every figure that Harbinger promises against its target; where a ratio is promised, alternately with bare
Aedes (in memory, no hooks) under the same load.

It takes about ${minutes(repetitionsDefault)} minutes on two quiet cores, longer beside other work, and shows how much is left.

  npm run bench -- [options]
  npm run bench -- growth [options]     how cost grows: machines, sensors, sizes, journal, history; about 7 minutes

  --only NAME[,NAME]     these alone (growth: these curves)
  --repetitions N        default ${repetitionsDefault}; what takes long is repeated less
  --sustained MINUTES    how long the sustained load lasts; default ${sustainedMinutesDefault}
  --quick                one short repetition: shows that it works, not how fast
  --out DIR              report.json, chart.svg and table.md go here (growth: growth.json, growth.md and charts);
                         default bench-out
  --json                 prints the report as JSON
  --help

Scenarios, and how long one repetition of each takes:
${list.join('\n')}

Examples:
  npm run bench
  npm run bench -- --only qos1,pumps --repetitions 5
  npm run bench -- --only sustained --sustained 10
  npm run bench -- growth --out bench-out/growth

Ends with 1 when something is wrong (acknowledged readings missing, a side that fails), with 2 for wrong usage; a missed
target is only shown. Folders are made where TMPDIR says: that must be a disk, and no tmpfs. Other work on the
machine spoils figures: the report has the load average before each run.
`;
}

const program = 'npm run bench --';

/** @throws HarbingerError USAGE */
export function readOptions(args: string[], scenarioNames: readonly string[]): BenchOptions {
  const config = {
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] as string[] },
      repetitions: { type: 'string' },
      sustained: { type: 'string', default: String(sustainedMinutesDefault) },
      quick: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      out: { type: 'string', default: join(packageRoot, 'bench-out') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  } as const;
  const { values, positionals } = readArgs(config, program);
  const other = positionals.find((word) => word !== 'growth');
  if (other !== undefined) throw usageError(`unknown argument '${other}': only 'growth' is known`, program);
  const growth = values.growth || positionals.length > 0;
  const only = values.only.flatMap((names) => names.split(','));
  const unknown = growth ? undefined : only.find((name) => !scenarioNames.includes(name));
  if (unknown !== undefined) throw usageError(`--only ${unknown}: there is no such scenario`, program);
  const { quick, out, json } = values;
  return {
    only,
    repetitions: numberArg(
      'repetitions',
      values.repetitions ?? (quick ? '1' : String(repetitionsDefault)),
      program,
      {
        min: 1,
      },
    ),
    sustainedMinutes: numberArg('sustained', values.sustained, program, { min: 0.1, whole: false }),
    quick,
    growth,
    out,
    json,
    help: values.help,
  };
}
