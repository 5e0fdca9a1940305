import { reservedSensors } from '../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { kindOf } from './alone.ts';
import { columnOf, type Series } from './machines.ts';

const reserved = new Set([...reservedSensors, 'values', 'value']);

/** What of a payload was taken: values by column (NaN where absent), and how many fields the type does not know. */
export interface Row {
  values: Float64Array;
  present: number;
  ignored: number;
  /** Where the values' digits can be copied from, `source[textFrom[column]] … source[textTo[column] - 1]`; or null. */
  source: Uint8Array | null;
  textFrom: Int32Array;
  textTo: Int32Array;
}

const columnsMax = 512;

export function newRow(): Row {
  return {
    values: new Float64Array(columnsMax),
    present: 0,
    ignored: 0,
    source: null,
    textFrom: new Int32Array(columnsMax),
    textTo: new Int32Array(columnsMax),
  };
}

/**
 * Checks one reading against its machine type. Numbers, also written as texts, and booleans (0/1) are values; null is an
 * absent value; a field the type does not declare is ignored and counted. Uses `row` as scratch: no allocation for each reading.
 * @throws HarbingerError CONTRACT_TYPE, CONTRACT_FINITE, CONTRACT_RANGE, CONTRACT_EMPTY
 */
export function checkReading(series: Series, values: Record<string, unknown>, row: Row): void {
  row.present = 0;
  row.ignored = 0;
  row.source = null;
  row.values.fill(Number.NaN, 0, series.set.sensors.length);
  for (const sensor in values) {
    const raw = values[sensor];
    const column = series.set.columns.get(sensor) ?? openColumn(series, sensor, raw);
    if (column < 0) {
      if (!reserved.has(sensor)) row.ignored++;
      continue;
    }
    if (raw === null) continue;
    const value = typeof raw === 'number' ? raw : numberIn(raw);
    if (!(value >= series.set.min[column]! && value <= series.set.max[column]!)) {
      if (!series.type.openSensors || typeof raw === 'number') throw breach(series, sensor, column, raw);
      row.ignored++; // its kind is not declared: `unavailable` in a sensor's place is no breach
      continue;
    }
    row.values[column] = value;
    row.present++;
  }
  if (row.present === 0) {
    throw nothingTaken(series, values);
  }
}

/** An open type takes every number; what else stands beside it (other texts, lists) is not a sensor. */
function openColumn(series: Series, sensor: string, raw: unknown): number {
  return series.type.openSensors && isSensorValue(sensor, raw) ? columnOf(series, sensor) : -1;
}

/** Without zeros before it: `007` is a name. */
const decimal = /^ {0,8}[+-]?(0|[1-9]\d{0,14})(\.\d{1,18})?([eE][+-]?\d{1,2})? {0,8}$/;

/** The number that a boolean or a text stands for; NaN if none. */
function numberIn(raw: unknown): number {
  if (typeof raw === 'boolean') return Number(raw);
  return typeof raw === 'string' && isNumberText(raw) ? Number(raw) : Number.NaN;
}

export function isNumberText(text: string): boolean {
  return decimal.test(text);
}

/** Whether a field is what a sensor could be: a number under a name that stands for nothing else. */
export function isSensorValue(name: string, raw: unknown): boolean {
  return !reserved.has(name) && (typeof raw === 'number' || (typeof raw === 'string' && isNumberText(raw)));
}

function nothingTaken({ set, type }: Series, values: Record<string, unknown>): HarbingerError {
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

function breach(series: Series, sensor: string, column: number, raw: unknown): HarbingerError {
  const where = `sensor '${sensor}' of ${series.site}/${series.machine}`;
  if (typeof raw !== 'number') {
    return new HarbingerError('CONTRACT_TYPE', 'contract', `${where} must be a number, not ${kindOf(raw)}`);
  }
  if (!Number.isFinite(raw))
    return new HarbingerError('CONTRACT_FINITE', 'contract', `${where} is not a finite number`);
  const range = `${series.set.min[column]} … ${series.set.max[column]}`;
  return new HarbingerError('CONTRACT_RANGE', 'contract', `${where}: ${raw} is outside ${range}`);
}
