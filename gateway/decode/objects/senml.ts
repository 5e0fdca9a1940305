import { sensorName } from '../../../shared/names/sensor-name.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import { parseDeviceTime } from '../device-time.ts';
import { kindOf } from '../values.ts';
import { messageLimits } from './message-limits.ts';

/**
 * The labels of a record: base name, time, unit, value, sum and version; name, unit, values, sum, time and update time.
 * Others are ignored, except those that end with `_`, which a reader must understand.
 */
const baseLabels = ['bn', 'bt', 'bu', 'bv', 'bs', 'bver'];
const valueLabels = ['v', 'vs', 'vb', 'vd', 's'];
const labels = new Set([...baseLabels, ...valueLabels, 'n', 'u', 't', 'ut']);
/** The version of RFC 8428. */
const versionMax = 10;
/** Times below this number of seconds are relative to now (RFC 8428, 4.5.3). */
const relativeBelow = 2 ** 28;

type Fields = Record<string, unknown>;

/**
 * True if a list is a SenML pack: its records have values under SenML's labels, and a name. Without a base and without a
 * unit, they have nothing else. Of a list with a base for its values, a record that has none is a fault of the pack, and not a reason
 * to read the others as something else.
 */
export function isSenml(list: readonly unknown[]): boolean {
  let [isNamed, hasUnit, hasBase, hasValue, isWhole, isPlain] = [false, false, false, false, true, true];
  for (const record of list) {
    const fields = isRecord(record) ? record : {};
    const isBase = has(fields, baseLabels);
    const isValue = has(fields, valueLabels);
    isWhole &&= isBase || isValue;
    isNamed ||= typeof fields.n === 'string' || typeof fields.bn === 'string';
    hasUnit ||= 'u' in fields;
    hasBase ||= isBase;
    hasValue ||= isValue && (isBase || 'n' in fields);
    isPlain &&= Object.keys(fields).every((key) => labels.has(key) || key.endsWith('_'));
  }
  if (!isNamed) return false;
  return isWhole ? hasBase || hasUnit || isPlain : hasBase && hasValue;
}

const has = (fields: Fields, of: readonly string[]) => of.some((label) => label in fields);

const isRecord = (record: unknown): record is Fields =>
  typeof record === 'object' && record !== null && !Array.isArray(record);

/** The state of a pack: what its records so far have said. */
class Pack {
  readonly readings: DecodedReading[] = [];
  private readonly base: Fields = {};
  private prefix = '';
  /** The readings of a time, which have no sensor in common. */
  private readonly byTime = new Map<number, DecodedReading[]>();
  private readonly fullNames = new Map<string, string>();
  private readonly units: ReadonlySet<string>;

  /** @param units names, with `prefix` and own name, that have values of several units */
  constructor(units: ReadonlySet<string>) {
    this.units = units;
  }

  add(record: Fields): void {
    for (const label of baseLabels) if (record[label] !== undefined) this.base[label] = record[label];
    if (record.bn !== undefined) this.prefix = textOf(record.bn);
    for (const { suffix, value } of valuesOf(record, this.base)) {
      const name = this.nameOf(record) + suffix;
      const unit = suffix === '' ? textOf(record.u ?? this.base.bu) : '';
      this.put(name, value, numberOf(this.base.bt) + numberOf(record.t), unit);
    }
  }

  private nameOf(record: Fields): string {
    const own = textOf(record.n);
    const full = this.prefix + own;
    // A URN or the base name alone names a device, whose own part is the last one.
    const isUrn = own.startsWith('urn:') || own === '';
    const plain = isUrn ? (full.match(/[^:/]+/g)?.at(-1) ?? '') : own;
    if (plain === '') throw unreadable('a record has no name');
    const unit = textOf(record.u ?? this.base.bu);
    const name = sensorName(this.units.has(full) && unit !== '' ? `${plain}_${unit}` : plain);
    const known = this.fullNames.get(name) ?? full;
    if (known !== full) throw unreadable(`'${name}' is of two devices: give each a topic of its own`);
    this.fullNames.set(name, known);
    return name;
  }

  /** A sensor that has two values at one time has two readings. */
  private put(name: string, value: unknown, seconds: number, unit: string): void {
    const known = this.byTime.get(seconds) ?? [];
    this.byTime.set(seconds, known);
    let reading = known.at(-1);
    if (!reading || Object.hasOwn(reading.values, name)) {
      reading = readingAt(seconds);
      known.push(reading);
      this.readings.push(reading);
    }
    reading.values[name] = value;
    if (unit !== '') reading.units = Object.assign(reading.units ?? Object.create(null), { [name]: unit });
  }
}

