import { reservedSensors } from '../../../shared/domain/machine-type.ts';
import type { Decoded, DecodedReading, Unreadable } from '../../ports/decode.ts';
import { isSensorValue } from '../values.ts';
import { type FlatFields, isObject, type NestedList } from './fields.ts';
import { type Labels, mixed, namesThing } from './labels.ts';
import { isTimeName } from './time-names.ts';

const reserved = new Set(reservedSensors);

/** A reading in a message, or a part of one, with what says of which thing it is. */
export interface Item {
  reading?: DecodedReading;
  unreadable?: Unreadable['unreadable'];
  labels: Labels;
  /** True if it is a value of its own or an item of a list in the message: those of one time are one reading. */
  isPart: boolean;
  /** True for a part without anything that may be a sensor's value. */
  isEmpty?: boolean;
}

/**
 * Returns the readings of a message, of whose items none may be of another thing than those with the same sensors: they
 * would become one series. Parts of one time become one reading. @throws HarbingerError DECODE_MIXED
 */
export function toldApart(items: readonly Item[]): Decoded[] {
  const [first] = items;
  if (items.length > 1 && !items.every((item) => !item.isPart && isSame(item.labels, first!.labels)))
    checkMixed(items);
  const decoded: Decoded[] = [];
  const byTime = new Map<string, DecodedReading>();
  for (const { reading, unreadable, isPart } of items) {
    if (!reading) {
      decoded.push({ unreadable: unreadable! });
      continue;
    }
    const key = isPart ? partKey(reading) : '';
    const known = isPart ? byTime.get(key) : undefined;
    if (!known) decoded.push(reading);
    else {
      Object.assign(known.values, reading.values);
      if (reading.units) known.units = { ...known.units, ...reading.units };
      if (reading.refused) known.refused = [...(known.refused ?? []), ...reading.refused];
    }
    if (isPart && !known) {
      // The values may be those of a parsed message, which is not to be changed.
      reading.values = Object.assign(Object.create(null), reading.values);
      byTime.set(key, reading);
    }
  }
  return decoded;
}

/**
 * Returns the parts of a message without those that have no value: what they have belongs to the first one with a value,
 * where it is passed over, counted and named. Without such a one a part remains, which is refused.
 */
export function gathered(parts: Item[]): Item[] {
  if (!parts.some(({ isEmpty }) => isEmpty)) return parts;
  const first = parts.find(({ reading, isEmpty }) => reading && !isEmpty) ?? parts[0]!;
  const reading = first.reading!;
  const others: DecodedReading['values'] = Object.create(null);
  const gone = new Set<Item>();
  for (const part of parts) {
    if (!part.isEmpty || part === first) continue;
    const { values, refused } = part.reading!;
    const names = Object.keys(values).filter((name) => !isSensorValue(values[name]) && !reserved.has(name));
    // Two values under one name cannot both be stored, and neither may be lost, so this part is refused.
    if (!first.isEmpty && names.some((name) => name in reading.values)) continue;
    gone.add(part);
    for (const name of names) if (!isTimeName(name)) others[name] = values[name];
    if (refused) reading.refused = [...(reading.refused ?? []), ...refused];
  }
  reading.values = Object.assign(others, reading.values);
  return parts.filter((part) => !gone.has(part));
}

/** Names, in lower case and without signs, under which a network puts the payload that it has decoded. */
const payloadNames = new Set(
  'decodedpayload payloadfields decoded decodeddata decodedobject object payloaddecoded'.split(' '),
);
const payloadDepth = 3;

/**
 * Passes over the lists beside a decoded payload that have several items: they say who received the message (gateways,
 * radios, hops), and not what several machines measured. They are counted and named, as other fields that are not stored.
 */
export function withoutReception(flat: FlatFields, item: Readonly<Record<string, unknown>>): FlatFields {
  if (!flat.lists.some(({ items }) => items.length > 1)) return flat;
  const payload = payloadName(item, payloadDepth);
  if (payload === null) return flat;
  const isBeside = ({ path, items }: NestedList) => items.length > 1 && !`_${path}_`.includes(`_${payload}_`);
  const values = Object.assign(Object.create(null), flat.values);
  for (const list of flat.lists) if (isBeside(list)) values[list.name || 'list'] ??= list.items;
  return { ...flat, values, lists: flat.lists.filter((list) => !isBeside(list)) };
}

function payloadName(fields: Readonly<Record<string, unknown>>, depth: number): string | null {
  for (const key in fields) {
    const value = fields[key];
    if (!isObject(value)) continue;
    if (
      key.length <= 32 &&
      payloadNames.has(key.toLowerCase().replace(/[^a-z]/g, '')) &&
      Object.keys(value).length > 0
    )
      return key;
    const inner = depth > 1 ? payloadName(value, depth - 1) : null;
    if (inner !== null) return inner;
  }
  return null;
}

/** True if fields beside a list have a value that may be a sensor's; a time, a number and texts are about the list. */
export function hasValue(fields: DecodedReading['values']): boolean {
  return Object.keys(fields).some(
    (name) => isSensorValue(fields[name]) && !isTimeName(name) && !reserved.has(name),
  );
}

function partKey({ deviceTime, id, seq }: DecodedReading): string {
  return `${deviceTime?.ms} ${deviceTime?.ns} ${seq} ${id}`;
}

function checkMixed(items: readonly Item[]): void {
  const ofSensor = new Map<string, Item>();
  const atTime = new Map<string, Item>();
  for (const item of items) {
    const { reading, labels, isPart } = item;
    if (!reading) continue;
    const time = partKey(reading);
    const isIdentified = reading.id !== undefined || reading.seq !== undefined;
    for (const sensor in reading.values) {
      if (!isSensorValue(reading.values[sensor]) || isAbout(sensor)) continue;
      const known = ofSensor.get(sensor);
      if (!known) ofSensor.set(sensor, item);
      else if (known.labels.things !== labels.things || known.labels.named !== labels.named)
        throw mixed(sensor, known.labels, labels);
      if (!isPart && (labels.texts === '' || isIdentified)) continue;
      const key = `${sensor}\n${time}`;
      const same = atTime.get(key);
      if (!same) atTime.set(key, item);
      else if (isPart || same.labels.texts !== labels.texts) throw mixed(sensor, same.labels, labels);
    }
  }
}

/** True for a field that is about the readings: which thing they are of, and when. */
function isAbout(name: string): boolean {
  return reserved.has(name) || namesThing(name) || isTimeName(name);
}

function isSame(one: Labels, other: Labels): boolean {
  return one.things === other.things && one.texts === other.texts && one.named === other.named;
}
