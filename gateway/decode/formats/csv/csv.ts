import { decimalNumber, MarkCount, markEvidence } from '../../../../shared/contract/numbers/decimal-marks.ts';
import { isDecimal } from '../../../../shared/contract/numbers/number-texts.ts';
import type { SamplesOf } from '../../../../shared/parts/statistics.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder } from '../../../ports/decode.ts';
import { parseDeviceTime } from '../../device-time.ts';
import { isJsonObject, readJson, textOf } from '../../objects/json-text.ts';
import { isRounded, withRounded } from '../../objects/rounded.ts';
import type { CsvConfig } from './config.ts';
import type { csvStatistics } from './statistics.ts';

/** The name of a column that is ignored. */
const skipped = '-';
const separators = [';', '\t', ','];
const timeColumns = ['ts', 'timestamp', 'time'];
/** Limit of machines whose decimal marks are remembered; beyond it all are forgotten, and follow from later lines. */
const machinesMax = 1_000;

/** The evidence of one machine's lines about the decimal mark, by column and together. */
interface Marks {
  columns: MarkCount[];
  all: MarkCount;
}

interface Counts {
  empty: number;
  commas: number;
}

/**
 * Reads a line of values in a fixed order, as many small devices print them: `21.5,40.1` with the columns
 * `temperature`, `humidity`. They are separated by semicolons, else tabs, else commas, else blanks; an empty value is
 * absent, and counted. `ts` (or `timestamp`, `time`), `seq` and `id` are time and identity, and `-` is ignored. A line
 * with more or fewer values is refused, because it was truncated or has another meaning. Between semicolons, tabs or
 * blanks a comma is a decimal mark, and so it is between quotes; whether `1.000` is a thousand follows from the other values of its column, or else of
 * the machine's lines, and the value is refused alone if they do not say. A JSON object is accepted too, because a refused
 * value is kept, and resent, as one.
 */
export function createCsv({ columns, decimal }: CsvConfig): Decoder {
  const counts: Counts = { empty: 0, commas: 0 };
  const marks = new Map<string, Marks>();
  const marksOf = (machine: string): Marks => {
    const known = marks.get(machine);
    if (known) return known;
    if (marks.size >= machinesMax) marks.clear();
    const made = { columns: columns.map(() => new MarkCount()), all: new MarkCount() };
    marks.set(machine, made);
    return made;
  };
  return {
    samples: (): SamplesOf<typeof csvStatistics> => ({
      harbinger_csv_values_empty_total: counts.empty,
      harbinger_csv_decimal_commas_total: counts.commas,
    }),
    decode(payload, target) {
      if (isJsonObject(payload)) return readJson(payload, target);
      const text = textOf(payload).trim();
      if (/[\r\n]/.test(text)) throw unreadable('more than one line in a message', text);
      const parts = partsOf(text, columns.length + 1);
      if (parts.length !== columns.length) {
        const found = parts.length > columns.length ? `more than ${columns.length}` : parts.length;
        const hint =
          text.includes(',') && !text.includes(';')
            ? '; separate values with ; if commas are decimal marks'
            : '';
        throw unreadable(
          `${found} values where ${columns.length} are expected (${columns.join(', ')})${hint}`,
          text,
        );
      }
      const reading = readingOf(
        columns,
        parts,
        counts,
        decimal ?? marksOf(`${target.site}/${target.machine}`),
      );
      const rounded = columns.filter((name, i) => reading.values[name] !== undefined && isRounded(parts[i]!));
      return withRounded([reading], rounded);
    },
  };
}

/** Blanks around values are cut off afterwards: a pattern with them would go back over long ones. */
function partsOf(text: string, partsMax: number): string[] {
  if (text.includes('"')) return quotedParts(text, partsMax);
  const separator = separators.find((mark) => text.includes(mark)) ?? /\s+/;
  return text.split(separator, partsMax).map((part) => part.trim());
}