/**
 * Converts a SenML pack (RFC 8428) of one machine to readings; records of one time form one reading. A sensor is called
 * by its name, without the base name, which identifies the device; if it has no name, by the last part of the base
 * name. A sum is a sensor of its own, and so is each unit of a name that has several. @throws HarbingerError DECODE_SENML
 */
export function readSenml(list: readonly unknown[]): DecodedReading[] {
  for (const record of list) checkLabels(record);
  const pack = new Pack(namesWithUnits(list as readonly Fields[]));
  for (const record of list as readonly Fields[]) pack.add(record);
  if (pack.readings.length === 0) throw unreadable('no record has a value');
  return pack.readings;
}

function checkLabels(record: unknown): asserts record is Fields {
  if (!isRecord(record)) throw unreadable(`a record is not an object: ${kindOf(record)}`);
  if (!has(record, baseLabels) && !has(record, valueLabels))
    throw unreadable(
      `a record has neither a value nor a base, but ${Object.keys(record).slice(0, 5).join(', ').slice(0, 60) || 'nothing'}`,
    );
  for (const label in record)
    if (label.endsWith('_'))
      throw unreadable(`the label '${label.slice(0, 40)}' must be understood (it ends with _), and is not`);
  // Names are joined for each record, so their lengths are checked first.
  for (const label of ['bn', 'n', 'bu', 'u']) textOf(record[label]);
  const { bver } = record;
  if (bver === undefined) return;
  if (typeof bver !== 'number' || !Number.isInteger(bver) || bver < 1)
    throw unreadable(`the version is not a number: ${kindOf(bver)}`);
  if (bver > versionMax) throw unreadable(`version ${bver}; versions up to ${versionMax} are known`);
}

/** Returns the full names that have values of several units, such as a place with `lon` and `lat` (RFC 8428, 5.1.3). */
function namesWithUnits(list: readonly Fields[]): ReadonlySet<string> {
  const units = new Map<string, unknown>();
  const several = new Set<string>();
  let [prefix, baseUnit]: [string, unknown] = ['', undefined];
  for (const { bn, bu, n, u, v } of list) {
    if (typeof bn === 'string') prefix = bn;
    if (bu !== undefined) baseUnit = bu;
    if (v === undefined) continue;
    const full = prefix + (typeof n === 'string' ? n : '');
    const unit = u ?? baseUnit;
    if (units.has(full) && units.get(full) !== unit) several.add(full);
    units.set(full, unit);
  }
  return several;
}

function readingAt(seconds: number): DecodedReading {
  if (seconds === 0) return { values: {} };
  if (seconds < relativeBelow) {
    if (!Number.isFinite(seconds)) throw unreadable('a time is not finite');
    return { values: {}, relativeMs: seconds * 1_000 };
  }
  const deviceTime = parseDeviceTime(seconds);
  if (!deviceTime) throw unreadable(`a time of ${seconds} s`);
  return { values: {}, deviceTime };
}

/** A value that is not a number is passed on unchanged, because the contract decides about it. */
function valuesOf(record: Fields, base: Fields): { suffix: string; value: unknown }[] {
  const values: { suffix: string; value: unknown }[] = [];
  if (record.v !== undefined) values.push({ suffix: '', value: numberOf(base.bv) + numberOf(record.v) });
  else if (record.vb !== undefined) values.push({ suffix: '', value: record.vb });
  else if (record.vs !== undefined) values.push({ suffix: '', value: record.vs });
  else if (record.vd !== undefined) values.push({ suffix: '', value: [record.vd] }); // bytes, not a number as text
  if (record.s !== undefined) values.push({ suffix: '_sum', value: numberOf(base.bs) + numberOf(record.s) });
  return values;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') throw unreadable(`a name is not a text: ${kindOf(value)}`);
  const { nameLength } = messageLimits;
  if (value.length > nameLength) throw unreadable(`a name is longer than ${nameLength} characters`);
  return value;
}

function numberOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  throw unreadable(`not a number: ${kindOf(value)}`);
}

function unreadable(problem: string): HarbingerError {
  return new HarbingerError('DECODE_SENML', 'decode', `SenML: ${problem}`);
}
