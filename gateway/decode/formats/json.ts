import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder, DecodeTarget } from '../../ports.ts';
import { fromDigits, type Moment, parseDeviceTime } from '../device-time.ts';

/**
 * JSON, in the shapes that devices send:
 * `{"temperature": 21.5, "ts": 1700000000000, "seq": 7}`: sensors by name, with time and identity beside them;
 * `{"ts": …, "values": {…}}`; a list of such objects; on a sensor's own topic `{"value": 21.5, "timestamp_ms": …}` or `21.5`.
 */
export const json: Decoder = {
  format: 'json',
  decode(payload, target) {
    const text = payload.toString('utf8');
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      throw new HarbingerError('DECODE_JSON', 'decode', `payload is not JSON: ${messageOf(error)}`);
    }
    if (Array.isArray(parsed)) {
      if (parsed.length > readingsPerMessageMax) {
        throw new HarbingerError(
          'DECODE_TOO_MANY',
          'decode',
          `${parsed.length} readings in a message; at most ${readingsPerMessageMax}`,
        );
      }
      return parsed.map((item) => readingOf(item, target, null));
    }
    return [readingOf(parsed, target, text)];
  },
};

const readingsPerMessageMax = 1_000;
/** Where a device's own time may stand, the first that is there counts. */
export const timeKeys = ['ts', 'timestamp', 'time', 'timestamp_ms'];

function readingOf(item: unknown, target: DecodeTarget, text: string | null): DecodedReading {
  if (typeof item === 'number' && target.sensor !== undefined) return { values: { [target.sensor]: item } };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new HarbingerError('DECODE_SHAPE', 'decode', 'payload is JSON but not an object of sensor values');
  }
  const fields = item as Record<string, unknown>;
  const reading: DecodedReading = { values: valuesOf(fields, target) };
  const deviceTime = deviceTimeOf(fields, text);
  if (deviceTime) reading.deviceTime = deviceTime;
  if (typeof fields.id === 'string' && fields.id.length <= 128) reading.id = fields.id;
  if (typeof fields.seq === 'number') reading.seq = fields.seq;
  return reading;
}

function valuesOf(fields: Record<string, unknown>, target: DecodeTarget): Record<string, unknown> {
  const { values } = fields;
  if (typeof values === 'object' && values !== null && !Array.isArray(values))
    return values as Record<string, unknown>;
  if (target.sensor === undefined) return fields;
  if ('value' in fields) return { [target.sensor]: fields.value };
  return target.sensor in fields ? { [target.sensor]: fields[target.sensor] } : {};
}

function deviceTimeOf(fields: Record<string, unknown>, text: string | null): Moment | undefined {
  for (const key of timeKeys) {
    const value = fields[key];
    if (value === undefined || value === null) continue;
    const moment = exactMoment(value, key, text) ?? parseDeviceTime(value);
    if (moment) return moment;
    throw new HarbingerError(
      'DECODE_TIME',
      'decode',
      `'${key}' is not a time: ${JSON.stringify(value).slice(0, 60)}`,
    );
  }
  return undefined;
}

/** A count of ns is larger than a double holds exactly: its digits are read from the text itself. */
function exactMoment(value: unknown, key: string, text: string | null): Moment | undefined {
  if (typeof value !== 'number' || value <= Number.MAX_SAFE_INTEGER || text === null) return undefined;
  const digits = new RegExp(`"${key}"\\s*:\\s*(\\d{17,19})(?=[\\s,}])`).exec(text)?.[1];
  return digits === undefined ? undefined : fromDigits(digits);
}
