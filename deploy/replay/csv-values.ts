import {
  type DecimalMark,
  decimalNumber,
  MarkCount,
  markEvidence,
} from '../../shared/contract/numbers/decimal-marks.ts';
import type { CsvPlan } from './csv-columns.ts';
import { wrong } from './options.ts';

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Parses a cell: its number, null if it is empty, NaN if it holds other text.
 * @param mark the decimal mark of a text that could be two numbers, such as 1.000
 */
export function cellNumber(text: string | undefined, mark: DecimalMark): number | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  if (trimmed.length > 64) return Number.NaN;
  const own = markEvidence(trimmed);
  return decimalNumber(trimmed, own === 'both' ? mark : own === 'none' ? '.' : own);
}

/**
 * Parses a recorded time. ISO 8601 dates without a zone are UTC. The unit of a bare number follows from the
 * column's name (`…_s`, `…_ms`, `…_us`, `…_ns`), or else from its size.
 * @returns ms since 1970 or since the recording's own zero; NaN if the cell holds no time
 */
export function cellTimeMs(text: string | undefined, column: string): number {
  const trimmed = text?.trim() ?? '';
  if (numberPattern.test(trimmed)) return Number(trimmed) * millisecondsIn(column, Number(trimmed));
  if (!/^\d{4}-\d\d-\d\d/.test(trimmed)) return Number.NaN;
  const iso = trimmed.replace(/^(\S+) +(?=\d)/, '$1T').replace(/ +/g, '');
  const hasTime = iso.includes('T');
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(iso.slice(10));
  return Date.parse(hasTime && !hasZone ? `${iso}Z` : iso);
}

function millisecondsIn(column: string, value: number): number {
  const unit = /_(s|ms|us|ns)$/i.exec(column.trim())?.[1]?.toLowerCase();
  if (unit === 's') return 1_000;
  if (unit === 'ms') return 1;
  if (unit === 'us') return 1e-3;
  if (unit === 'ns') return 1e-6;
  const size = Math.abs(value);
  if (size < 1e11) return 1_000;
  if (size < 1e14) return 1;
  return size < 1e17 ? 1e-3 : 1e-6;
}

/** Rows that are looked at; what they do not show follows from the file's other columns. */
const rowsMax = 100_000;

/** The decimal marks of a file: that of each column by its index, and notes about them for a person. */
export interface DecimalMarks {
  of(column: number): DecimalMark;
  notes: string[];
}

/**
 * Decides for each column what its decimal mark is, before the first row is sent, from the column's own numbers or else
 * from those of all columns. @throws HarbingerError USAGE if there are no rows, or numbers that could be two
 */
export async function decimalMarks(
  records: AsyncIterable<readonly string[]>,
  plan: CsvPlan,
  { separator, given }: { separator: string; given: DecimalMark | undefined },
): Promise<DecimalMarks> {
  const columns = new Map(plan.sensors.map(({ index }) => [index, new MarkCount()]));
  const all = new MarkCount();
  let rows = 0;
  for await (const record of records) {
    if (++rows > rowsMax) break;
    for (const [index, count] of columns) {
      const text = record[index]?.trim() ?? '';
      if (text === '' || text.length > 64) continue;
      count.add(text);
      all.add(text);
    }
  }
  if (rows === 0) throw wrong('the file has a header and no rows');
  const marks = new Map<number, DecimalMark>();
  const notes: string[] = [];
  for (const { index, name } of plan.sensors) {
    const count = columns.get(index)!;
    const mark = given ?? count.mark ?? all.mark ?? (separator === ';' ? undefined : '.');
    if (mark === undefined && count.isUnclear)
      throw wrong(
        `column '${name}' has numbers such as 1.000 that could be a thousand or one: say --decimal , or --decimal .`,
      );
    marks.set(index, mark ?? '.');
    if (count.isUnclear)
      notes.push(
        `column '${name}': the decimal mark is '${mark}', so 1${mark === ',' ? '.' : ','}000 is a thousand`,
      );
  }
  return { of: (column) => marks.get(column) ?? '.', notes };
}

/** @throws HarbingerError USAGE if the first row has numbers where names should be */
export function checkHeader(header: readonly string[]): void {
  const filled = header.filter((title) => title.trim() !== '');
  const isNumber = (title: string) => !Number.isNaN(cellNumber(title, '.'));
  if (filled.length > 0 && filled.every((title) => isNumber(title) || /^\d{4}-\d\d-\d\d/.test(title.trim())))
    throw wrong('the first row has only numbers: a header with the names of the columns is needed above it');
}
