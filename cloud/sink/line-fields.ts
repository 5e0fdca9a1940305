/**
 * Checks what follows the identity in a line: fields and time in the form in which gateways write them, byte by byte and
 * without creating strings. Stores have crashed on, or misread, names and values that no gateway writes: escapes in a
 * name, bytes that are not UTF-8, a quote that does not close. So nothing else reaches a store.
 */
import { isUtf8 } from 'node:buffer';
import {
  entriesMax,
  identityNames,
  textFieldSuffix,
  timeNsMax,
} from '../../shared/contract/line-protocol.ts';
import { identifierLengthMax } from '../../shared/contract/topics.ts';

/** Longer than any text in an estimate; InfluxDB 1 stores up to 64 KiB. */
const textBytesMax = 4_096;
/** A double has at most 17 digits that matter; JavaScript prints up to 22 characters, and JSON may have more zeros. */
const numberBytesMax = 64;

const newline = 0x0a;
const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const space = 0x20;
const nine = 0x39;
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
/** Ends the name of a tag or of the time. */
const lastOfIdentity = 8;
const kinds = new Uint8Array(256);
for (const character of '0123456789') kinds[character.charCodeAt(0)] = digit | first | inName;
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') {
  kinds[character.charCodeAt(0)] = first | inName;
}
for (const character of '_.-') kinds[character.charCodeAt(0)] = inName;
for (const name of identityNames) kinds[name.charCodeAt(name.length - 1)]! |= lastOfIdentity;

/** Each loop over bytes ends at the newline at the latest, and so needs no other bound. */
export class FieldCheck {
  readonly #texts: ReadonlySet<string>;
  #at = 0;
  /** Offset of the newline that ends the line checked last, if that line was in order. */
  end = 0;

  /**
   * @param texts names of fields whose values are texts. Those of all others are numbers, and texts where the name ends as
   * that of a state's text; a version before states may have sent numbers under such a name.
   */
  constructor(texts: Iterable<string>) {
    this.#texts = new Set(texts);
  }

  /**
   * Checks the line's text from `start` on, which is `name=value,… time` and a newline. Returns null if it is in order,
   * otherwise the reason why not.
   */
  problem(raw: Buffer, start: number): string | null {
    let at = start;
    for (let fields = 1; ; fields++) {
      if (fields > entriesMax) return `a line has more than ${entriesMax} fields`;
      const nameEnd = endOfName(raw, at);
      if (raw[nameEnd] !== equals || !isName(raw, at, nameEnd)) {
        return 'a field has a name that no gateway writes';
      }
      if (isIdentityName(raw, at, nameEnd)) return 'a field has the name of a tag or of the time';
      if (this.#isText(raw, at, nameEnd) || (raw[nameEnd + 1] === quote && isOfState(raw, at, nameEnd))) {
        const problem = this.#text(raw, nameEnd + 1);
        if (problem !== null) return problem;
        at = this.#at;
      } else {
        const valueEnd = endOfNumber(raw, nameEnd + 1);
        if (valueEnd < 0) {
          return `the value of '${raw.toString('latin1', at, nameEnd)}' is not a number that a gateway writes`;
        }
        at = valueEnd;
      }
      const next = raw[at++];
      if (next === space) break;
      if (next !== comma) return 'a value is followed by neither a comma nor a blank';
    }
    return this.#time(raw, at);
  }

  #isText(raw: Buffer, start: number, end: number): boolean {
    return this.#texts.size > 0 && this.#texts.has(raw.toString('latin1', start, end));
  }

  /** Reads a quoted text of printable characters, in which only quotes and backslashes are escaped. */
  #text(raw: Buffer, start: number): string | null {
    if (raw[start] !== quote) return 'a value that must be a text is not in quotes';
    const from = start + 1;
    let isAscii = true;
    let at = from;
    for (; raw[at] !== quote; at++) {
      const byte = raw[at]!;
      if (byte === newline) return 'a text does not end';
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

  #time(raw: Buffer, start: number): string | null {
    const from = raw[start] === minus ? start + 1 : start;
    const end = endOfDigits(raw, from);
    const digits = end - from;
    if (raw[end] !== newline || digits === 0 || digits > 19) return 'a line does not end with a time in ns';
    // Only times that begin with a 9 can be too large, and they are after the year 2255.
    if (digits === 19 && raw[from] === nine && BigInt(raw.toString('latin1', from, end)) > timeNsMax) {
      return 'a time is out of range';
    }
    this.end = end;
    return null;
  }
}

function isOfState(raw: Buffer, start: number, end: number): boolean {
  const from = end - textFieldSuffix.length;
  return from > start && raw.toString('latin1', from, end) === textFieldSuffix;
}

function endOfName(raw: Buffer, start: number): number {
  let at = start;
  while ((kinds[raw[at]!]! & inName) !== 0) at++;
  return at;
}

function endOfDigits(raw: Buffer, start: number): number {
  let at = start;
  while ((kinds[raw[at]!]! & digit) !== 0) at++;
  return at;
}

function isName(raw: Buffer, start: number, end: number): boolean {
  const bytes = end - start;
  return bytes > 0 && bytes <= identifierLengthMax && (kinds[raw[start]!]! & first) !== 0;
}

/** Strings are made only for names that have the length and the last letter of an identity. */
function isIdentityName(raw: Buffer, start: number, end: number): boolean {
  const bytes = end - start;
  if ((bytes !== 4 && bytes !== 7) || (kinds[raw[end - 1]!]! & lastOfIdentity) === 0) return false;
  return identityNames.has(raw.toString('latin1', start, end));
}

/** Returns the end of a finite number: digits with a sign, a fraction and an exponent; -1 if there is none. */
function endOfNumber(raw: Buffer, start: number): number {
  const whole = raw[start] === minus ? start + 1 : start;
  let at = endOfDigits(raw, whole);
  if (at === whole) return -1;
  if (raw[at] === point) {
    const fraction = at + 1;
    at = endOfDigits(raw, fraction);
    if (at === fraction) return -1;
  }
  if ((raw[at]! | 0x20) === letterE) return endOfExponent(raw, start, at + 1);
  return at - start <= numberBytesMax ? at : -1;
}

function endOfExponent(raw: Buffer, start: number, exponentAt: number): number {
  const sign = raw[exponentAt];
  const digits = sign === minus || sign === plus ? exponentAt + 1 : exponentAt;
  const end = endOfDigits(raw, digits);
  if (end === digits || end - start > numberBytesMax) return -1;
  return Number.isFinite(Number(raw.toString('latin1', start, end))) ? end : -1;
}
