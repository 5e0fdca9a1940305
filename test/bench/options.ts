import { join } from 'node:path';
import { parseArgs } from 'node:util';
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

Ends with 1 when something is wrong (acknowledged readings missing, a side that fails), with 2 when it cannot run; a
missed target is only shown. Folders are made where TMPDIR says: that must be a disk, and no tmpfs. Other work on the
machine spoils figures: the report has the load average before each run.
`;
}

function numberOf(name: string, text: string, least: number, whole: boolean): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || (whole && !Number.isInteger(value))) {
    throw new RangeError(
      `--${name} ${text}: it must be a ${whole ? 'whole ' : ''}number of at least ${least}`,
    );
  }
  return value;
}

/** @throws RangeError or TypeError with a message that names the mistake */
export function readOptions(args: string[], scenarioNames: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      repetitions: { type: 'string' },
      sustained: { type: 'string', default: String(sustainedMinutesDefault) },
      quick: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      out: { type: 'string', default: join(packageRoot, 'bench-out') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const other = positionals.find((word) => word !== 'growth');
  if (other !== undefined)
    throw new RangeError(`unknown argument '${other}': only 'growth' is known; see --help`);
  const growth = values.growth || positionals.length > 0;
  const only = values.only.flatMap((names) => names.split(','));
  const unknown = growth ? undefined : only.find((name) => !scenarioNames.includes(name));
  if (unknown !== undefined) throw new RangeError(`no scenario '${unknown}'; see --help`);
  const { quick, out, json } = values;
  return {
    only,
    repetitions: numberOf(
      'repetitions',
      values.repetitions ?? (quick ? '1' : String(repetitionsDefault)),
      1,
      true,
    ),
    sustainedMinutes: numberOf('sustained', values.sustained, 0.1, false),
    quick,
    growth,
    out,
    json,
    help: values.help,
  };
}
