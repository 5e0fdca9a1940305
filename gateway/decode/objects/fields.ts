import { reservedSensors } from '../../../shared/domain/machine-type.ts';
import { sensorName } from '../../../shared/names/sensor-name.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import { isBadQuality, unitIn } from '../values.ts';
import { messageLimits, type ValueCount } from './message-limits.ts';
import { isTimeName } from './time-names.ts';

const reserved = new Set(reservedSensors);
/** Names of groups that only hold values, in lower case: within a list they are not part of a sensor's name. */
const containers = new Set(
  `messages message payload payloads values fields data d readings reading records measurements metrics telemetry
  samples points items events sensors series body content e`.split(/\s+/),
);

type Refused = NonNullable<DecodedReading['refused']>;

/** A list of objects in a message, and the name that its items have from where it is. */
export interface NestedList {
  name: string;
  /** Where it is, with the groups that only hold values. */
  path: string;
  items: readonly unknown[];
}

export interface FlatFields {
  values: Record<string, unknown>;
  refused: Refused;
  lists: NestedList[];
  /** By name of a value: the unit that is beside it; absent if there is none. */
  units?: Record<string, string>;
}

const nothing: readonly never[] = [];

/**
 * Flattens a message whose sensors are in objects of their own, as many devices group them, to values named by their
 * paths: `{"AM2301": {"Temperature": 21.5}}` becomes `AM2301_Temperature`, and `{"temperature": {"value": 21.5}}`
 * becomes `temperature`. Times and identities inside such objects are not values. Of two fields that would have one name
 * the second is refused. Lists of objects are returned beside the values. A message without any of this is returned
 * unchanged. @throws HarbingerError DECODE_TOO_LONG, DECODE_TOO_MANY
 */
export function flatten(fields: Record<string, unknown>, count: ValueCount): FlatFields {
  let found = 0;
  for (const name in fields) {
    if (isNested(fields[name]) || sensorName(name) !== name) return new Flattening(count).of(fields);
    count.add(name, ++found);
  }
  return {
    values: fields,
    refused: nothing as unknown as Refused,
    lists: nothing as unknown as NestedList[],
  };
}

/** Flattens an item of a list, whose values are under `path` (empty: they are the message's own). */
export function flattenItem(fields: Record<string, unknown>, path: string, count: ValueCount): FlatFields {
  return new Flattening(count, true).under(path, fields);
}

/** True for what is a group of fields, or a list with one. */
function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (!Array.isArray(value) || value.some(isObject));
}

class Flattening {
  private readonly flat: FlatFields = { values: Object.create(null), refused: [], lists: [] };
  private readonly count: ValueCount;
  private readonly isItem: boolean;
  private found = 0;

  constructor(count: ValueCount, isItem = false) {
    this.count = count;
    this.isItem = isItem;
  }

  of(fields: Record<string, unknown>): FlatFields {
    // Names in the message itself take precedence over changed ones, and these over joined ones.
    for (const name in fields) {
      this.count.add(name, ++this.found);
      if (!isNested(fields[name]) && sensorName(name) === name) this.flat.values[name] = fields[name];
    }
    for (const name in fields)
      if (!isNested(fields[name]) && sensorName(name) !== name) this.add(sensorName(name), fields[name]);
    for (const name in fields) this.addNested(this.isContainer(name) ? '' : name, fields[name], 1);
    return this.flat;
  }

  under(path: string, fields: Record<string, unknown>): FlatFields {
    if (path === '') return this.of(fields);
    this.addObject(path, fields, 1);
    return this.flat;
  }

  private isContainer(name: string): boolean {
    return this.isItem && containers.has(name.toLowerCase());
  }

  private addNested(path: string, value: unknown, depth: number): void {
    if (isObject(value)) this.addObject(path, value, depth);
    else if (isNested(value)) this.flat.lists.push({ name: listName(path), path, items: value as unknown[] });
  }

  private addObject(path: string, fields: Record<string, unknown>, depth: number): void {
    // The length is bounded too, because a long name would be repeated for each of the values under it.
    const isBounded = depth <= messageLimits.groupDepth && path.length <= messageLimits.groupNameLength;
    const before = this.found;
    if (path !== '' && isBadQuality(fields)) {
      const whole = Object.keys(fields).find((name) => name.toLowerCase() === 'value');
      if (whole !== undefined) return this.refuseBad(path, fields[whole]);
    }
    const unit = path === '' ? undefined : unitIn(fields);
    for (const name in isBounded ? fields : {}) {
      const value = fields[name];
      this.count.add(name, ++this.found);
      const isWhole = name.toLowerCase() === 'value' && !isObject(value) && path !== '';
      if (!isWhole && (reserved.has(name) || isTimeOf(name, value))) continue;
      if (isWhole && unit !== undefined && !(path in this.flat.values)) {
        this.flat.units ??= Object.create(null) as Record<string, string>;
        this.flat.units[path] = unit;
      }
      const isInner = isWhole || this.isContainer(name);
      const full = isInner ? path : path === '' ? sensorName(name) : joined(path, name);
      if (isNested(value)) this.addNested(full, value, depth + 1);
      else this.add(full, value);
    }
    if (this.found === before) this.add(path, fields); // a sensor of that name has no number
  }

  private refuseBad(name: string, value: unknown): void {
    this.count.add(name, ++this.found);
    this.flat.refused.push({ name, value, error: badQuality(name) });
  }

  private add(name: string, value: unknown): void {
    const { values, refused } = this.flat;
    if (!(name in values)) values[name] = value;
    else if (value !== null && values[name] !== value) {
      const problem = `two fields of one message have the name '${name.slice(0, 64)}': rename one of them`;
      refused.push({ name, value, error: new HarbingerError('DECODE_NAME_TWICE', 'decode', problem) });
    }
  }
}

export function badQuality(name: string): HarbingerError {
  const problem = `the message says that its value of '${name.slice(0, 64)}' is bad: check the device and its connection`;
  return new HarbingerError('DECODE_QUALITY', 'decode', problem);
}

/** Joins the names of a group and a field. */
function joined(path: string, name: string): string {
  const full = `${path}_${name.trim()}`;
  return sensorName(full) === full ? full : sensorName(full.replace(/[^A-Za-z0-9_.-]/g, '_'));
}

/** The name that a list's items have from it: that of its path, without groups that only hold values. */
function listName(path: string): string {
  return path
    .split('_')
    .filter((part) => !containers.has(part.toLowerCase()))
    .join('_');
}

/** True for a time in a group; a number there is one only if it can be. */
function isTimeOf(name: string, value: unknown): boolean {
  return isTimeName(name) && (typeof value === 'string' || (typeof value === 'number' && value >= 1e9));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
