/**
 * The table of detectors (test/detector/table): runs judges over made-up machines, of rows (../plants) and of months (../months), and prints what
 * each found and told. This file is the table itself: figures by name, kept as JSON, and printed beside those of another run. What is
 * measured is in rows.ts and months.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';

/** One line: what was judged, by what, and its figures; those of the same names of another run are printed beside them. */
export interface Line {
  what: string;
  judge: string;
  figures: Record<string, number>;
}

export interface Table {
  title: string;
  lines: Line[];
}

/** How a figure is printed. */
const isShare = (name: string) => name.endsWith('%');
const cell = (name: string, value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return '–';
  return isShare(name) ? `${(100 * value).toFixed(1)} %` : String(Number(value.toFixed(1)));
};

/** The lines as a table in Markdown. @param before of another run */
export function printed({ title, lines }: Table, before: Table | null): string {
  const names = [...new Set(lines.flatMap(({ figures }) => Object.keys(figures)))];
  const known = new Map(before?.lines.map((line) => [`${line.what}|${line.judge}`, line.figures]));
  const rows = lines.map(({ what, judge, figures }) => {
    const old = known.get(`${what}|${judge}`);
    const cells = names.map((name) => {
      const now = cell(name, figures[name]);
      return old && cell(name, old[name]) !== now ? `${cell(name, old[name])} → ${now}` : now;
    });
    return `| ${[what, judge, ...cells].join(' | ')} |`;
  });
  const head = ['what', 'judge', ...names.map((name) => name.replace(/ ?%$/, ''))];
  return [`${title}:`, '', `| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows, ''].join(
    '\n',
  );
}

export function save(file: string, tables: readonly Table[]): void {
  writeFileSync(file, `${JSON.stringify(tables, (_, value) => (Number.isNaN(value) ? null : value), 1)}\n`);
}

/** @throws HarbingerError USAGE */
export function load(file: string): Table[] {
  try {
    const numbers = (key: string, value: unknown) => (value === null && key !== '' ? Number.NaN : value);
    return JSON.parse(readFileSync(file, 'utf8'), numbers) as Table[];
  } catch (error) {
    throw new HarbingerError(
      'USAGE',
      'cli',
      `--beside ${file}: ${messageOf(error)}; name a file that --save wrote`,
    );
  }
}
