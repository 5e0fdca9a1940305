import type { Decoded } from '../../ports/decode.ts';
import { isTimeName } from './time-names.ts';

/** More significant digits than any double needs are lost. */
const digitsMax = 17;
/** A text without this has no number that is rounded: 16 digits in a row, or an exponent of three. */
const mayHave = /\d{16}|[eE][+-]?\d{3}|\d{8}\.\d{8}/;
const inJson = /"([^"\\]{1,64})"\s*:\s*(-?\d[\d.eE+-]{0,400})/g;
const inLine = /([^=,\s"]{1,64})=(-?\d[\d.eE+-]{0,400})[iu]?(?=[,\s]|$)/g;
const namedMax = 20;

/**
 * True if a number in digits is another one as a double: an integer beyond 2^53 that is rounded, one that becomes 0, or
 * one with more than 17 significant digits. That 0.1 has no exact double does not count.
 */
export function isRounded(text: string): boolean {
  if (text.length < 16 && !/[eE][+-]?\d{3}/.test(text)) return false;
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  if (/^-?\d{1,400}$/.test(text)) return BigInt(text) !== BigInt(value);
  const [mantissa = ''] = text.split(/[eE]/);
  const digits = mantissa.replace(/[-+.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return digits.length > digitsMax || (value === 0 && digits !== '');
}

/** Returns the names of the rounded numbers of a JSON text; times, which are read digit by digit, are not among them. */
export function roundedInJson(text: string): string[] {
  return mayHave.test(text) ? namesIn(text, inJson) : [];
}

/** The same of a line of line protocol. */
export function roundedInLine(text: string): string[] {
  return mayHave.test(text) ? namesIn(text, inLine) : [];
}

function namesIn(text: string, pattern: RegExp): string[] {
  const names: string[] = [];
  for (const [, name = '', number = ''] of text.matchAll(pattern))
    if (names.length < namedMax && !isTimeName(name) && name !== 'seq' && isRounded(number)) names.push(name);
  return names;
}

/** Says of a message which of its numbers are rounded. */
export function withRounded<D extends Decoded>(decoded: D[], names: readonly string[]): D[] {
  const [first] = decoded;
  if (names.length > 0 && first && 'values' in first) first.rounded = [...names];
  return decoded;
}
