/** Learns layouts: what of a message is fixed text, and what its values are. */
import { isOpenState } from '../../../shared/domain/states.ts';
import { sensorName } from '../../../shared/names/sensor-name.ts';
import { isReserved } from '../contract.ts';
import { type MachineSchema, mayOpen } from '../machines/machine-schema.ts';
import { namedValue } from '../objects/named-values.ts';
import { isDateText, isReceptionName, isTimeName, timeKeys } from '../objects/time-names.ts';
import type { Row } from '../row.ts';
import { isQualityName } from '../values.ts';
import { type JsonLayout, keptTexts, type Use, use } from './json-layout.ts';
import { type ShapeText, type ShapeValue, shapeOf } from './json-shape.ts';

/**
 * Learns a layout from a message that was parsed and checked. Null if it has no layout that could be recognised: such
 * messages are always parsed.
 */
export function learnLayout(payload: Buffer, schema: MachineSchema, sensor: string | undefined, row: Row) {
  const shape = shapeOf(payload.toString('latin1'));
  if (!shape || (shape.hasValuesObject && shape.values.some(isNestedTime))) return null;
  if (sensor === undefined && mayBeNamed(shape)) return null;
  const uses: Use[] = [];
  const columns: number[] = [];
  const timeKey = timeKeyIn(shape, payload);
  if (timeKey === null) return null;
  const slots: ShapeValue[] = [];
  for (const value of shape.values) {
    const isTime = !value.nested && value.key === timeKey;
    const isOwn = !isTime && isField(value, shape, sensor);
    const column = isOwn ? columnOfField(value, schema, sensor) : undefined;
    if (isOwn && column === undefined && mayGetColumn(value, schema, payload)) return null;
    if (column === undefined ? isFixed(value, shape, sensor) : isNull(payload, value)) continue;
    // Two names may be one sensor, such as `Air Temp` and `Air_Temp`: only parsing knows which one counts.
    if (column !== undefined && columns.includes(column)) return null;
    const isState = row.states.some((state) => state.column === column);
    if (column !== undefined && value.kind !== 'number' && !isState) return null;
    slots.push(value);
    uses.push(column === undefined ? useOf(value, timeKey) : useOfSensor(value));
    columns.push(column ?? -1);
  }
  return {
    ...fixedTexts(payload, slots),
    uses: Uint8Array.from(uses),
    columns: Int32Array.from(columns),
    states: [],
    statesOf: null,
    texts: [],
    textsLeft: keptTexts,
    present: row.present,
    ignored: row.ignored,
  } satisfies JsonLayout;
}

/**
 * Returns the key of the message's time; undefined if it has none. Null if a value under another name may be a time now
 * and none in the next message: only parsing can tell.
 */
function timeKeyIn(shape: ShapeText, payload: Buffer): string | undefined | null {
  const own = shape.values.filter((value) => !value.nested && !isNull(payload, value));
  const known = timeKeys.find((key) => own.some((value) => value.key === key));
  if (known !== undefined) return known;
  const [other] = own.filter(({ key }) => isTimeName(key) && !isReceptionName(key));
  if (!other) return own.some(({ key }) => isReceptionName(key)) ? null : undefined;
  const isDate = other.kind === 'text' && isDateText(payload.toString('latin1', other.from, other.to));
  return isDate ? other.key : null;
}

/** True if the message may be one value with its name: whether it is depends on whether the name is empty. */
function mayBeNamed({ values, hasValuesObject }: ShapeText): boolean {
  if (hasValuesObject) return false;
  const alike = { number: 0, text: 'x', constant: null };
  const named = namedValue(Object.fromEntries(values.map(({ key, kind }) => [key, alike[kind]])));
  return named !== null && named.others.length === 0;
}

/** True for a value of no sensor that belongs to the layout: another one there is another layout. */
function isFixed(
  { kind, key, nested }: ShapeValue,
  { hasValuesObject }: ShapeText,
  sensor?: string,
): boolean {
  // On the topic of one sensor, it says whether the value is good.
  const isQuality = sensor !== undefined && !hasValuesObject && !nested && isQualityName(key);
  return kind === 'constant' || isQuality;
}

/**
 * True for a field that may become a sensor: a text that would be a state if it were another word, or a value that is
 * none only because the owner of the machine has as many sensors as one may, which holds for no other owner, nor later.
 */
function mayGetColumn({ key, kind, from, to }: ShapeValue, schema: MachineSchema, payload: Buffer): boolean {
  const name = sensorName(key);
  if (isReserved(name) || !mayOpen(schema, name)) return false;
  if (kind === 'text') return isOpenState(name, 'any');
  return kind === 'number' || (!isQualityName(name) && /^[tf]/.test(payload.toString('latin1', from, to)));
}

function isNestedTime({ nested, key }: ShapeValue): boolean {
  return nested && isTimeName(key);
}

function isNull(payload: Buffer, { kind, from, to }: ShapeValue): boolean {
  return kind === 'constant' && payload.toString('latin1', from, to) === 'null';
}

/** True if json.ts treats the value as part of the reading. */
function isField(value: ShapeValue, shape: ShapeText, sensor: string | undefined): boolean {
  if (shape.hasValuesObject) return value.nested;
  if (sensor === undefined) return true;
  const hasValue = shape.values.some(({ key }) => key === 'value');
  return value.key === (hasValue ? 'value' : sensor);
}

function columnOfField(
  value: ShapeValue,
  schema: MachineSchema,
  sensor: string | undefined,
): number | undefined {
  const isTheSensor = sensor !== undefined && !value.nested && value.key === 'value';
  return schema.set.columns.get(isTheSensor ? sensor : sensorName(value.key));
}

function useOf({ key, nested, kind }: ShapeValue, timeKey: string | undefined): Use {
  if (!nested && key === timeKey) {
    if (kind !== 'text') return use.time;
    return timeKeys.includes(key) ? use.timeText : use.dateText;
  }
  if (!nested && key === 'seq' && kind === 'number') return use.seq;
  if (!nested && key === 'id' && kind === 'text') return use.id;
  return kind === 'text' ? use.text : use.number;
}

function useOfSensor({ kind }: ShapeValue): Use {
  return kind === 'number' ? use.sensor : kind === 'text' ? use.state : use.flag;
}

function fixedTexts(payload: Buffer, slots: readonly ShapeValue[]): Pick<JsonLayout, 'fixed' | 'fixedEnd'> {
  const starts = [0, ...slots.map(({ to }) => to)];
  const texts = starts.map((start, i) => payload.subarray(start, slots[i]?.from ?? payload.length));
  let end = 0;
  return {
    fixed: new Uint8Array(Buffer.concat(texts)),
    fixedEnd: Int32Array.from(texts, (text) => (end += text.length)),
  };
}
