import { reservedSensors } from '../../../shared/domain/machine-type.ts';
import { messageLimits, type ValueCount } from './message-limits.ts';

const reserved = new Set(reservedSensors);

/**
 * Flattens a message whose sensors are in objects of their own, as many devices group them, to values named by their
 * paths: `{"AM2301": {"Temperature": 21.5}}` becomes `AM2301_Temperature`, and `{"temperature": {"value": 21.5}}`
 * becomes `temperature`. Times and identities inside such objects are neither those of the message nor values. A
 * message without objects is returned unchanged.
 * @throws HarbingerError DECODE_TOO_LONG, DECODE_TOO_MANY
 */
export function flatten(fields: Record<string, unknown>, count: ValueCount): Record<string, unknown> {
  for (const name in fields) if (isObject(fields[name])) return new Flattening(count).of(fields);
  let found = 0;
  for (const name in fields) count.add(name, ++found);
  return fields;
}

class Flattening {
  private readonly values: Record<string, unknown> = { __proto__: null };
  private readonly count: ValueCount;
  private found = 0;

  constructor(count: ValueCount) {
    this.count = count;
  }

  of(fields: Record<string, unknown>): Record<string, unknown> {
    // Names in the message itself take precedence over flattened ones.
    for (const name in fields) {
      this.count.add(name, ++this.found);
      if (!isObject(fields[name])) this.values[name] = fields[name];
    }
    for (const name in fields) {
      const value = fields[name];
      if (isObject(value)) this.addObject(name, value, 1);
    }
    return this.values;
  }

  private addObject(path: string, fields: Record<string, unknown>, depth: number): void {
    if (!('value' in fields) || isObject(fields.value)) this.add(path, fields); // a sensor of that name has no number
    // The length is bounded too, because a long name would be repeated for each of the values under it.
    if (depth > messageLimits.groupDepth || path.length > messageLimits.groupNameLength) return;
    for (const name in fields) {
      const value = fields[name];
      this.count.add(name, ++this.found);
      const isWhole = name === 'value' && !isObject(value);
      if (!isWhole && reserved.has(name)) continue;
      const full = isWhole ? path : `${path}_${name}`.replace(/[^A-Za-z0-9_.-]/g, '_');
      if (isObject(value)) this.addObject(full, value, depth + 1);
      else this.add(full, value);
    }
  }

  private add(name: string, value: unknown): void {
    if (!(name in this.values)) this.values[name] = value;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