/** A value between quotes may have separators, and "" for a quote (RFC 4180). Looks at each character once. */
function quotedParts(text: string, partsMax: number): string[] {
  const outside = text.replace(/"[^"]*"/g, '');
  const separator = separators.find((mark) => outside.includes(mark));
  const ends = (char: string) => (separator ? char === separator : /\s/.test(char));
  const parts: string[] = [];
  let at = 0;
  while (at <= text.length && parts.length < partsMax) {
    while (text[at] === ' ') at++;
    let part = '';
    if (text[at] === '"') {
      let close = text.indexOf('"', at + 1);
      for (; close >= 0 && text[close + 1] === '"'; close = text.indexOf('"', close + 2)) {
        part += text.slice(at + 1, close + 1);
        at = close + 1;
      }
      if (close < 0) throw unreadable('a quote is not closed', text);
      part += text.slice(at + 1, close);
      at = close + 1;
      while (text[at] === ' ' && !ends(' ')) at++;
      if (at < text.length && !ends(text[at]!)) throw unreadable('something follows a closed quote', text);
    } else {
      const from = at;
      while (at < text.length && !ends(text[at]!)) at++;
      part = text.slice(from, at);
    }
    parts.push(part.trim());
    at++;
    if (!separator) while (at < text.length && ends(text[at]!)) at++;
  }
  return parts;
}

function readingOf(
  columns: readonly string[],
  parts: readonly string[],
  counts: Counts,
  marks: Marks | '.' | ',',
): DecodedReading {
  const reading: DecodedReading = { values: {} };
  if (typeof marks !== 'string') noteMarks(columns, parts, marks);
  for (const [i, column] of columns.entries()) {
    const text = parts[i] ?? '';
    if (column === skipped) continue;
    if (text === '') {
      counts.empty += 1;
      continue;
    }
    if (timeColumns.includes(column)) {
      const time = parseDeviceTime(text);
      if (!time)
        throw new HarbingerError('DECODE_TIME', 'decode', `'${column}' is not a time: ${text.slice(0, 60)}`);
      reading.deviceTime = time;
    } else if (column === 'id') reading.id = text;
    else if (column === 'seq' && /^\d{1,15}$/.test(text)) reading.seq = Number(text);
    else addValue(reading, column, text, counts, typeof marks === 'string' ? marks : markOf(text, marks, i));
  }
  return reading;
}

/** Takes what the numbers of a line say; times and identities say nothing. */
function noteMarks(columns: readonly string[], parts: readonly string[], marks: Marks): void {
  for (const [i, column] of columns.entries()) {
    const text = parts[i] ?? '';
    if (text.length > 64 || timeColumns.includes(column) || column === 'id' || column === 'seq') continue;
    marks.columns[i]!.add(text);
    marks.all.add(text);
  }
}

/** The mark of one value: its own evidence, that of its column, or of all; null if it could be two numbers. */
function markOf(text: string, { columns, all }: Marks, column: number): '.' | ',' | null {
  const own = markEvidence(text);
  if (own === 'none') return '.';
  return own === 'both' ? (columns[column]!.mark ?? all.mark ?? null) : own;
}

function addValue(
  reading: DecodedReading,
  column: string,
  text: string,
  counts: Counts,
  mark: '.' | ',' | null,
): void {
  if (mark === null) {
    const problem = `'${text}' of '${column}' can be two numbers: set decimal of the route to "." or ","`;
    const error = new HarbingerError('DECODE_CSV', 'decode', problem);
    reading.refused = [...(reading.refused ?? []), { name: column, value: text, error }];
    return;
  }
  const number =
    isDecimal(text) && mark === '.'
      ? Number(text)
      : text.length > 64
        ? Number.NaN
        : decimalNumber(text, mark);
  if (mark === ',') counts.commas++;
  reading.values[column] = Number.isNaN(number) ? text : number;
}

function unreadable(problem: string, text: string): HarbingerError {
  return new HarbingerError('DECODE_CSV', 'decode', `${problem}: '${text.slice(0, 60)}'`);
}
