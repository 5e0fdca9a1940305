/** Prints what detectors find and tell on made-up machines. */
import { reportError } from '../../../deploy/cli/output.ts';
import { numberArg, readArgs, usageError } from '../../../deploy/cli/usage.ts';
import { judges } from '../judges/judges.ts';
import { monthSets, monthsTable } from './months.ts';
import { rowsTable } from './rows.ts';
import { type Line, load, printed, save, type Table } from './table.ts';

const help = `Prints what detectors find and tell on made-up machines, as tables in Markdown.

  npm run detectors -- [options]

  --of WHAT        rows (thousands of rows, as models detect judges them), months (as the gateway does); default: both
  --set SET        machines that parameters are chosen on, or others: chosen, reported, or of months, later; default: reported
  --kinds A,B      of months: only these kinds; default: all
  --faults A;B     only these faults, or nothing; default: all
  --judges A,B     ${Object.keys(judges).join(', ')}; default: all that can judge it
  --seeds 1,2      default: 101
  --days D         of months; default: 90
  --step S         of months: seconds between readings; default: 60
  --save FILE      keeps the figures
  --beside FILE    prints those of an earlier run, kept by --save, before each that differs
  --help
`;
const program = 'npm run detectors --';
const ofRows = ['detect', 'score', 'static PCA', 'EWMA per sensor'];
const ofMonths = ['gateway', 'static PCA', 'EWMA per sensor'];

const list = (text: string | undefined, separator = ',') =>
  text === undefined ? [] : text.split(separator).map((each) => each.trim());

function main(): number {
  const text = { type: 'string' } as const;
  const config = {
    options: {
      ...{ of: text, kinds: text, faults: text, judges: text, save: text, beside: text },
      set: { type: 'string', default: 'reported' },
      seeds: { type: 'string', default: '101' },
      days: { type: 'string', default: '90' },
      step: { type: 'string', default: '60' },
      help: { type: 'boolean', default: false },
    },
  } as const;
  const { values } = readArgs(config, program);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { set } = values;
  if (values.of !== undefined && !['rows', 'months'].includes(values.of))
    throw usageError(`--of ${values.of}: rows or months is needed`, program);
  if (!Object.keys(monthSets).includes(set))
    throw usageError(`--set ${set}: ${Object.keys(monthSets).join(', ')} is needed`, program);
  const named = list(values.judges);
  for (const name of named)
    if (!judges[name]) throw usageError(`--judges ${name}: there is no such judge`, program);
  const seeds = list(values.seeds).map((each) => numberArg('seeds', each, program));
  const faults = list(values.faults, ';');
  const onLine = ({ what, judge }: Line) => process.stderr.write(`${what}, ${judge}\n`);
  const tables: Table[] = [];
  if (values.of !== 'months' && set !== 'later')
    tables.push(rowsTable({ set, faults, seeds, onLine, judges: named.length > 0 ? named : ofRows }));
  if (values.of !== 'rows') {
    const days = numberArg('days', values.days, program, { min: 10 });
    const stepMinutes = numberArg('step', values.step, program, { min: 1 }) / 60;
    const by = named.length > 0 ? named : ofMonths;
    tables.push(
      monthsTable({ set, kinds: list(values.kinds), faults, seeds, onLine, judges: by, days, stepMinutes }),
    );
  }
  const before = values.beside === undefined ? [] : load(values.beside);
  for (const table of tables)
    process.stdout.write(`${printed(table, before.find(({ title }) => title === table.title) ?? null)}\n`);
  if (values.save !== undefined) save(values.save, tables);
  return 0;
}

try {
  process.exitCode = main();
} catch (error) {
  process.exitCode = reportError(error);
}
