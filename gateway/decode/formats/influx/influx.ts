import { linesOf, parseLine } from '../../../../shared/contract/line-protocol.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder } from '../../../ports/decode.ts';
import { readJson } from '../../objects/json-text.ts';
import { messageLimits, tooMany, ValueCount } from '../../objects/message-limits.ts';

/** A longer measurement cannot name a sensor, and would be repeated in the name of each of its fields. */
const measurementLengthMax = 64;
const hasTime = /\s-?\d{1,19}$/;
const brace = 0x7b;

/**
 * Reads InfluxDB's line protocol as Telegraf sends it: `motor,phase=a rpm=900,current=3.5 1700000000000000000` becomes
 * `motor_rpm` and `motor_current`, and `temperature value=21.5` becomes `temperature`. Times are counts of ns; lines of
 * one time form one reading. The topic names the machine: tags are ignored, so lines that differ only in tags are
 * refused. A JSON object is accepted too, because a refused reading is kept, and resent, as one.
 */
export const influx: Decoder = {
  decode(payload, target) {
    if (payload[0] === brace) return readJson(payload, target);
    const found: Found = { readings: new Map(), count: new ValueCount() };
    let lines = 0;
    for (const line of linesOf(payload.toString('utf8').replaceAll('\r', ''))) {
      if (++lines > messageLimits.readings) throw tooMany(`${messageLimits.readings} lines`);
      if (/^\s*[^#\s]/.test(line)) addLine(found, line.trim());
    }
    if (found.readings.size === 0) throw unreadable('the payload has no line');
    return Array.from(found.readings.values(), ({ reading }) => reading);
  },
};

/** Readings of the lines so far, by time, each with the number of its values. */
interface Found {
  readings: Map<string, { reading: DecodedReading; values: number }>;
  count: ValueCount;
}

function addLine({ readings, count }: Found, text: string): void {
  const isTimed = hasTime.test(text);
  const { measurement, fields, timestampNs } = parsed(isTimed ? text : `${text} 0`);
  const key = isTimed ? String(timestampNs) : '';
  const known = readings.get(key) ?? { reading: { values: {} }, values: 0 };
  const { reading } = known;
  if (isTimed) {
    const ms = Number(timestampNs / 1_000_000n);
    reading.deviceTime = { ms, ns: Number(timestampNs % 1_000_000n) };
  }
  const isNameable = measurement.length <= measurementLengthMax;
  if (!isNameable) reading.values[measurement] = null;
  for (const [field, value] of isNameable ? Object.entries(fields) : []) {
    count.add(field, ++known.values);
    const name = field === 'value' ? measurement : `${measurement}_${field}`;
    if (Object.hasOwn(reading.values, name))
      throw unreadable(`'${name}' comes twice at one time, told apart by tags only: give each its own topic`);
    reading.values[name] = value;
  }
  count.check();
  readings.set(key, known);
}

function parsed(text: string) {
  try {
    return parseLine(text);
  } catch (error) {
    throw unreadable(`'${text.slice(0, 60)}': ${messageOf(error)}`);
  }
}

function unreadable(problem: string): HarbingerError {
  return new HarbingerError('DECODE_INFLUX', 'decode', problem);
}
