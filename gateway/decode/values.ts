/** Single values of a payload: which texts are numbers, and how a value is named in a message to people. */

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Whether a text of a format without types is a number; zeros before it are allowed. */
export function isDecimal(text: string): boolean {
  return decimal.test(text);
}

/** A number without zeros before it, with blanks around it: `007` is a name. */
const plainNumber = /^ {0,8}[+-]?(0|[1-9]\d{0,14})(\.\d{1,18})?([eE][+-]?\d{1,2})? {0,8}$/;

/** Whether a JSON text stands for a number. */
export function isNumberText(text: string): boolean {
  return plainNumber.test(text);
}

/** Names what stands in the place of a number, for people. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 40);
}
