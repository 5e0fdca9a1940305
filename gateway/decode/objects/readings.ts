/**
 * Objects (gateway/decode/objects): what parsed objects mean, whatever encoded them: values, times, identities, SenML.
 * Formats import this folder, and it imports none of them.
 *
 * Converts parsed objects to readings, whatever their encoding (JSON, for example): `{"temperature": 21.5, "ts":
 * 1700000000000, "seq": 7}`: sensors by name, with time and identity beside them, or grouped in objects of their own
 * (flatten.ts); `{"ts": …, "values": {…}}` (Telegraf: `fields`); a list of these; a SenML pack; on a sensor's own topic
 * `{"value": 21.5, "timestamp_ms": …}` or `21.5`.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Decoded, DecodedReading, DecodeTarget } from '../../ports/decode.ts';
import { type Moment, parseDeviceTime } from '../device-time.ts';
import { kindOf } from '../values.ts';
import { flatten, isObject } from './flatten.ts';
import { messageLimits, tooMany, ValueCount } from './message-limits.ts';
import { isSenml, readSenml } from './senml.ts';

/** Keys under which a device's own time is looked for; the first that is present counts. */
export const timeKeys = ['ts', 'timestamp', 'time', 'timestamp_ms'];

/** Returns the time under `key` if the text has more digits than `value` holds; else undefined. */
export type ExactTime = (key: string, value: unknown) => Moment | undefined;

/**
 * @param exactTime for a message of one object only
 * @throws HarbingerError DECODE_SHAPE, DECODE_TIME, DECODE_TOO_LONG, DECODE_TOO_MANY, DECODE_SENML
 */
export function readingsOf(parsed: unknown, target: DecodeTarget, exactTime?: ExactTime): Decoded[] {
  const count = new ValueCount();
  if (!Array.isArray(parsed)) return [readingOf(parsed, target, count, exactTime)];
  if (parsed.length > messageLimits.readings) throw tooMany(`${messageLimits.readings} readings`);
  if (parsed.length > 0 && isSenml(parsed)) return readSenml(parsed);
  return parsed.map((item) => {
    count.check();
    return oneOfMany(item, target, count);
  });
}

/** An unreadable item does not cause its neighbours to be refused. */
function oneOfMany(item: unknown, target: DecodeTarget, count: ValueCount): Decoded {
  try {
    return readingOf(item, target, count, undefined);
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    return { unreadable: { error, payload: printed(item) } };
  }
}

function printed(item: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(item));
  } catch {
    return Buffer.from(kindOf(item)); // nested deeper than can be printed
  }
}

function readingOf(
  item: unknown,
  target: DecodeTarget,
  count: ValueCount,
  exactTime: ExactTime | undefined,
): DecodedReading {
  if (typeof item === 'number' && target.sensor !== undefined) return { values: { [target.sensor]: item } };
  if (!isObject(item)) {
    const problem =
      typeof item === 'number'
        ? 'a bare number needs a topic that names its sensor, such as telemetry/{site}/{machine}/{sensor}'
        : `the payload is not an object of sensor values, such as {"temperature": 21.5}, but ${kindOf(item)}`;
    throw new HarbingerError('DECODE_SHAPE', 'decode', problem);
  }
  const reading: DecodedReading = { values: valuesOf(item, target, count) };
  const deviceTime = deviceTimeOf(item, exactTime);
  if (deviceTime) reading.deviceTime = deviceTime;
  if (typeof item.id === 'string' && item.id.length <= 128) reading.id = item.id;
  if (typeof item.seq === 'number') reading.seq = item.seq;
  return reading;
}

function valuesOf(
  fields: Record<string, unknown>,
  target: DecodeTarget,
  count: ValueCount,
): Record<string, unknown> {
  if (isObject(fields.values)) return flatten(fields.values, count);
  if (isObject(fields.fields) && typeof fields.name === 'string') return flatten(fields.fields, count);
  if (target.sensor === undefined) return flatten(fields, count);
  if ('value' in fields) return flatten({ [target.sensor]: fields.value }, count);
  return target.sensor in fields ? flatten({ [target.sensor]: fields[target.sensor] }, count) : {};
}

function deviceTimeOf(fields: Record<string, unknown>, exactTime: ExactTime | undefined): Moment | undefined {
  for (const key of timeKeys) {
    const value = fields[key];
    if (value === undefined || value === null) continue;
    const moment = exactTime?.(key, value) ?? parseDeviceTime(value);
    if (moment) return moment;
    throw new HarbingerError('DECODE_TIME', 'decode', `'${key}' is not a time: ${kindOf(value)}`);
  }
  return undefined;
}
