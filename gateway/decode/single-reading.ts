import type { DecodedReading } from '../ports/decode.ts';
import { kindOf } from './values.ts';

/**
 * Encodes one reading of a list as a message of its own, with its time and identity, so that it can be resent alone.
 * Lists and objects among its values, which belong to no sensor, are only named, because they may be nested without
 * end.
 */
export function singleReadingJson({ values, deviceTime, id, seq, site, machine }: DecodedReading): Buffer {
  const kept = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainValue(value)]));
  const ts = deviceTime && `${BigInt(deviceTime.ms) * 1_000_000n + BigInt(deviceTime.ns)}`;
  return Buffer.from(JSON.stringify({ site, machine, id, seq, ts, values: kept }));
}

function plainValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? kindOf(value) : value;
}
