/** Single values of a payload: which texts are numbers, and how a value is named in a message to people. */

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** True if a text of an untyped format is a number; leading zeros are allowed. */
export function isDecimal(text: string): boolean {
  return decimal.test(text);
}

/** A number without leading zeros, with blanks around it: `007` is a name. */
const plainNumber = /^ {0,8}[+-]?(0|[1-9]\d{0,14})(\.\d{1,18})?([eE][+-]?\d{1,2})? {0,8}$/;

/** True if a text in JSON represents a number. */
export function isNumberText(text: string): boolean {
  return plainNumber.test(text);
}

/** True for what a sensor's value may be: a number, also as text, or a boolean. */
export function isSensorValue(value: unknown): boolean {
  if (typeof value === 'string') return isNumberText(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/** Describes a value that is not a number, for people. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 40);
}
