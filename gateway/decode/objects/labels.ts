import { sensorName } from '../../../shared/names/sensor-name.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { isObject } from './fields.ts';
import { isTimeName } from './time-names.ts';

/**
 * Labels: what the items of a message say about the thing that they are of. Items of different things must not become one
 * series.
 */
export interface Labels {
  /** Names of a thing (a node, device, tag): `key=value`, joined. */
  things: string;
  /** Other texts, which may name a thing or a state. */
  texts: string;
  /** The beginning of the sensors' names, by the labels that the route names. */
  prefix: string;
  /** The values of these labels as they were sent: different ones may have one prefix. */
  named: string;
}

export const noLabels: Labels = { things: '', texts: '', prefix: '', named: '' };

const groups = new Set(['tags', 'labels', 'attributes']);
/** Words that a key which names a thing ends with, perhaps followed by `id`, `name` and the like. */
const word =
  /(^|[a-z])(node|device|dev|sensor|tag|channel|slave|unit|address|addr|probe|machine|asset|station|axis|phase|port|serial|mac|eui|topic|location|room|zone|position|label|name|module|slot|host|writer|line|cell|gateway|uid|uuid)(id|name|no|nr|number|key|eui|address|addr)?$/;
/** Keys of a reading, or of its message, rather than of a thing. */
const ofReadings = new Set([
  'id',
  'seq',
  ...['message', 'request', 'reading', 'event', 'sequence', 'batch', 'transaction', 'trace'].flatMap(
    (what) => [`${what}id`, `${what}number`, `${what}name`],
  ),
]);
const knownMax = 10_000;
const known = new Map<string, boolean>();

/** True if a field of this name says which thing its item is of. */
export function namesThing(key: string): boolean {
  const found = known.get(key);
  if (found !== undefined) return found;
  const plain = key.length <= 64 ? key.toLowerCase().replace(/[^a-z0-9]/g, '') : 'id';
  const made = !ofReadings.has(plain) && word.test(plain);
  if (known.size >= knownMax) known.clear();
  if (key.length <= 64) known.set(key, made);
  return made;
}

export interface LabelRules {
  /** The labels that the route names: they become a part of the sensors' names. */
  apart?: readonly string[] | undefined;
  /** The keys that are used already, as the name or value of a sensor. */
  used?: readonly string[] | undefined;
  /** Further keys that name a thing here. */
  things?: readonly string[] | undefined;
}

/** Returns the labels of one item. */
export function labelsOf(item: Readonly<Record<string, unknown>>, rules: LabelRules = {}): Labels {
  const { apart = [], used, things: more } = rules;
  let [things, texts, named] = ['', '', ''];
  const values = new Map<string, string>();
  const add = (key: string, value: unknown, isGroup: boolean) => {
    const isText = typeof value === 'string';
    if ((!isText && typeof value !== 'number') || used?.includes(key)) return;
    if (apart.includes(key)) values.set(key, String(value));
    else if (isGroup || namesThing(key) || more?.includes(key)) things += `${key}=${String(value)}\n`;
    else if (isText && key !== 'id' && !isTimeName(key)) texts += `${key}=${value}\n`;
  };
  for (const key in item) {
    const value = item[key];
    if (!isObject(value)) add(key, value, false);
    else if (groups.has(key.toLowerCase())) for (const name in value) add(name, value[name], true);
  }
  for (const [key, value] of values) named += `${key}=${value}\n`;
  return { things, texts, prefix: labelPrefix(apart, values), named };
}

/** Returns what the names of sensors begin with, by the labels that are to be a part of them. */
export function labelPrefix(apart: readonly string[], values: ReadonlyMap<string, string>): string {
  let prefix = '';
  for (const key of apart) {
    const value = values.get(key);
    if (value !== undefined) prefix += `${sensorName(value.slice(0, 64))}_`;
  }
  return prefix;
}

/** Creates the error for values of several things under one name. */
export function mixed(sensor: string, one: Labels, other: Labels): HarbingerError {
  const named = differing(one.named, other.named);
  const key = differing(one.things, other.things) ?? differing(one.texts, other.texts);
  const why =
    named !== undefined
      ? `'${named.slice(0, 64)}', a label of the route, gives several things this name: let it differ in more than blanks and signs, or give each a topic of its own`
      : key === undefined
        ? 'nothing tells them apart: let each have a name, a time, or a message of its own'
        : `only '${key.slice(0, 64)}' tells them apart: name it under labels of the route, which makes it a part of the sensors’ names, or give each a topic of its own`;
  return new HarbingerError(
    'DECODE_MIXED',
    'decode',
    `the message has several values for '${sensor.slice(0, 64)}', and ${why}`,
  );
}

function differing(one: string, other: string): string | undefined {
  const lines = new Set(one.split('\n'));
  const line = other.split('\n').find((text) => text !== '' && !lines.has(text));
  return line?.slice(0, line.indexOf('='));
}
