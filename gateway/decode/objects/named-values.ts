import { isObject } from './fields.ts';
import { isTimeName } from './time-names.ts';

/** Keys of a value and of its sensor's name, in lower case; of several the first one counts. */
const valueKeys = ['value', 'v', 'val', 'floatvalue', 'doublevalue', 'intvalue', 'longvalue', 'booleanvalue'];
const nameKeys =
  `name displayname n sensor sensorname tag tagname resourcename metric parameter param variable signal
  key label channel channelname point id nodeid address register`.split(/\s+/);
/** Keys of fields that say something about a value. */
const about = new Set(
  `q quality status statuscode sc good valid unit units u uom type datatype valuetype t dt seq alias timestamp description
  origin profilename devicename`.split(/\s+/),
);

/** A field of an object that names its sensor: `{"tag": "Water", "v": 37.1}`. */
export interface NamedValue {
  name: string;
  nameKey: string;
  valueKey: string;
  value: unknown;
  /** Its other numbers, if there are any. */
  others: string[];
}

/** Returns the value that an object names itself; null if it is not of that form. */
export function namedValue(item: Readonly<Record<string, unknown>>): NamedValue | null {
  const keys = new Map<string, string>();
  for (const key in item) if (key.length <= 16) keys.set(key.toLowerCase(), key);
  const valueKey = keys.get(valueKeys.find((key) => keys.has(key)) ?? '');
  const nameKey = keys.get(nameKeys.find((key) => isName(item[keys.get(key) ?? ''])) ?? '');
  if (valueKey === undefined || nameKey === undefined || Array.isArray(item[valueKey])) return null;
  const others = Object.keys(item).filter(
    (key) =>
      key !== valueKey &&
      key !== nameKey &&
      (typeof item[key] === 'number' || isObject(item[key])) &&
      !about.has(key.toLowerCase()) &&
      !nameKeys.includes(key.toLowerCase()) &&
      !isTimeName(key),
  );
  return { name: String(item[nameKey]).trim(), nameKey, valueKey, value: item[valueKey], others };
}

function isName(value: unknown): boolean {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && value.length <= 256)
  );
}
