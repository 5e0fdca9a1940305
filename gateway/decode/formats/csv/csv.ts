import type { SamplesOf } from '../../../../shared/parts/statistics.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder } from '../../../ports/decode.ts';
import { parseDeviceTime } from '../../device-time.ts';
import { isDecimal } from '../../values.ts';
import type { CsvConfig } from './config.ts';
import type { csvStatistics } from './statistics.ts';

/** The name of a column that is ignored. */
const skipped = '-';
const timeColumns = ['ts', 'timestamp', 'time'];

/**
 * Reads a line of values in a fixed order, as many small devices print them: `21.5,40.1` with the columns
 * `temperature`, `humidity`. They are separated by commas, semicolons, tabs or blanks; an empty value is absent, and
 * counted. `ts`
 * (or `timestamp`, `time`), `seq` and `id` are time and identity, and `-` is ignored. A line with more or fewer values
 * is refused, because it was truncated or has another meaning.
 */
export function createCsv({ columns }: CsvConfig): Decoder {
  const counts = { empty: 0 };
  return {
    samples: (): SamplesOf<typeof csvStatistics> => ({ harbinger_csv_values_empty_total: counts.empty }),
    decode(payload) {
      const text = payload.toString('utf8').trim();
      if (/[\r\n]/.test(text)) throw unreadable('more than one line in a message', text);
      const parts = text.split(/\s*[,;]\s*|\s+/, columns.length + 1);
      if (parts.length !== columns.length) {
        const found = parts.length > columns.length ? `more than ${columns.length}` : parts.length;
        throw unreadable(
          `${found} values where ${columns.length} are expected (${columns.join(', ')})`,
          text,
        );
      }
      return [readingOf(columns, parts, counts)];
    },
  };
}

function readingOf(
  columns: readonly string[],
  parts: readonly string[],
  counts: { empty: number },
): DecodedReading {
  const reading: DecodedReading = { values: {} };
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
    else reading.values[column] = isDecimal(text) ? Number(text) : text;
  }
  return reading;
}

function unreadable(problem: string, text: string): HarbingerError {
  return new HarbingerError('DECODE_CSV', 'decode', `${problem}: '${text.slice(0, 60)}'`);
}
