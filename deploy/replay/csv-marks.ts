import { type DecimalMark, MarkCount } from '../../shared/contract/decimal-marks.ts';
import type { CsvPlan } from './csv-columns.ts';
import { cellNumber } from './csv-values.ts';
import { wrong } from './options.ts';

/** Rows that are looked at; what they do not show follows from the file's other columns. */
const rowsMax = 100_000;

/** The decimal marks of a file: that of each column by its index, and what is said about them. */
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
