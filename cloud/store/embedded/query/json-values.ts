/** Converts DuckDB's values to JSON's. */
import {
  DuckDBBlobValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/**
 * Numbers stay numbers if they are exact, otherwise they become text, as do NaN and infinities. Times become ISO 8601 in
 * UTC with as many decimals as they have. Lists and structures become text in DuckDB's notation.
 */
export function jsonValue(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') {
    return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))
      ? Number(value)
      : String(value);
  }
  if (value instanceof DuckDBTimestampNanosecondsValue) return isoTime(value.nanos, 9, value);
  if (value instanceof DuckDBTimestampValue) return isoTime(value.micros, 6, value);
  if (value instanceof DuckDBTimestampTZValue) return isoTime(value.micros, 6, value);
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoTime(value.millis, 3, value);
  if (value instanceof DuckDBTimestampSecondsValue) return isoTime(value.seconds, 0, value);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  return String(value);
}

/** Formats `count` units of 10^-decimals s since 1970; in DuckDB's notation beyond the years of ISO 8601. */
function isoTime(count: bigint, decimals: number, value: { toString(): string }): string {
  const unit = 10n ** BigInt(decimals);
  const fraction = ((count % unit) + unit) % unit;
  const date = new Date(Number((count - fraction) / unit) * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return String(value);
  const digits = String(fraction).padStart(decimals, '0').replace(/0+$/, '').padEnd(3, '0');
  return `${date.toISOString().slice(0, 19)}.${digits}Z`;
}
