import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { kindOf } from '../values.ts';
import type { FieldMapping } from './schema.ts';
import { type Conversion, conversion, converted, unitNamed } from './units.ts';

/**
 * A number with the unit that follows it: `21.5`, `+3e2 kPa`, `1,5°C`. A unit begins with a letter or a sign for one: `1_000`, `12.5.3`
 * and `1.234,5` are not numbers with a unit. Nor is what programs write (`0x10`), or a number whose exponent is not complete.
 */
const measured =
  /^\s*([+-]?(?:\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(?:[eE][+-]?\d{1,3})?)(?!x[\da-f]|b[01]|o[0-7]|e[+-]?(?:\d|$))\s*([\p{L}\p{So}\p{Sc}%‰/"″′(].{0,31})?$/iu;
const lengthMax = 128;

/** The rules of a field for its value, compiled. */
export interface ValueRules {
  states: ReadonlyMap<string, number | boolean | string> | null;
  none: ReadonlySet<string> | null;
  scale: number;
  offset: number;
  /** The unit in which a device sends it where nothing else says so, and the one in which it is stored. */
  from: string | undefined;
  to: string | undefined;
  /** From one to the other. */
  fixed: Conversion | null;
  hasComma: boolean;
  /** True if texts are read as numbers with a unit. */
  isMeasured: boolean;
}

/** @throws RangeError with what is wrong, as a sentence without a subject */
export function valueRules(field: FieldMapping): ValueRules {
  const { unit, unitFrom, scale = 1, offset = 0, states, none, decimal } = field;
  const to = field.as ?? unit;
  for (const [key, text] of Object.entries({ unit, as: field.as }))
    if (
      text !== undefined &&
      (field.as !== undefined || unitFrom !== undefined) &&
      unitNamed(text) === undefined
    )
      throw new RangeError(
        `has ${key} = "${text}", which is not a known unit: write it as in °C, kPa, l/min, or leave it out`,
      );
  const fixed = unit !== undefined && field.as !== undefined ? conversion(unit, field.as) : null;
  if (unit !== undefined && field.as !== undefined && !fixed)
    throw new RangeError(`cannot convert ${unit} to ${field.as}: they are of different quantities`);
  const isMeasured = [unit, unitFrom, field.as, field.scale, field.offset, decimal].some(
    (one) => one !== undefined,
  );
  return {
    states: states ? new Map(Object.entries(states).flatMap(spellings)) : null,
    none: none ? new Set(none.map((text) => text.toLowerCase())) : null,
    ...{ scale, offset, from: unit, to, fixed, isMeasured, hasComma: decimal === ',' },
  };
}

/** As it is written, and in lower case. */
function spellings([text, value]: [string, number | boolean | string]) {
  return [text, text.toLowerCase()].map((key) => [key, value] as const);
}

/**
 * Returns the value that is stored of one that was sent; null if there is none. @param unit the one that the message says
 * @throws HarbingerError DECODE_MAPPING if it is not one of the states, or has another unit
 */
export function storedValue(rules: ValueRules, name: string, sent: unknown, unit?: unknown): unknown {
  if (sent === null || sent === undefined) return null;
  const isText = typeof sent === 'string';
  if (rules.none && isText && rules.none.has(sent.trim().toLowerCase())) return null;
  if (rules.states) {
    const text = String(sent).slice(0, lengthMax).trim();
    const state = rules.states.get(text) ?? rules.states.get(text.toLowerCase());
    if (state !== undefined) return state;
    if (typeof sent !== 'number') throw wrong(name, `${kindOf(sent)} is not one of its states`);
  }
  if (!rules.isMeasured) return sent;
  if (typeof sent === 'number') return measure(rules, name, sent, unit);
  const found = isText && sent.length <= lengthMax ? measured.exec(sent) : null;
  if (!found) return sent;
  const digits = found[1]!;
  if (digits.includes(',') && !rules.hasComma)
    throw wrong(name, `${kindOf(sent)} has a comma; set decimal = "," if it is the decimal mark`);
  return measure(rules, name, Number(digits.replace(',', '.')), found[2]?.trim() || unit);
}

function measure(rules: ValueRules, name: string, value: number, unit: unknown): number {
  const { scale, offset, from, to, fixed } = rules;
  const scaled = scale === 1 && offset === 0 ? value : Number((value * scale + offset).toPrecision(15));
  if (typeof unit !== 'string' || unit === '') return fixed ? converted(scaled, fixed) : scaled;
  if (to === undefined || unit === to) return scaled;
  const said = unit === from && fixed ? fixed : conversion(unit, to);
  if (!said) throw wrong(name, `the unit '${unit.slice(0, 32)}' cannot be converted to ${to}`);
  return converted(scaled, said);
}

function wrong(name: string, why: string): HarbingerError {
  return new HarbingerError('DECODE_MAPPING', 'decode', `'${name.slice(0, 64)}': ${why}`);
}
