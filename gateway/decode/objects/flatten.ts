import { reservedSensors } from '../../../shared/domain/machine-type.ts';

/** Values that are nested deeper, or under longer names, do not belong to sensors. */
const depthMax = 6;
const nameLengthMax = 64;
const reserved = new Set(reservedSensors);

/**
 * Flattens a message whose sensors are in objects of their own, as many devices group them, to values named by their
 * paths: `{"AM2301": {"Temperature": 21.5}}` becomes `AM2301_Temperature`, and `{"temperature": {"value": 21.5}}`
 * becomes `temperature`. Times and identities inside such objects are neither those of the message nor values. A
 * message without objects is returned unchanged.
 */
export function flatten(fields: Record<string, unknown>): Record<string, unknown> {
  for (const name in fields) if (isObject(fields[name])) return flattened(fields);
  return fields;
}

function flattened(fields: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = { __proto__: null };
  // Names in the message itself take precedence over flattened ones.
  for (const [name, value] of Object.entries(fields)) if (!isObject(value)) values[name] = value;
  for (const [name, value] of Object.entries(fields)) if (isObject(value)) addObject(values, name, value, 1);
  return values;
}

function addObject(
  values: Record<string, unknown>,
  path: string,
  fields: Record<string, unknown>,
  depth: number,
): void {
  if (!('value' in fields) || isObject(fields.value)) add(values, path, fields); // a sensor of that name has no number
  // The length is bounded too, because a long name would be repeated for each of the values under it.
  if (depth > depthMax || path.length > nameLengthMax) return;
  for (const [name, value] of Object.entries(fields)) {
    const isWhole = name === 'value' && !isObject(value);
    if (!isWhole && reserved.has(name)) continue;
    const full = isWhole ? path : `${path}_${name}`.replace(/[^A-Za-z0-9_.-]/g, '_');
    if (isObject(value)) addObject(values, full, value, depth + 1);
    else add(values, full, value);
  }
}

function add(values: Record<string, unknown>, name: string, value: unknown): void {
  if (!(name in values)) values[name] = value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
