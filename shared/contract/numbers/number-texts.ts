/**
 * Which texts are numbers, in every format alike: digits with at most one point among, before or behind them (`12`, `12.5`, `12.`,
 * `.5`), a sign in front (`-.5`, `+5`), an exponent (`1e5`), and blanks around it. Nothing else: neither the numbers of programming
 * languages (`0x10`, `1_000`), nor digits of other scripts, nor words such as `NaN`.
 */

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** True for a number in a format that has nothing but texts, such as CSV; the blanks around it have been cut off. */
export function isDecimal(text: string): boolean {
  return decimal.test(text);
}

/**
 * In JSON, CBOR and the like a sender could have sent a number, so what could be a name is none: `007`, and more digits than a
 * double has.
 */
const namesExcluded = /^ {0,8}[+-]?((0|[1-9]\d{0,14})(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})? {0,8}$/;

/** True if a text in a format that has numbers too represents one. */
export function isNumberText(text: string): boolean {
  return namesExcluded.test(text);
}
