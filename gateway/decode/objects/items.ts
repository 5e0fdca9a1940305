import { reservedSensors } from '../../../shared/domain/machine-type.ts';
import { isStateText } from '../../../shared/domain/states.ts';
import { sensorName } from '../../../shared/names/sensor-name.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DecodedReading, DecodeTarget } from '../../ports/decode.ts';
import { type Moment, parseDeviceTime } from '../device-time.ts';
import { isBadQuality, kindOf, unitIn } from '../values.ts';
import { badQuality, type FlatFields, flatten, flattenItem, isObject, type NestedList } from './fields.ts';
import { type Labels, labelsOf } from './labels.ts';
import { messageLimits, tooMany, type ValueCount } from './message-limits.ts';
import { type NamedValue, namedValue } from './named-values.ts';
import { type ExactTime, isReceptionName, timeIn, timeKeyOf } from './time-names.ts';
import { gathered, hasValue, type Item, withoutReception } from './told-apart.ts';

type Fields = Record<string, unknown>;

/** The properties that an item has from the message that it is in. */
interface Outer {
  labels: Labels;
  time: Moment | undefined;
  id: string | undefined;
  seq: number | undefined;
}

const reserved: ReadonlySet<string> = new Set(reservedSensors);
/** Lists in lists in lists are read; deeper ones are not. */
const depthMax = 4;
/** A smaller number under `t` is not a time. */
const timeMin = 1e9;

/** Reads the objects of one message. */
export class ItemReader {
  private readonly target: DecodeTarget;
  private readonly count: ValueCount;

  constructor(target: DecodeTarget, count: ValueCount) {
    this.target = target;
    this.count = count;
  }

  /** Reads the object of a message, or one of its list. @throws HarbingerError DECODE_SHAPE, DECODE_TIME, DECODE_TOO_* */
  message(item: unknown, isInList: boolean, exactTime?: ExactTime): Item[] {
    if (this.target.sensor !== undefined && isValue(item))
      return [{ reading: { values: { [this.target.sensor]: item } }, labels: labelsOf({}), isPart: false }];
    if (!isObject(item)) throw notAnObject(item);
    const named = this.target.sensor === undefined ? namedValue(item) : null;
    const isNamed = named !== null && (isInList || named.others.length === 0);
    const own = ownFields(item);
    const labels = this.labels(own ? withoutFields(item) : item, isNamed ? named : null);
    const id = isNamed && named.nameKey === 'id' ? undefined : idOf(item);
    const outer: Outer = { labels, time: this.time(item, exactTime), id, seq: seqOf(item) };
    if (isNamed)
      return [this.item(this.named(item, named), { ...outer, time: outer.time ?? shortTime(item) }, true)];
    const received = this.isReceived(item) ? outer.time : undefined;
    if (!outer.time || received) {
      const groups = received ? null : this.timedGroups(item, exactTime);
      if (groups)
        return groups.map(({ fields, time }) =>
          this.item(flatten(fields, this.count), { ...outer, time }, true),
        );
      outer.time = this.innerTime(item, exactTime) ?? received;
    }
    const flat = withoutReception(this.flat(item, own), item);
    if (flat.lists.length === 0) return [this.item(flat, outer, false)];
    return gathered([
      this.item(flat, outer, true),
      ...flat.lists.flatMap((list) => this.list(list, outer, 1)),
    ]);
  }

  private flat(item: Fields, own: Fields | null): FlatFields {
    const { sensor } = this.target;
    if (own) return flatten(own, this.count);
    if (sensor === undefined) return flatten(this.withoutTime(item), this.count);
    if ('value' in item && isBadQuality(item)) return bad(sensor, item.value);
    if ('value' in item) return withUnit(flatten({ [sensor]: item.value }, this.count), sensor, item);
    return flatten(sensor in item ? { [sensor]: item[sensor] } : {}, this.count);
  }

  /** Reads the items of a list within a message. */
  private list({ name, items }: NestedList, outer: Outer, depth: number): Item[] {
    if (items.length > messageLimits.readings) throw tooMany(`${messageLimits.readings} readings`);
    // Items other than objects belong to no sensor, and are passed over together.
    const others = items.filter((item) => !isObject(item));
    const passedOver = others.length > 0 ? [this.item(listOf(name, others), outer, true)] : [];
    const parts = items.flatMap((item) => {
      this.count.check();
      if (!isObject(item)) return [];
      try {
        return this.nested(item, name, outer, depth);
      } catch (error) {
        if (!(error instanceof HarbingerError)) throw error;
        return [{ unreadable: { error, payload: printed(item) }, labels: outer.labels, isPart: true }];
      }
    });
    return [...parts, ...passedOver];
  }

  private nested(item: Fields, path: string, outer: Outer, depth: number): Item[] {
    const named = namedValue(item);
    const labels = joinedLabels(outer.labels, this.labels(item, named, ['id']));
    const time = this.time(item) ?? (named && shortTime(item)) ?? this.innerTime(item) ?? outer.time;
    // An item's id names a thing, because the message has one of its own.
    const inner: Outer = { labels, time, id: outer.id, seq: seqOf(item) ?? outer.seq };
    if (named) return [this.item(this.named(item, named), inner, true)];
    const flat = flattenItem(this.withoutTime(item), path, this.count);
    if (depth < depthMax)
      return [
        this.item(flat, inner, true),
        ...flat.lists.flatMap((list) => this.list(list, inner, depth + 1)),
      ];
    for (const { name, items } of flat.lists) flat.values[name === '' ? 'list' : name] ??= items;
    return [this.item(flat, inner, true)];
  }

