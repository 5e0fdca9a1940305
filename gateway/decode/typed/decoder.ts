import { sensorName } from '../../../shared/names/sensor-name.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Decoded, DecodedReading, Decoder, RefusedValue } from '../../ports/decode.ts';
import type { NamedTypedValue, TypedReading } from '../../ports/source.ts';
import type { Moment } from '../device-time.ts';
import { badQuality } from '../objects/fields.ts';
import { readReadings } from './read.ts';
import { writeReadings } from './write.ts';

const nsPerMs = 1_000_000n;

/** Turns what a source has handed in as readings into what the decoder of any format returns. */
export const typedReadings: Decoder = {
  namesMachines: true,
  decode: (payload) => readReadings(payload).map(decoded),
};

function decoded(reading: TypedReading): Decoded {
  const { site, machine, timeNs } = reading;
  const own: DecodedReading['own'] = (sensor, timeMs) => writeReadings([partOf(reading, sensor, timeMs)]);
  const time = timeNs === undefined ? undefined : momentOf(timeNs);
  if (time === null) {
    const error = new HarbingerError('DECODE_TIME', 'decode', `${timeNs} ns is not a time after 1970`);
    return { site, machine, unreadable: { error, payload: own() } };
  }
  const values: DecodedReading['values'] = Object.create(null);
  const refused: RefusedValue[] = [];
  const rounded: string[] = [];
  let count = 0;
  for (const [sent, value, quality] of reading.values) {
    const name = sensorName(sent);
    if (value === null || quality === 'bad') {
      refused.push({ name, value: plain(value), error: quality === 'bad' ? badQuality(name) : null });
      continue;
    }
    if (name in values) {
      const error = new HarbingerError('DECODE_NAME_TWICE', 'decode', twice(name));
      refused.push({ name, value: plain(value), error });
      continue;
    }
    values[name] = plain(value);
    if (typeof value === 'bigint' && BigInt(Number(value)) !== value) rounded.push(name);
    count++;
  }
  const about = { site, machine, own, ...(time && { deviceTime: time }) };
  if (count === 0 && refused.length > 0) return { ...about, faults: refused };
  const found: DecodedReading = { ...about, values };
  if (refused.length > 0) found.refused = refused;
  if (rounded.length > 0) found.rounded = rounded;
  return found;
}

function twice(name: string): string {
  return `two values of one reading have the name '${name.slice(0, 64)}': rename one of them in the source`;
}

/** Returns null for what is not a time of a reading. */
function momentOf(ns: bigint): Moment | null {
  return ns <= 0n ? null : { ms: Number(ns / nsPerMs), ns: Number(ns % nsPerMs) };
}

/** Values are doubles from here on, whatever sent them. */
function plain(value: NamedTypedValue[1]): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Returns a reading with one sensor, if one is named, and with a time of its own. */
function partOf(reading: TypedReading, sensor?: string, timeMs?: number): TypedReading {
  const { timeNs, values, ...about } = reading;
  const time = timeNs ?? (timeMs === undefined ? undefined : BigInt(Math.floor(timeMs)) * nsPerMs);
  return {
    ...about,
    ...(time !== undefined && { timeNs: time }),
    values: sensor === undefined ? values : values.filter(([name]) => sensorName(name) === sensor),
  };
}
