import {
  type DecimalMark,
  decimalNumber,
  markEvidence,
} from '../../shared/contract/numbers/decimal-marks.ts';

/** A longer text is not a number. */
export const numberLengthMax = 64;
const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const absentPattern = /^(nan|null|none|n\/?a|-?inf(inity)?|-)?$/i;

/**
 * Parses a cell: a number, NaN if the cell is empty or names no value, null if it holds other text.
 * @param mark the decimal mark of a text that could be two numbers, such as 1.000
 */
export function cellValue(cell: string | undefined, mark: DecimalMark): number | null {
  const text = cell?.trim() ?? '';
  if (absentPattern.test(text)) return Number.NaN;
  if (numberPattern.test(text) && !text.includes('.')) return finite(Number(text));
  if (text.length > numberLengthMax) return null;
  const own = markEvidence(text);
  const value = decimalNumber(text, own === 'both' ? mark : own === 'none' ? '.' : own);
  return Number.isNaN(value) ? null : finite(value);
}

const finite = (value: number) => (Number.isFinite(value) ? value : Number.NaN);

/** Larger numbers are times in ms or a finer unit; smaller ones are seconds. */
const millisecondsMin = 1e11;

/**
 * Parses a time: ISO 8601 (UTC if no zone is given), or a number whose size tells seconds, ms, µs and ns
 * apart.
 * @returns ms since 1970; NaN if the cell holds no time
 */
export function cellTimeMs(cell: string | undefined): number {
  const text = cell?.trim() ?? '';
  if (numberPattern.test(text)) {
    let value = Number(text);
    if (Math.abs(value) < millisecondsMin) return value * 1_000;
    while (Math.abs(value) >= 1e14) value /= 1_000;
    return value;
  }
  const match =
    /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(
      text,
    );
  if (!match) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = match;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  return utc + Number(second.replace(',', '.')) * 1_000 - zoneMs(zone);
}

function zoneMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