  private named(item: Fields, { name, valueKey, value, others }: NamedValue): FlatFields {
    const sensor = sensorName(name);
    if (isBadQuality(item)) return bad(sensor, value);
    if (isObject(value)) return flattenItem(value, sensor, this.count);
    const fields: Fields = { value: item[valueKey] };
    for (const key of others) fields[key] = item[key];
    return withUnit(flattenItem(fields, sensor, this.count), sensor, item);
  }

  private item(
    { values, refused, units }: FlatFields,
    { labels, time, id, seq }: Outer,
    isPart: boolean,
  ): Item {
    const reading: DecodedReading = {
      values: labels.prefix === '' ? values : prefixed(values, labels.prefix),
    };
    if (refused.length > 0) reading.refused = [...refused];
    if (units) reading.units = labels.prefix === '' ? units : prefixed(units, labels.prefix);
    if (time) reading.deviceTime = time;
    if (id !== undefined) reading.id = id;
    if (seq !== undefined) reading.seq = seq;
    return { reading, labels, isPart, isEmpty: isPart && !hasValue(values) };
  }

  private labels(item: Fields, named: NamedValue | null, things?: readonly string[]): Labels {
    const used = named ? [named.nameKey, named.valueKey] : undefined;
    return labelsOf(item, { apart: this.target.labels, used, things });
  }

  /** A field that was the device's time is not a value too. Reserved names never are. */
  private withoutTime(item: Fields): Fields {
    const key = timeKeyOf(item, this.target.timeKeys);
    if (key === undefined || reserved.has(key)) return item;
    const { [key]: _, ...others } = item;
    return others;
  }

  /** True if the message's only time is that at which a network took it over. */
  private isReceived(item: Fields): boolean {
    const key = timeKeyOf(item, this.target.timeKeys);
    return key !== undefined && this.target.timeKeys === undefined && isReceptionName(key);
  }

  private time(item: Fields, exactTime?: ExactTime): Moment | undefined {
    return timeIn(item, this.target.timeKeys, exactTime);
  }

  /** The time that is in one of the message's groups, one level down. */
  private innerTime(item: Fields, exactTime?: ExactTime): Moment | undefined {
    for (const key in item) {
      const group = item[key];
      const time = isObject(group) ? this.time(group, exactTime) : undefined;
      if (time) return time;
    }
    return undefined;
  }

  /** The groups of a message with times of their own that differ, each as a message of its own; null if they do not. */
  private timedGroups(
    item: Fields,
    exactTime?: ExactTime,
  ): { fields: Fields; time: Moment | undefined }[] | null {
    const groups: { fields: Fields; time: Moment | undefined }[] = [];
    const rest: Fields = {};
    for (const key in item) {
      const group = item[key];
      const time = isObject(group) ? this.time(group, exactTime) : undefined;
      if (time) groups.push({ fields: { [key]: group }, time });
      else rest[key] = group;
    }
    const [first] = groups;
    if (!first || groups.every(({ time }) => isSameTime(time, first.time))) return null;
    return Object.keys(rest).length > 0 ? [...groups, { fields: rest, time: undefined }] : groups;
  }
}

/** With the unit that is beside the value of a sensor. */
function withUnit(flat: FlatFields, sensor: string, item: Fields): FlatFields {
  const unit = unitIn(item);
  return unit === undefined || !(sensor in flat.values) ? flat : { ...flat, units: { [sensor]: unit } };
}

function bad(name: string, value: unknown): FlatFields {
  return { values: {}, refused: [{ name, value, error: badQuality(name) }], lists: [] };
}

function listOf(name: string, list: unknown[]): FlatFields {
  return { values: { [name === '' ? 'list' : name]: list }, refused: [], lists: [] };
}

/** The object that has the values of a message, if it is one of the known names. */
function ownFields(item: Fields): Fields | null {
  if (isObject(item.values)) return item.values;
  return isObject(item.fields) && typeof item.name === 'string' ? item.fields : null;
}

function withoutFields({ values: _, fields: __, ...about }: Fields): Fields {
  return about;
}

const idOf = ({ id }: Fields) => (typeof id === 'string' && id.length <= 128 ? id : undefined);
const seqOf = ({ seq }: Fields) => (typeof seq === 'number' ? seq : undefined);

/** The time of a value with its name, which may be under `t`. */
function shortTime({ t }: Fields): Moment | undefined {
  const isTime = typeof t === 'number' ? t >= timeMin : typeof t === 'string' && /^\d{4}-/.test(t);
  return isTime ? parseDeviceTime(t) : undefined;
}

export function isSameTime(one: Moment | undefined, other: Moment | undefined): boolean {
  return one?.ms === other?.ms && one?.ns === other?.ns;
}

function joinedLabels(outer: Labels, inner: Labels): Labels {
  return {
    things: outer.things + inner.things,
    texts: outer.texts + inner.texts,
    prefix: outer.prefix + inner.prefix,
    named: outer.named + inner.named,
  };
}

function prefixed<T>(values: Readonly<Record<string, T>>, prefix: string): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function notAnObject(item: unknown): HarbingerError {
  const problem =
    typeof item === 'number'
      ? 'a bare number needs a topic that names its sensor, such as telemetry/{site}/{machine}/{sensor}'
      : `the payload is not an object of sensor values, such as {"temperature": 21.5}, but ${kindOf(item)}`;
  return new HarbingerError('DECODE_SHAPE', 'decode', problem);
}

export function printed(item: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(item));
  } catch {
    return Buffer.from(kindOf(item)); // nested deeper than can be printed
  }
}

/** True for a value without an object around it: a number, or a state. */
function isValue(item: unknown): boolean {
  if (typeof item === 'string') return isStateText(item);
  return typeof item === 'number' || typeof item === 'boolean';
}
