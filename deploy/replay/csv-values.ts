import { type DecimalMark, decimalNumber, markEvidence } from '../../shared/contract/decimal-marks.ts';

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
