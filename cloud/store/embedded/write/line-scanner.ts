/** Reads the numbers, texts and times of common lines from bytes, and creates no strings but short texts. */

const comma = 0x2c;
const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;
const lastAscii = 0x7f;
/** Texts that are remembered, so that the few states of machines are made only once. */
const textsMax = 256;
const powersOfTen = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** Each `read…` returns false if the text has another form. */
export class LineScanner {
  /** Offset in the text. */
  at = 0;
  /** The number that was read last, and the text. */
  number = 0;
  text = '';
  /** By hash: texts that were read, with their bytes. */
  readonly #texts: { bytes: Buffer; text: string }[] = new Array(textsMax);

  /** Reads digits, with a sign, a point and an exponent; leaves `at` on the comma or space behind them. */
  readNumber(text: Buffer, stop: number): boolean {
    const start = this.at;
    let at = start;
    if (text[at] === 0x2d) at++;
    const digitsFrom = at;
    let mantissa = 0;
    let pointAt = -1;
    let plain = true;
    for (; at < stop; at++) {
      const byte = text[at]!;
      if (byte >= 0x30 && byte <= 0x39) mantissa = mantissa * 10 + (byte - 0x30);
      else if (byte === 0x2e && pointAt < 0) pointAt = at;
      else if (byte === comma || byte === space) break;
      else if (byte === 0x65 || byte === 0x45 || byte === 0x2d || byte === 0x2b) plain = false;
      else return false;
    }
    const digits = at - digitsFrom - (pointAt < 0 ? 0 : 1);
    if (at >= stop || digits === 0) return false;
    this.at = at;
    // With up to 15 digits, mantissa and power of ten are exact, so their quotient is the nearest double.
    if (plain && digits <= 15) {
      const value = pointAt < 0 ? mantissa : mantissa / powersOfTen[at - pointAt - 1]!;
      this.number = digitsFrom > start ? -value : value;
    } else {
      this.number = Number(text.toString('latin1', start, at));
    }
    return Number.isFinite(this.number);
  }

  /** Reads a quoted text of ASCII without escapes; leaves `at` on the comma or space behind it. */
  readText(text: Buffer, stop: number): boolean {
    if (text[this.at] !== quote) return false;
    const start = this.at + 1;
    let at = start;
    let hash = 0;
    for (; at < stop && text[at] !== quote; at++) {
      const byte = text[at]!;
      if (byte === backslash || byte > lastAscii) return false;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const next = text[at + 1];
    if (at + 1 >= stop || (next !== comma && next !== space)) return false;
    this.at = at + 1;
    const place = (hash >>> 0) % textsMax;
    const known = this.#texts[place];
    if (known && text.compare(known.bytes, 0, known.bytes.length, start, at) === 0) this.text = known.text;
    else {
      this.text = text.toString('latin1', start, at);
      this.#texts[place] = { bytes: Buffer.from(text.subarray(start, at)), text: this.text };
    }
    return true;
  }

  /** Reads 10 to 19 digits up to the end of the line as the low and high word of a 64-bit integer, without a BigInt. */
  readTime(text: Buffer, stop: number, words: Uint32Array, index: number): boolean {
    const digits = stop - this.at;
    if (digits < 10 || digits > 19) return false;
    let seconds = 0;
    let nanos = 0;
    const split = stop - 9;
    for (let at = this.at; at < stop; at++) {
      const digit = text[at]! - 0x30;
      if (digit < 0 || digit > 9) return false;
      if (at < split) seconds = seconds * 10 + digit;
      else nanos = nanos * 10 + digit;
    }
    if (seconds >= 9_223_372_036) return false;
    const low = (seconds % 65_536) * 1e9 + nanos;
    const high = Math.floor(seconds / 65_536) * 1e9;
    const lowSum = low + (high % 65_536) * 65_536;
    words[index * 2] = lowSum % 2 ** 32;
    words[index * 2 + 1] = Math.floor(high / 65_536) + Math.floor(lowSum / 2 ** 32);
    return true;
  }
}
