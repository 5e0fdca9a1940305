import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder } from '../../../ports/decode.ts';
import { parseDeviceTime } from '../../device-time.ts';
import { isDecimal } from '../../values.ts';

export const csvFormat = 'csv';

/** The name of a column that is ignored. */
const skipped = '-';
const timeColumns = ['ts', 'timestamp', 'time'];

/**
 * A line of values in a fixed order, as many small devices print them: `21.5,40.1` with the columns `temperature`,
 * `humidity`. Commas, semicolons, tabs or blanks between them; an empty value is none. `ts` (or `timestamp`, `time`), `seq`
 * and `id` are time and identity, `-` is ignored. A line of more or fewer values is refused: it was cut, or is another.
 */
export function csv(columns: readonly string[]): Decoder {
  return {
    format: csvFormat,
    decode(payload) {
      const text = payload.toString('utf8').trim();
      const parts = text.split(/\s*[,;\t]\s*|[ \t]+/);
      if (parts.length !== columns.length) {
        throw new HarbingerError(
          'DECODE_CSV',
          'decode',
          `${parts.length} values where ${columns.length} are expected (${columns.join(', ')}): '${text.slice(0, 60)}'`,
        );
      }
      return [readingOf(columns, parts)];
    },
  };
}

function readingOf(columns: readonly string[], parts: readonly string[]): DecodedReading {
  const reading: DecodedReading = { values: {} };
  for (const [i, column] of columns.entries()) {
    const text = parts[i] ?? '';
    if (column === skipped || text === '') continue;
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
