/**
 * Sparkplug B (shared/sparkplug): payloads read and written from the field numbers of its specification, with every integer
 * exact. Which metrics a node has, and what its messages mean one after the other, is in gateway/sources/sparkplug.
 */
import type { Quality, RawValue } from './values.ts';
import { damaged, WireReader } from './wire.ts';

export interface Metric {
  name?: string;
  alias?: bigint;
  /** Ms since 1970. */
  timestamp?: bigint;
  /** Number of its type; absent where the birth alone says it. */
  type?: number;
  isHistorical: boolean;
  isNull: boolean;
  value?: RawValue;
  quality?: Quality;
}

export interface Payload {
  timestamp?: bigint;
  seq?: number;
  metrics: Metric[];
}

/** Metrics of a message at most; a birth has all of a node or a device. */
export const metricsMax = 20_000;
/** Keys of properties of one metric that are looked at. */
const propertiesMax = 64;
const nameLengthMax = 512;

/** Numbers by which the quality property says how good a value is. */
const qualities: Readonly<Record<string, Quality>> = { 0: 'bad', 192: 'good', 500: 'bad' };

/** Reads a payload; the work is linear in its length. @throws HarbingerError SPARKPLUG_PAYLOAD */
export function decodePayload(bytes: Buffer): Payload {
  const input = new WireReader(bytes);
  const payload: Payload = { metrics: [] };
  while (input.next()) {
    if (input.field === 1) payload.timestamp = input.uint64();
    else if (input.field === 2) {
      if (payload.metrics.length >= metricsMax) throw damaged(`it has more than ${metricsMax} metrics`);
      payload.metrics.push(metricIn(input.message()));
    } else if (input.field === 3) payload.seq = seqOf(input.uint64());
    else input.skip();
  }
  return payload;
}

function seqOf(seq: bigint): number {
  if (seq > 255n) throw damaged(`its sequence number is ${seq}, and they are 0 to 255`);
  return Number(seq);
}

function metricIn(input: WireReader): Metric {
  const metric: Metric = { isHistorical: false, isNull: false };
  while (input.next()) {
    const { field } = input;
    if (field === 1) metric.name = nameOf(input.text());
    else if (field === 2) metric.alias = input.uint64();
    else if (field === 3) metric.timestamp = input.uint64();
    else if (field === 4) metric.type = Number(input.uint64());
    else if (field === 5) metric.isHistorical = input.bool();
    else if (field === 7) metric.isNull = input.bool();
    else if (field === 9) noteQuality(metric, input.message());
    else {
      const value = valueIn(input, field - 10);
      if (value !== undefined) metric.value = value;
    }
  }
  return metric;
}

function nameOf(name: string): string {
  if (name.length > nameLengthMax) throw damaged(`a name has more than ${nameLengthMax} characters`);
  return name;
}

/** Reads one of the fields of a value, of a metric or of a property. @param kind counted from the first of them */
function valueIn(input: WireReader, kind: number): RawValue | undefined {
  if (kind === 0 || kind === 1) return input.uint64();
  if (kind === 2) return input.float();
  if (kind === 3) return input.double();
  if (kind === 4) return input.bool();
  if (kind === 5) return input.text();
  input.skip();
  return undefined;
}

/** Reads the keys of a set of properties, and the value of the one that says the quality. */
function noteQuality(metric: Metric, input: WireReader): void {
  let keys = 0;
  let values = 0;
  let place = -1;
  const found: (RawValue | undefined)[] = [];
  while (input.next()) {
    if (input.field === 1 && keys < propertiesMax) {
      if (input.text().toLowerCase() === 'quality') place = keys;
      keys += 1;
    } else if (input.field === 2 && values < propertiesMax) {
      values += 1;
      found.push(propertyIn(input.message()));
    } else input.skip();
  }
  const value = found[place];
  if (typeof value !== 'bigint') return;
  metric.quality = qualities[String(value)] ?? 'uncertain';
}

function propertyIn(input: WireReader): RawValue | undefined {
  let value: RawValue | undefined;
  while (input.next()) {
    const kind = input.field - 3;
    if (kind >= 0 && kind <= 5) value = valueIn(input, kind);
    else input.skip();
  }
  return value;
}
