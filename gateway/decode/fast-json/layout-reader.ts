import { isNumberText } from '../../../shared/contract/numbers/number-texts.ts';
import { fromDigits, type Moment, parseDeviceTime } from '../device-time.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import { isDateText } from '../objects/time-names.ts';
import type { ReadingClaim, Row } from '../row.ts';
import { type JsonLayout, keptTextMax, use } from './json-layout.ts';
import { JsonNumber } from './json-number.ts';
import { mayBeState, readState } from './json-state.ts';

const idLengthMax = 128;
const quote = 0x22;
const space = 0x20;
/**
 * Class of each byte in a text: 0 ends it or needs more than copying (a quote, an escape, a control character), 2 is
 * not ASCII.
 */
const textKinds = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === quote || byte === 0x5c ? 0 : byte < 0x80 ? 1 : 2,
);

/** By byte of a text: 1 if numbers contain it. */
const digitKinds = Uint8Array.from({ length: 256 }, (_, byte) =>
  '0123456789+-.eE '.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * Returns the index of the first byte from `from` on that ends a text, or the payload's length. Tests four bytes at a
 * time.
 */
function endOfLongText(payload: Buffer, from: number): number {
  const { buffer, byteOffset, length } = payload;
  let at = from;
  while (at < length && (byteOffset + at) % 4 !== 0 && textKinds[payload[at]!] !== 0) at++;
  if (at < length && (byteOffset + at) % 4 === 0) {
    const words = new Int32Array(buffer, byteOffset + at, (length - at) >> 2);
    let word = 0;
    while (word < words.length && !endsText(words[word]!)) word++;
    at += word * 4;
  }
  while (at < length && textKinds[payload[at]!] !== 0) at++;
  return at;
}

/**
 * True if one of a word's four bytes ends a text. Each is compared by subtraction: a byte below the subtrahend sets its
 * high bit.
 */
function endsText(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const escapes = word ^ 0x5c5c5c5c;
  const found =
    ((word - 0x20202020) & ~word) | ((quotes - 0x01010101) & ~quotes) | ((escapes - 0x01010101) & ~escapes);
  return (found & 0x80808080) !== 0;
}

/** True if `text` stands at `from`, up to a quote. */
function isText(text: Uint8Array, payload: Buffer, from: number): boolean {
  const end = from + text.length;
  if (payload[end] !== quote) return false;
  for (let i = 0; i < text.length; i++) if (payload[from + i] !== text[i]) return false;
  return true;
}

/** Reads messages by their layouts. The results stay in its fields and in `row` until the next message. */
export class LayoutReader {
  readonly claim: ReadingClaim = { id: undefined, seq: undefined, deviceTime: undefined };
  private readonly moment: Moment = { ms: 0, ns: 0 };
  private readonly number = new JsonNumber();

  /**
   * Returns true if the message has this layout and every value conforms to its type: then `row` and `claim` equal the
   * results of parsing. False says nothing about the message.
   */
  read(layout: JsonLayout, payload: Buffer, schema: MachineSchema, row: Row): boolean {
    const { fixed, fixedEnd, uses, columns, states } = layout;
    const { claim } = this;
    // Machines of other types, or with other sensors, may send the same text, and mean another sensor or state.
    if (layout.statesOf !== schema.set) {
      layout.states.length = 0;
      layout.statesOf = schema.set;
    }
    claim.id = undefined;
    claim.seq = undefined;
    claim.deviceTime = undefined;
    row.values.fill(Number.NaN, 0, schema.set.sensors.length);
    if (row.states.length > 0) row.states.length = 0;
    row.unstored.content = 0;
    row.unstored.sensors = 0;
    let at = 0;
    let fixedAt = 0;
    for (let slot = 0; ; slot++) {
      const end = fixedEnd[slot]!;
      if (at + end - fixedAt > payload.length) return false;
      while (fixedAt < end) if (payload[at++] !== fixed[fixedAt++]) return false;
      if (slot === uses.length) break;
      const what = uses[slot]!;
      const column = columns[slot]!;
      if (what === use.text) at = this.ignoredText(layout, slot, payload, at, schema);
      else
        at =
          what >= use.state
            ? readState(what === use.flag, column, payload, at, schema, row, states)
            : this.value(what, column, payload, at, schema, row);
      if (at < 0) return false;
    }
    row.source = payload;
    row.present = layout.present;
    row.ignored = layout.ignored;
    return at === payload.length;
  }

  /** Reads one value. Returns its end, or -1. */
  private value(
    what: number,
    column: number,
    payload: Buffer,
    at: number,
    schema: MachineSchema,
    row: Row,
  ): number {
    if (what === use.timeText || what === use.dateText || what === use.id)
      return this.text(what, payload, at);
    const { number } = this;
    if (!number.read(payload, at)) return what === use.time ? this.longTime(payload, at) : -1;
    const { value } = number;
    if (what === use.sensor) {
      if (!(value >= schema.set.min[column]! && value <= schema.set.max[column]!)) return -1;
      row.values[column] = value;
      row.textFrom[column] = number.textFrom;
      row.textTo[column] = number.textTo;
    } else if (what === use.seq) {
      this.claim.seq = value;
    } else if (what === use.time && !this.time(parseDeviceTime(value, this.moment))) {
      return -1;
    }
    return number.end;
  }

  /** Returns the end of a text that is left out. −1 for one that may be a sensor's: parsing decides. */
  private ignoredText(
    layout: JsonLayout,
    slot: number,
    payload: Buffer,
    at: number,
    schema: MachineSchema,
  ): number {
    const isOpen = schema.type.openSensors;
    if (!isOpen) return this.text(use.text, payload, at);
    const before = layout.texts[slot];
    if (before !== undefined && isText(before, payload, at)) return at + before.length;
    if (this.isNumber(payload, at) || mayBeState(payload, at)) return -1;
    const end = this.text(use.text, payload, at);
    if (end >= 0 && before === undefined && end - at <= keptTextMax && layout.textsLeft > 0) {
      layout.textsLeft--;
      layout.texts[slot] = Uint8Array.prototype.slice.call(payload, at, end);
    }
    return end;
  }

  /** Reads a time with more digits than a double holds. */
  private longTime(payload: Buffer, from: number): number {
    let at = from;
    while (at < payload.length && payload[at]! >= 0x30 && payload[at]! <= 0x39) at++;
    if (at - from < 17 || at - from > 19 || payload[from] === 0x30) return -1;
    return this.time(fromDigits(payload.toString('latin1', from, at))) ? at : -1;
  }

  /**
   * True if an open type accepts a text as a number. Texts that only resemble one (`1.4.2`) are excluded by their
   * bytes.
   */
  private isNumber(payload: Buffer, from: number): boolean {
    let at = from;
    while (at < payload.length && digitKinds[payload[at]!] === 1) at++;
    if (at === from || payload[at] !== quote) return false;
    const { number } = this;
    if (number.read(payload, from) && number.end < at && payload[number.end] !== space) return false;
    return isNumberText(payload.toString('latin1', from, at));
  }

  private text(what: number, payload: Buffer, from: number): number {
    let at = from;
    let kinds = 0;
    const { length } = payload;
    for (const end = Math.min(length, from + idLengthMax + 1); at < end; at++) {
      const kind = textKinds[payload[at]!]!;
      if (kind === 0) break;
      kinds |= kind;
    }
    const isLong = at - from > idLengthMax;
    if (isLong) at = endOfLongText(payload, at);
    if (at === length || payload[at] !== quote) return -1;
    if (what === use.text) return at;
    if (kinds > 1 || isLong) return -1;
    const text = payload.toString('latin1', from, at);
    if (what === use.id) this.claim.id = text;
    else if (what === use.dateText && !isDateText(text)) return -1;
    else if (!this.time(parseDeviceTime(text))) return -1;
    return at;
  }

  private time(moment: Moment | undefined): boolean {
    this.claim.deviceTime = moment;
    return moment !== undefined;
  }
}
