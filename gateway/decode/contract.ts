import { isNumberText } from '../../shared/contract/numbers/number-texts.ts';
import { reservedSensors, unstoredFields } from '../../shared/domain/machine-type.ts';
import { isOpenState, stateTextForm } from '../../shared/domain/states.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { addUnstored } from './identity/content.ts';
import { columnOf, type MachineSchema, openSensorsMax } from './machines/machine-schema.ts';
import type { Row } from './row.ts';
import { isTextColumn } from './states/free-texts.ts';
import { isStateColumn, type StateValue, stateValue } from './states/state-values.ts';
import { isQualityName, kindOf } from './values.ts';

/**
 * Checks one reading against its machine type. Numbers, also as texts, and booleans (0/1) are values, and texts of states;
 * null is an absent value; a field that the type does not declare is ignored and counted. A value that its sensor cannot
 * have is refused alone. The result is in `row`, so nothing is allocated per reading.
 * @throws HarbingerError CONTRACT_TYPE, CONTRACT_FINITE, CONTRACT_RANGE if every value was refused, for the first one;
 * CONTRACT_EMPTY
 */
export function checkReading(schema: MachineSchema, values: Record<string, unknown>, row: Row): void {
  row.present = 0;
  row.ignored = 0;
  row.refused.length = 0;
  row.states.length = 0;
  row.unstored.content = 0;
  row.unstored.sensors = 0;
  row.source = null;
  row.values.fill(Number.NaN, 0, schema.set.sensors.length);
  for (const sensor in values) {
    const raw = values[sensor];
    const column = schema.set.columns.get(sensor) ?? openColumn(schema, sensor, raw);
    if (column < 0) {
      if (!unstoredFields.has(sensor)) row.ignored++;
      continue;
    }
    if (raw === null) continue;
    const state = typeof raw === 'number' ? null : stateIn(schema, column, raw);
    if (state !== null) {
      row.values[column] = state.code;
      row.states.push(state);
      row.present++;
      continue;
    }
    const value = typeof raw === 'number' ? raw : numberIn(raw);
    if (!(value >= schema.set.min[column]! && value <= schema.set.max[column]!)) {
      if (!schema.type.openSensors || typeof raw === 'number') {
        row.refused.push({ sensor, value: raw, error: breach(schema, sensor, column, raw), column });
        row.values[column] = Number.NaN; // of a column that has just been opened, it was not emptied
        continue;
      }
      // On an open type any kind of value is permitted: a text such as `unavailable` is not a violation, but no value either.
      if (typeof raw === 'string' && isOpenState(sensor, raw)) addUnstored(schema, row, column, raw);
      else row.refused.push({ sensor, value: raw, error: null, column, ...textIn(schema, column, raw) });
      row.ignored++;
      continue;
    }
    row.values[column] = value;
    row.present++;
  }
  if (row.present === 0) throw row.refused.find(({ error }) => error)?.error ?? emptyReading(schema, values);
}

/** Opens a column for a number or a state; an open type does not regard other texts, lists and objects as sensors. */
function openColumn(schema: MachineSchema, sensor: string, raw: unknown): number {
  if (!schema.type.openSensors || unstoredFields.has(sensor)) return -1;
  if (isOpenNumber(sensor, raw)) return columnOf(schema, sensor);
  return typeof raw === 'string' && isOpenState(sensor, raw) ? columnOf(schema, sensor, true) : -1;
}

/** Returns what a boolean or a text other than a number means; null if it is not a value. */
function stateIn(schema: MachineSchema, column: number, raw: unknown): StateValue | null {
  const isState = typeof raw === 'boolean' || (typeof raw === 'string' && !isNumberText(raw));
  return isState ? stateValue(schema, column, raw) : null;
}

function textIn(schema: MachineSchema, column: number, raw: unknown): { isText?: true } {
  return typeof raw === 'string' && isTextColumn(schema, column, raw) ? { isText: true } : {};
}

/** Converts a text to a number; NaN if it is not a number. */
function numberIn(raw: unknown): number {
  return typeof raw === 'string' && isNumberText(raw) ? Number(raw) : Number.NaN;
}

/** True for a name with another meaning than a sensor. */
export function isReserved(name: string): boolean {
  return unstoredFields.has(name);
}

/** True if a field opens a column for numbers: a number, or a boolean that does not tell whether others are good. */
function isOpenNumber(name: string, raw: unknown): boolean {
  if (typeof raw === 'boolean') return !isQualityName(name);
  return typeof raw === 'number' || (typeof raw === 'string' && isNumberText(raw));
}

function emptyReading({ set, type }: MachineSchema, values: Record<string, unknown>): HarbingerError {
  const { sensors } = set;
  const isFull = type.openSensors && sensors.length >= openSensorsMax;
  const known =
    sensors.slice(0, 8).join(', ') ||
    `any number under a plain name that is not one of ${reservedSensors.join(', ')}`;
  const hint = isFull
    ? `; it has ${openSensorsMax} sensors by now, which are all that a machine of this type may have: declare a type with the sensors that it has (harbinger machines propose drafts one)`
    : '';
  const sent = Object.entries(values)
    .slice(0, 5)
    .map(([name, value]) => `${JSON.stringify(name.slice(0, 40))}: ${kindOf(value)}`);
  return new HarbingerError(
    'CONTRACT_EMPTY',
    'contract',
    `no value for a sensor of type '${type.name}': the message has ${sent.join(', ') || 'nothing'} ` +
      `(the type has: ${known}${sensors.length > 8 ? ', …' : ''})${hint}`,
  );
}

function breach(schema: MachineSchema, sensor: string, column: number, raw: unknown): HarbingerError {
  const where = `sensor '${sensor}' of ${schema.site}/${schema.machine}`;
  if (typeof raw !== 'number') {
    const states = isStateColumn(schema, column) ? schema.type.sensors[column]?.states : undefined;
    const isState = schema.type.sensors[column]?.kind === 'state';
    if (isState && !states) {
      const form = `a number, or a text of ${stateTextForm}`;
      return new HarbingerError('CONTRACT_TYPE', 'contract', `${where} must be ${form}, not ${kindOf(raw)}`);
    }
    if (states) {
      const message = `${where} must be one of ${states.slice(0, 8).join(', ')}${states.length > 8 ? ', …' : ''}`;
      return new HarbingerError('CONTRACT_TYPE', 'contract', `${message}, not ${kindOf(raw)}`);
    }
    return new HarbingerError('CONTRACT_TYPE', 'contract', `${where} must be a number, not ${kindOf(raw)}`);
  }
  if (!Number.isFinite(raw))
    return new HarbingerError('CONTRACT_FINITE', 'contract', `${where} is not a finite number`);
  const range = `${schema.set.min[column]} … ${schema.set.max[column]}`;
  return new HarbingerError('CONTRACT_RANGE', 'contract', `${where}: ${raw} is outside ${range}`);
}
