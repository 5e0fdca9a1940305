/**
 * Reads plain JSON numbers from bytes, without an exponent. A double distinguishes all decimals of at most 15 digits, so
 * their value is exact after one division. Their own digits, without zeros at the end of the fraction, are those that
 * JavaScript would print, so they can be copied where the number is to be written as text. Of numbers with more digits,
 * which programs send that print a double in full, it reads those that JavaScript prints alike; but not whole numbers
 * beyond 2^53: their digits may say more than the double does, as those of a time in ns.
 */

const digitsMax = 15;
/** The longest that JavaScript prints without an exponent: a sign, 17 digits, a point and zeros in front. */
const printedMax = 26;
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
  read(bytes: Buffer, from: number): boolean {
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
    if (whole === 0 || (whole > 1 && bytes[first] === zero)) return false;
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
      if (decimals === 0) return false;
    }
    if (at < length && (bytes[at]! | 0x20) === 0x65) return false;
    if (whole + decimals > digitsMax) return this.readLong(bytes, from, at);
    const size = decimals === 0 ? mantissa : mantissa / powersOfTen[decimals]!;
    if (size < printedPlainMin && size !== 0) return false;
    this.value = isNegative ? -size : size;
    this.end = at;
    // Minus zero prints as 0.
    this.textFrom = isNegative && size !== 0 ? from : first;
    return true;
  }

  private readLong(bytes: Buffer, from: number, end: number): boolean {
    if (end - from > printedMax) return false;
    const text = bytes.toString('latin1', from, end);
    this.value = Number(text);
    this.end = end;
    this.textFrom = from;
    this.textTo = end;
    const isExact = !Number.isInteger(this.value) || Number.isSafeInteger(this.value);
    return isExact && String(this.value) === text;
  }
}
