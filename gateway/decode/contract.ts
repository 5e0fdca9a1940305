import { reservedSensors } from '../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { columnOf, type MachineSchema } from './machines/machine-schema.ts';
import type { Row } from './row.ts';
import { isNumberText, kindOf } from './values.ts';

const reserved = new Set([...reservedSensors, 'values', 'value']);

/**
 * Checks one reading against its machine type. Numbers, also as texts, and booleans (0/1) are values; null is an absent
 * value; a field that the type does not declare is ignored and counted. A value that its sensor cannot have is refused
 * alone. The result is in `row`, so nothing is allocated per reading.
 * @throws HarbingerError CONTRACT_TYPE, CONTRACT_FINITE, CONTRACT_RANGE if every value was refused, for the first one;
 * CONTRACT_EMPTY
 */
export function checkReading(schema: MachineSchema, values: Record<string, unknown>, row: Row): void {
  row.present = 0;
  row.ignored = 0;
  row.refused.length = 0;
  row.source = null;
  row.values.fill(Number.NaN, 0, schema.set.sensors.length);
  for (const sensor in values) {
    const raw = values[sensor];
    const column = schema.set.columns.get(sensor) ?? openColumn(schema, sensor, raw);
    if (column < 0) {
      if (!reserved.has(sensor)) row.ignored++;
      continue;
    }
    if (raw === null) continue;
    const value = typeof raw === 'number' ? raw : numberIn(raw);
    if (!(value >= schema.set.min[column]! && value <= schema.set.max[column]!)) {
      if (!schema.type.openSensors || typeof raw === 'number') {
        row.refused.push({ sensor, value: raw, error: breach(schema, sensor, column, raw), column });
        row.values[column] = Number.NaN; // of a column that has just been opened, it was not emptied
        continue;
      }
      row.ignored++; // on an open type any kind of value is permitted: a text such as `unavailable` is not a violation
      continue;
    }
    row.values[column] = value;
    row.present++;
  }
  if (row.present === 0) throw row.refused[0]?.error ?? emptyReading(schema, values);
}

/** Opens a column for a number; an open type does not regard other texts, lists and objects as sensors. */
function openColumn(schema: MachineSchema, sensor: string, raw: unknown): number {
  return schema.type.openSensors && isSensorValue(sensor, raw) ? columnOf(schema, sensor) : -1;
}

/** Converts a boolean or a text to a number; NaN if it is not a number. */
function numberIn(raw: unknown): number {
  if (typeof raw === 'boolean') return Number(raw);
  return typeof raw === 'string' && isNumberText(raw) ? Number(raw) : Number.NaN;
}

/** True for a name with another meaning than a sensor. */
export function isReserved(name: string): boolean {
  return reserved.has(name);
}

/** True if a field may be a sensor: a number under a name without another meaning. */
function isSensorValue(name: string, raw: unknown): boolean {
  return !reserved.has(name) && (typeof raw === 'number' || (typeof raw === 'string' && isNumberText(raw)));
}

function emptyReading({ set, type }: MachineSchema, values: Record<string, unknown>): HarbingerError {
  const { sensors } = set;
  const known = sensors.slice(0, 8).join(', ') || 'any number under a plain name';
  const sent = Object.entries(values)
    .slice(0, 5)
    .map(([name, value]) => `${JSON.stringify(name.slice(0, 40))}: ${kindOf(value)}`);
  return new HarbingerError(
    'CONTRACT_EMPTY',
    'contract',
    `no value for a sensor of type '${type.name}': the message has ${sent.join(', ') || 'nothing'} ` +
      `(the type has: ${known}${sensors.length > 8 ? ', …' : ''})`,
  );
}

function breach(schema: MachineSchema, sensor: string, column: number, raw: unknown): HarbingerError {
  const where = `sensor '${sensor}' of ${schema.site}/${schema.machine}`;
  if (typeof raw !== 'number') {
    return new HarbingerError('CONTRACT_TYPE', 'contract', `${where} must be a number, not ${kindOf(raw)}`);
  }
  if (!Number.isFinite(raw))
    return new HarbingerError('CONTRACT_FINITE', 'contract', `${where} is not a finite number`);
  const range = `${schema.set.min[column]} … ${schema.set.max[column]}`;
  return new HarbingerError('CONTRACT_RANGE', 'contract', `${where}: ${raw} is outside ${range}`);
}
