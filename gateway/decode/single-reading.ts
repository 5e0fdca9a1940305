import type { Decoded, DecodedFaults, DecodedReading } from '../ports/decode.ts';
import type { MessageForm, RawMessage } from '../ports/source.ts';
import { kindOf } from './values.ts';

/**
 * Encodes one reading of a list as a message of its own, with its time and identity, so that it can be resent alone.
 * Lists and objects among its values, which belong to no sensor, are only named, because they may be nested without
 * end.
 */
export function singleReadingJson(reading: DecodedReading): Buffer {
  const { values, units = {}, deviceTime, id, seq, site, machine } = reading;
  const kept = Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const plain = plainValue(value);
      return [name, Object.hasOwn(units, name) ? { value: plain, unit: units[name] } : plain];
    }),
  );
  const ts = deviceTime && `${BigInt(deviceTime.ms) * 1_000_000n + BigInt(deviceTime.ns)}`;
  return Buffer.from(JSON.stringify({ site, machine, id, seq, ts, values: kept }));
}

/** Names a part of a dead letter that is sent again; any other message is its own part. */
export function partOf(message: RawMessage, part: number | string): RawMessage {
  return message.letter === undefined ? message : { ...message, letter: `${message.letter}.${part}` };
}

/** Returns one item of a message of several as a message of its own. */
export function ownMessage(item: Decoded, message: RawMessage): RawMessage {
  if (item.unreadable) return { ...message, payload: item.unreadable.payload };
  if (item.lifecycle || item.maintenance || item.availability) return message;
  if (item.faults) return { ...message, payload: item.own(), form: 'readings' };
  if (item.own) return { ...message, payload: item.own(), form: 'readings' };
  return { ...message, payload: singleReadingJson(item) };
}

/** Encodes one value of a reading in that way; without a time of its own, it has that of its arrival. */
export function singleField(
  reading: DecodedReading | DecodedFaults,
  { sensor, value }: { sensor: string; value: unknown },
  { receivedMs }: { receivedMs: number },
): { payload: Buffer; form?: MessageForm } {
  if (reading.own) return { payload: reading.own(sensor, receivedMs), form: 'readings' };
  const { values: _, deviceTime, ...about } = reading as DecodedReading;
  const time = deviceTime ?? { ms: Math.floor(receivedMs), ns: 0 };
  return { payload: singleReadingJson({ ...about, deviceTime: time, values: { [sensor]: value } }) };
}

function plainValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? kindOf(value) : value;
}

/** Gives the readings that say their time relative to now the times that these are at arrival. */
export function resolveTimes(decoded: readonly Decoded[], receivedMs: number): void {
  for (const item of decoded) {
    if (!('relativeMs' in item) || item.relativeMs === undefined) continue;
    const ms = Math.round(receivedMs + item.relativeMs);
    if (ms > 0) item.deviceTime = { ms, ns: 0 };
  }
}
