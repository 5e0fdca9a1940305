/** DuckDB's values as JSON has them. */
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
 * Numbers stay numbers where they are exact, else they become text (as do NaN and infinities); times become ISO 8601
 * in UTC with as many decimals as they have; lists and structures are written as DuckDB writes them.
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

/** `count` units of 10^-decimals s since 1970; as DuckDB writes it where ISO 8601's years do not reach. */
function isoTime(count: bigint, decimals: number, value: { toString(): string }): string {
  const unit = 10n ** BigInt(decimals);
  const fraction = ((count % unit) + unit) % unit;
  const date = new Date(Number((count - fraction) / unit) * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return String(value);
  const digits = String(fraction).padStart(decimals, '0').replace(/0+$/, '').padEnd(3, '0');
  return `${date.toISOString().slice(0, 19)}.${digits}Z`;
}
