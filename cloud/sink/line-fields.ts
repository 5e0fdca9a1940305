/**
 * Checks what follows the identity in a line: fields and time in the form in which gateways write them, byte by byte and
 * without creating strings. Stores have crashed on, or misread, names and values that no gateway writes: escapes in a
 * name, bytes that are not UTF-8, a quote that does not close. So nothing else reaches a store.
 */
import { isUtf8 } from 'node:buffer';
import { entriesMax, identityNames, timeNsMax } from '../../shared/contract/line-protocol.ts';
import { identifierLengthMax } from '../../shared/contract/topics.ts';

/** Longer than any text in an estimate; InfluxDB 1 stores up to 64 KiB. */
const textBytesMax = 4_096;
/** A double has at most 17 digits that matter; JavaScript prints up to 22 characters, and JSON may have more zeros. */
const numberBytesMax = 64;

const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const space = 0x20;
const equals = 0x3d;
const backslash = 0x5c;
const letterE = 0x65;
const firstPrintable = 0x20;
const lastAscii = 0x7f;

const digit = 1;
/** May begin a name. */
const first = 2;
/** May be in a name. */
const inName = 4;
const kinds = new Uint8Array(256);
for (const character of '0123456789') kinds[character.charCodeAt(0)] = digit | first | inName;
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') {
  kinds[character.charCodeAt(0)] = first | inName;
}
for (const character of '_.-') kinds[character.charCodeAt(0)] = inName;

export class FieldCheck {
  readonly #texts: ReadonlySet<string>;
  #at = 0;

  /** @param texts names of fields whose values are texts; those of all others are numbers */
  constructor(texts: Iterable<string>) {
    this.#texts = new Set(texts);
  }

  /**
   * Checks `raw[start] … raw[end - 1]`, which is `name=value,… time`; `raw[end]` must be a newline. Returns null if it is
   * in order, otherwise the reason why not.
   */
  problem(raw: Buffer, start: number, end: number): string | null {
    this.#at = start;
    for (let fields = 1; ; fields++) {
      if (fields > entriesMax) return `a line has more than ${entriesMax} fields`;
      const problem = this.#field(raw, end);
      if (problem !== null) return problem;
      const next = raw[this.#at++];
      if (next === space) break;
      if (next !== comma) return 'a value is followed by neither a comma nor a blank';
    }
    return timeProblem(raw, this.#at, end);
  }

  #field(raw: Buffer, end: number): string | null {
    const from = this.#at;
    let at = from;
    while ((kinds[raw[at]!]! & inName) !== 0) at++;
    const bytes = at - from;
    if (raw[at] !== equals || bytes === 0 || bytes > identifierLengthMax || !(kinds[raw[from]!]! & first)) {
      return 'a field has a name that no gateway writes';
    }
    // Strings are made only for the names of their lengths.
    if ((bytes === 4 || bytes === 7) && identityNames.has(raw.toString('latin1', from, at))) {
      return 'a field has the name of a tag or of the time';
    }
    this.#at = at + 1;
    const isText = this.#texts.size > 0 && this.#texts.has(raw.toString('latin1', from, at));
    if (isText) return this.#text(raw, end);
    return this.#number(raw)
      ? null
      : `the value of '${raw.toString('latin1', from, at)}' is not a number that a gateway writes`;
  }

  /** Reads digits, with a sign, a fraction and an exponent, that are a finite number. */
  #number(raw: Buffer): boolean {
    const from = this.#at;
    let at = from;
    if (raw[at] === minus) at++;
    const whole = at;
    while ((kinds[raw[at]!]! & digit) !== 0) at++;
    if (at === whole) return false;
    if (raw[at] === point) {
      const fraction = ++at;
      while ((kinds[raw[at]!]! & digit) !== 0) at++;
      if (at === fraction) return false;
    }
    let isPlain = true;
    if ((raw[at]! | 0x20) === letterE) {
      isPlain = false;
      at++;
      if (raw[at] === minus || raw[at] === plus) at++;
      const exponent = at;
      while ((kinds[raw[at]!]! & digit) !== 0) at++;
      if (at === exponent) return false;
    }
    this.#at = at;
    if (at - from > numberBytesMax) return false;
    return isPlain || Number.isFinite(Number(raw.toString('latin1', from, at)));
  }

  /** Reads a quoted text of printable characters, in which only quotes and backslashes are escaped. */
  #text(raw: Buffer, end: number): string | null {
    if (raw[this.#at] !== quote) return 'a value that must be a text is not in quotes';
    const from = this.#at + 1;
    let isAscii = true;
    let at = from;
    for (; raw[at] !== quote; at++) {
      const byte = raw[at]!;
      if (at >= end) return 'a text does not end';
      if (byte < firstPrintable) return 'a text holds a control character';
      if (byte > lastAscii) isAscii = false;
      else if (byte === backslash) {
        const escaped = raw[++at];
        if (escaped !== quote && escaped !== backslash)
          return 'a text holds an escape that no gateway writes';
      }
    }
    this.#at = at + 1;
    if (at - from > textBytesMax) return `a text is longer than ${textBytesMax} bytes`;
    return isAscii || isUtf8(raw.subarray(from, at)) ? null : 'a text is not UTF-8';
  }
}

function timeProblem(raw: Buffer, start: number, end: number): string | null {
  const isNegative = raw[start] === minus;
  const from = isNegative ? start + 1 : start;
  let at = from;
  while ((kinds[raw[at]!]! & digit) !== 0) at++;
  const digits = at - from;
  if (at !== end || digits === 0 || digits > 19) return 'a line does not end with a time in ns';
  if (digits < 19) return null;
  return BigInt(raw.toString('latin1', from, end)) <= timeNsMax ? null : 'a time is out of range';
}
