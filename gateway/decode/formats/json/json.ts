import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder, DecodeTarget } from '../../../ports/decode.ts';
import { fromDigits, type Moment, parseDeviceTime } from '../../device-time.ts';
import { kindOf } from '../../values.ts';
import { isPairs, keyValue } from '../key-value/key-value.ts';
import { isSenml, readSenml } from '../senml/senml.ts';
import { flatten, isObject } from './flatten.ts';
import { startsWithBom, whyNotJson } from './unreadable.ts';

/**
 * JSON, in the shapes that devices send:
 * `{"temperature": 21.5, "ts": 1700000000000, "seq": 7}`: sensors by name, with time and identity beside them, also in
 * objects of their own (flatten.ts); `{"ts": …, "values": {…}}` (Telegraf: `fields`); several of these, as a list or a line
 * each; a SenML pack; on a sensor's own topic `{"value": 21.5, "timestamp_ms": …}` or `21.5`. What is no JSON may be key=value pairs.
 */
export const json: Decoder = {
  format: 'json',
  isFastJson: true,
  decode(payload, target) {
    const text = payload.toString('utf8', startsWithBom(payload) ? 3 : 0);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      if (isPairs(text)) return keyValue.decode(payload, target);
      parsed = parseLines(text);
      if (!parsed)
        throw new HarbingerError(
          'DECODE_JSON',
          'decode',
          `payload is not JSON: ${whyNotJson(payload, error)}`,
        );
    }
    if (!Array.isArray(parsed)) return [readingOf(parsed, target, text)];
    if (parsed.length > readingsPerMessageMax) {
      throw new HarbingerError(
        'DECODE_TOO_MANY',
        'decode',
        `${parsed.length} readings in a message; at most ${readingsPerMessageMax}`,
      );
    }
    if (parsed.length > 0 && isSenml(parsed)) return readSenml(parsed);
    return parsed.map((item) => oneOfMany(item, target));
  },
};

/** Objects of a line each, as some programs put them together; null if they are not. */
function parseLines(text: string): unknown[] | null {
  const lines = text.trim().split(/\r?\n/, readingsPerMessageMax + 1);
  if (lines.length < 2 || !text.trimStart().startsWith('{')) return null;
  try {
    return lines.map((line) => JSON.parse(line));
  } catch {
    return null;
  }
}

/** One that cannot be read is no reason to refuse its neighbours. */
function oneOfMany(item: unknown, target: DecodeTarget): DecodedReading {
  try {
    return readingOf(item, target, null);
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    return { values: {}, refused: { error, payload: printed(item) } };
  }
}

function printed(item: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(item));
  } catch {
    return Buffer.from(kindOf(item)); // nested deeper than can be printed
  }
}

const readingsPerMessageMax = 1_000;
/** Where a device's own time may stand, the first that is there counts. */
export const timeKeys = ['ts', 'timestamp', 'time', 'timestamp_ms'];

function readingOf(item: unknown, target: DecodeTarget, text: string | null): DecodedReading {
  if (typeof item === 'number' && target.sensor !== undefined) return { values: { [target.sensor]: item } };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    const problem =
      typeof item === 'number'
        ? 'a bare number needs a topic that names its sensor, such as telemetry/{site}/{machine}/{sensor}'
        : `payload is JSON but not an object of sensor values, such as {"temperature": 21.5}, but ${kindOf(item)}`;
    throw new HarbingerError('DECODE_SHAPE', 'decode', problem);
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
  if (isObject(fields.values)) return flatten(fields.values);
  if (isObject(fields.fields) && typeof fields.name === 'string') return flatten(fields.fields);
  if (target.sensor === undefined) return flatten(fields);
  if ('value' in fields) return flatten({ [target.sensor]: fields.value });
  return target.sensor in fields ? flatten({ [target.sensor]: fields[target.sensor] }) : {};
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
