import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import { parseDeviceTime } from '../device-time.ts';
import { kindOf } from '../values.ts';
import { messageLimits } from './message-limits.ts';

/**
 * The labels of a record: base name, time, unit, value, sum and version; name, unit, values, sum, time and update time.
 */
const labels = new Set('bn bt bu bv bs bver n u v vs vb vd s t ut'.split(' '));
/** Times below this number of seconds are relative to now (RFC 8428, 4.5.3). */
const relativeBelow = 2 ** 28;

type Fields = Record<string, unknown>;

/** True if a list is a SenML pack: it has only SenML's labels, and a name. */
export function isSenml(list: readonly unknown[]): boolean {
  const isRecord = (item: unknown): item is Fields =>
    typeof item === 'object' && item !== null && Object.keys(item).every((key) => labels.has(key));
  return (
    list.every(isRecord) && list.some((item) => typeof item.n === 'string' || typeof item.bn === 'string')
  );
}

/**
 * Converts a SenML pack (RFC 8428) of one machine to readings; records of one time form one reading. A sensor is called
 * by its name, without the base name, which identifies the device; if it has no name, by the last part of the base
 * name. @throws HarbingerError DECODE_SENML
 */
export function readSenml(list: readonly unknown[]): DecodedReading[] {
  const base: Fields = {};
  const readings = new Map<number, DecodedReading>();
  const fullNames = new Map<string, string>();
  let [prefix, prefixName] = ['', ''];
  for (const record of list as readonly Fields[]) {
    Object.assign(base, record);
    if (record.bn !== undefined) {
      prefix = textOf(record.bn);
      prefixName = prefix.match(/[^:/]+/g)?.at(-1) ?? '';
    }
    const value = numberOrOther(record, base);
    if (value === undefined) continue; // it only sets the base of the following records
    const own = textOf(record.n);
    const name = own === '' ? prefixName : own;
    if (name === '') throw unreadable('a record has no name');
    const known = fullNames.get(name) ?? prefix + own;
    if (known !== prefix + own) throw unreadable(`'${name}' is of two devices: give each a topic of its own`);
    fullNames.set(name, known);
    const seconds = numberOf(base.bt) + numberOf(record.t);
    const reading = readings.get(seconds) ?? readingAt(seconds);
    reading.values[name] = value;
    readings.set(seconds, reading);
  }
  if (readings.size === 0) throw unreadable('no record has a value');
  return [...readings.values()];
}

function readingAt(seconds: number): DecodedReading {
  if (seconds === 0) return { values: {} };
  const deviceTime = seconds < relativeBelow ? undefined : parseDeviceTime(seconds);
  if (!deviceTime)
    throw unreadable(`a time relative to now (${seconds} s); give the time itself, as base time 'bt'`);
  return { values: {}, deviceTime };
}

/** A value that is not a number is passed on unchanged, because the contract decides about it. */
function numberOrOther(record: Fields, base: Fields): unknown {
  if (record.v !== undefined) return numberOf(base.bv) + numberOf(record.v);
  const other = record.vb ?? record.vs ?? record.vd;
  if (other !== undefined) return other;
  if (record.s !== undefined) return numberOf(base.bs) + numberOf(record.s);
  return base.bv;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') throw unreadable(`a name is not a text: ${kindOf(value)}`);
  const { nameLength } = messageLimits;
  if (value.length > nameLength) throw unreadable(`a name is longer than ${nameLength} characters`);
  return value;
}

function numberOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  throw unreadable(`not a number: ${kindOf(value)}`);
}

function unreadable(problem: string): HarbingerError {
  return new HarbingerError('DECODE_SENML', 'decode', `SenML: ${problem}`);
}
