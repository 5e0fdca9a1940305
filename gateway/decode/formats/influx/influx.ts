import { type BadField, parseLine } from '../../../../shared/contract/line-protocol.ts';
import { sensorName } from '../../../../shared/names/sensor-name.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder, DecodeTarget } from '../../../ports/decode.ts';
import { isJsonObject, readJson, textOf } from '../../objects/json-text.ts';
import { type Labels, labelsOf, mixed } from '../../objects/labels.ts';
import { messageLimits, tooMany, ValueCount } from '../../objects/message-limits.ts';
import { roundedInLine } from '../../objects/rounded.ts';
import type { InfluxConfig } from './config.ts';
import { splitLines } from './split-lines.ts';

/** A longer measurement cannot name a sensor, and would be repeated in the name of each of its fields. */
const measurementLengthMax = 64;
const hasTime = /\s-?\d{1,19}$/;

/**
 * Reads InfluxDB's line protocol as Telegraf sends it: `motor,phase=a rpm=900,current=3.5 1700000000000000000` becomes
 * `motor_rpm` and `motor_current`, and `temperature value=21.5` becomes `temperature`. Times are counts of ns, or of the unit that the route says; lines of
 * one time form one reading. The topic names the machine: tags are ignored, so lines that differ only in tags are
 * refused, unless the route names the tags as labels. A JSON object is accepted too, because a refused reading is kept, and resent, as one.
 */
export function createInflux({ precision = 'ns' }: InfluxConfig): Decoder {
  const unitNs = unitsNs[precision];
  return {
    decode(payload, target) {
      if (isJsonObject(payload)) return readJson(payload, target);
      const found: Found = {
        target,
        unitNs,
        readings: new Map(),
        count: new ValueCount(),
        things: new Map(),
      };
      let lines = 0;
      for (const line of splitLines(textOf(payload).replaceAll('\r', ''))) {
        if (line === '') continue;
        if (++lines > messageLimits.readings) throw tooMany(`${messageLimits.readings} lines`);
        if (/^\s*[^#\s]/.test(line)) addLine(found, line.trim());
      }
      if (found.readings.size === 0) throw unreadable('the payload has no line');
      return Array.from(found.readings.values(), ({ reading }) => reading);
    },
  };
}

const unitsNs = { ns: 1n, us: 1_000n, ms: 1_000_000n, s: 1_000_000_000n };

export const influx = createInflux({});

/** Readings of the lines so far, by time, each with the number of its values. */
interface Found {
  target: DecodeTarget;
  /** The unit of times, ns. */
  unitNs: bigint;
  readings: Map<string, { reading: DecodedReading; values: number }>;
  count: ValueCount;
  /** By sensor: the tags that its values have. */
  things: Map<string, Labels>;
}

function addLine({ target, unitNs, readings, count, things }: Found, text: string): void {
  const isTimed = hasTime.test(text);
  const bad: BadField[] = [];
  const { measurement, tags, fields, timestampNs } = parsed(isTimed ? text : `${text} 0`, bad);
  const labels = labelsOf({ tags }, { apart: target.labels });
  const key = isTimed ? String(timestampNs) : '';
  const found = readings.get(key) ?? { reading: { values: {} }, values: 0 };
  const { reading } = found;
  if (isTimed) {
    const timeNs = timestampNs * unitNs;
    reading.deviceTime = { ms: Number(timeNs / 1_000_000n), ns: Number(timeNs % 1_000_000n) };
  }
  const nameOf = (field: string) =>
    labels.prefix + sensorName(field === 'value' ? measurement : `${measurement}_${field}`);
  const isNameable = measurement.length <= measurementLengthMax;
  if (!isNameable) reading.values[measurement] = null;
  for (const [field, value] of isNameable ? Object.entries(fields) : []) {
    count.add(field, ++found.values);
    const name = nameOf(field);
    const known = things.get(name) ?? labels;
    if (Object.hasOwn(reading.values, name) || known.things !== labels.things || known.named !== labels.named)
      throw mixed(name, known, labels);
    things.set(name, known);
    reading.values[name] = value;
  }
  for (const { field, text: value, error } of isNameable ? bad : []) {
    count.add(field, ++found.values);
    reading.refused ??= [];
    reading.refused.push({ name: nameOf(field), value, error: unreadable(error.message) });
  }
  count.check();
  const rounded = roundedInLine(text);
  if (rounded.length > 0) reading.rounded = [...(reading.rounded ?? []), ...rounded].slice(0, 20);
  readings.set(key, found);
}

function parsed(text: string, bad: BadField[]) {
  try {
    return parseLine(text, bad);
  } catch (error) {
    throw unreadable(`'${text.slice(0, 60)}': ${messageOf(error)}`);
  }
}

function unreadable(problem: string): HarbingerError {
  return new HarbingerError('DECODE_INFLUX', 'decode', problem);
}
