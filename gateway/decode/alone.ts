import type { DecodedReading } from '../ports/decode.ts';

/**
 * One reading of a list as a message of its own, with its time and identity, so that it can be sent again by itself.
 * Lists and objects among its values, which no sensor has, are named instead of kept: they may be nested without end.
 */
export function aloneAsJson({ values, deviceTime, id, seq }: DecodedReading): Buffer {
  const kept = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainValue(value)]));
  const ts = deviceTime && `${BigInt(deviceTime.ms) * 1_000_000n + BigInt(deviceTime.ns)}`;
  return Buffer.from(JSON.stringify({ id, seq, ts, values: kept }));
}

function plainValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? kindOf(value) : value;
}

/** What stands where a number should, for people. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 40);
}
