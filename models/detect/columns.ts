import { type DecimalMark, MarkCount } from '../../shared/contract/numbers/decimal-marks.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { cellTimeMs, cellValue, numberLengthMax } from './cells.ts';

/** Names of columns that hold the answer; they are never used as inputs. */
export const labelNames = ['anomaly', 'changepoint', 'label', 'is_anomaly'];
export const addedNames = [
  'anomaly_score',
  'onset_score',
  'machine_state',
  'machine_mode',
  'top_sensors',
  'usually',
];
const timeNames = ['time', 'timestamp', 'ts', 'date', 'datetime', 'timestamp_ms', 't', 't_s', 'time_s'];
const separators = [',', ';', '\t', '|'];
/** Largest number of sensors that a detector watches. */
export const sensorsMax = 64;
/** Smallest share of numbers among the non-empty cells of a numeric column. */
const numbersMin = 0.5;

export interface ColumnPlan {
  header: string[];
  /** Index of the time column; −1 if there is none. */
  time: number;
  /** Whether times are dates, which daily and weekly patterns require. */
  hasClock: boolean;
  sensors: { index: number; name: string; mark: DecimalMark }[];
  /** Columns that are copied to the output but not used, each with the reason. */
  passedOn: { name: string; why: 'label' | 'not numeric' | 'no values' | 'over the limit' }[];
}

/** Returns the separator that occurs most often in the first line, outside quotes. */
export function detectSeparator(head: string): string {
  const line = (head.match(/[^\r\n]+/)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = separators.map((separator) => line.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))]!;
}

/**
 * Decides what each column is, and its decimal mark, from its name and the first rows.
 * @param given the mark of all columns, if it was given @throws HarbingerError DETECT_*, USAGE
 */
export function planColumns(
  file: string,
  header: string[],
  rows: string[][],
  { separator, given }: { separator: string; given: DecimalMark | undefined },
): ColumnPlan {
  const taken = header.find((title) => addedNames.includes(title.trim()));
  if (taken !== undefined)
    throw unusable(file, `it already has a column '${taken}', which this command adds`);
  if (header.every((title) => Number.isFinite(cellValue(title, '.') ?? Number.NaN))) {
    throw unusable(file, 'its first line holds numbers; it must name the columns');
  }
  const time = timeColumn(header, rows);
  const firstTime = rows.map((row) => cellTimeMs(row[time])).find(Number.isFinite);
  const plan: ColumnPlan = { header, time, hasClock: (firstTime ?? 0) >= 1e11, sensors: [], passedOn: [] };
  const counts = markCounts(header, rows, time);
  const all = given ?? counts.all.mark ?? (separator === ';' ? undefined : '.');
  header.forEach((title, index) => {
    if (index === time) return;
    const name = title.trim() || `column_${index + 1}`;
    const count = counts.columns[index]!;
    const mark = given ?? count.mark ?? all;
    const cells = rows.map((row) => row[index]);
    const why = problemOf(name, cells, mark ?? '.', plan.sensors.length);
    if (why === null && mark === undefined && count.isUnclear)
      throw new HarbingerError(
        'USAGE',
        'cli',
        `column '${name}' of ${file} has numbers such as 1.000 that could be a thousand or one: say --decimal , or --decimal .`,
      );
    if (why === null) plan.sensors.push({ index, name, mark: mark ?? '.' });
    else plan.passedOn.push({ name, why });
  });
  if (plan.sensors.length > 0) return plan;
  throw unusable(
    file,
    `no column holds numbers (columns: ${header.slice(0, 12).join(', ')})`,
    'DETECT_NO_VALUES',
  );
}

/** Gathers what the rows say about decimal marks, by column and together. */
function markCounts(
  header: string[],
  rows: string[][],
  time: number,
): { columns: MarkCount[]; all: MarkCount } {
  const columns = header.map(() => new MarkCount());
  const all = new MarkCount();
  for (const row of rows)
    for (const [index, count] of columns.entries()) {
      const text = row[index]?.trim() ?? '';
      if (index === time || text === '' || text.length > numberLengthMax) continue;
      count.add(text);
      all.add(text);
    }
  return { columns, all };
}

function problemOf(name: string, cells: (string | undefined)[], mark: DecimalMark, used: number) {
  if (labelNames.includes(name.toLowerCase())) return 'label' as const;
  let numbers = 0;
  let texts = 0;
  for (const cell of cells) {
    const value = cellValue(cell, mark);
    if (value === null) texts++;
    else if (!Number.isNaN(value)) numbers++;
  }
  if (numbers + texts === 0) return cells.length === 0 ? null : ('no values' as const);
  if (numbers < numbersMin * (numbers + texts)) return 'not numeric' as const;
  return used < sensorsMax ? null : ('over the limit' as const);
}

/** Finds the time column by its name, or else takes the first column that holds dates. */
function timeColumn(header: string[], rows: string[][]): number {
  const named = header.findIndex((title) => timeNames.includes(title.trim().toLowerCase()));
  const isTime = (index: number) => rows.some((row) => Number.isFinite(cellTimeMs(row[index])));
  if (named >= 0 && (rows.length === 0 || isTime(named))) return named;
  return header.findIndex(
    (_, index) => rows.some((row) => /^\d{4}[-/]/.test(row[index]?.trim() ?? '')) && isTime(index),
  );
}

export function unusable(file: string, why: string, code = 'DETECT_NOT_CSV'): HarbingerError {
  return new HarbingerError(code, 'cli', `${file} cannot be used: ${why}`);
}
