/**
 * Reads plain JSON numbers from bytes: no exponent, at most 15 digits. A double distinguishes all such decimals, so the
 * value is exact after one division. Its own digits, without zeros at the end of the fraction, are those that
 * JavaScript would print, so they can be copied where the number is to be written as text.
 */

const digitsMax = 15;
/** JavaScript prints smaller ones with an exponent. */
const printedPlainMin = 1e-6;
const powersOfTen = Array.from({ length: digitsMax + 1 }, (_, exponent) => 10 ** exponent);

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

export class JsonNumber {
  value = 0;
  /** The index after the number. */
  end = 0;
  /** The printed digits: `bytes[textFrom] … bytes[textTo - 1]`. */
  textFrom = 0;
  textTo = 0;

  /** Returns true if a plain number begins at `from`. The caller checks what follows it. */
  read(bytes: Uint8Array, from: number): boolean {
    const { length } = bytes;
    const isNegative = from < length && bytes[from] === minus;
    const first = isNegative ? from + 1 : from;
    let at = first;
    let mantissa = 0;
    for (let digit = 0; at < length; at++) {
      digit = bytes[at]! - zero;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    const whole = at - first;
    if (whole === 0 || whole > digitsMax || (whole > 1 && bytes[first] === zero)) return false;
    this.textTo = at;
    let decimals = 0;
    if (at < length && bytes[at] === point) {
      const pointAt = at++;
      for (let digit = 0; at < length; at++) {
        digit = bytes[at]! - zero;
        if (digit < 0 || digit > 9) break;
        mantissa = mantissa * 10 + digit;
        if (digit !== 0) this.textTo = at + 1;
      }
      decimals = at - pointAt - 1;
      if (decimals === 0 || whole + decimals > digitsMax) return false;
    }
    if (at < length && (bytes[at]! | 0x20) === 0x65) return false;
    const size = decimals === 0 ? mantissa : mantissa / powersOfTen[decimals]!;
    if (size < printedPlainMin && size !== 0) return false;
    this.value = isNegative ? -size : size;
    this.end = at;
    // Minus zero prints as 0.
    this.textFrom = isNegative && size !== 0 ? from : first;
    return true;
  }
}
