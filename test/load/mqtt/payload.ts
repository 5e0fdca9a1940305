/**
 * Payload templates: text with placeholders of fixed width, so that a frame is built once and only its varying bytes
 * are written for each message.
 *
 * - `{machine}` the connection's machine, `{c}` its number (fixed for the connection);
 * - `{seq}` the running number, 10 characters, padded with spaces on the left (valid before a JSON number);
 * - `{ms}` the time, ms since 1970, 13 digits;
 * - `{seq0}` the running number, 10 digits, padded with zeros (for the end of a decimal fraction);
 * - `{v}` a changing value 10.00 … 99.99, 5 characters;
 * - `{n}` two changing digits.
 */
export const seqWidth = 10;
const msWidth = 13;
const valueWidth = 5;
const noiseWidth = 2;

/**
 * Four numeric fields with running number and time among a device's descriptive fields: 215 bytes. `cycles` repeats the
 * running number as a measured value, so that a store's content can be compared with the ledger.
 */
export const defaultPayload =
  '{"device":"{machine}","seq":{seq},"ts":{ms},"temperature":{v},"vibration":{v},"pressure":{v},"cycles":{seq},' +
  '"vendor":"ok","fw":"1.4.2","serial":"A7-3391","tags":["line-3","hall-b"],"up":"P12DT4H"}';

export type PayloadFunction = (machine: string, seq: number, nowMs: number) => Buffer;

const widths = { seq: seqWidth, seq0: seqWidth, ms: msWidth, v: valueWidth, n: noiseWidth } as const;
type Kind = keyof typeof widths;

interface Field {
  kind: Kind;
  at: number;
}

export interface CompiledPayload {
  bytes: Buffer;
  fields: Field[];
}

/** Fills in the fields that are fixed for one connection, and finds the offsets of the others. `padTo` adds spaces. */
export function compilePayload(
  template: string,
  machine: string,
  connection: number,
  padTo = 0,
): CompiledPayload {
  const fixed = template.replaceAll('{machine}', machine).replaceAll('{c}', String(connection));
  const parts: string[] = [];
  const fields: Field[] = [];
  let at = 0;
  for (const part of fixed.split(/(\{(?:seq|seq0|ms|v|n)\})/)) {
    const kind = part.startsWith('{') && part.slice(1, -1) in widths ? (part.slice(1, -1) as Kind) : null;
    const text = kind === null ? part : ' '.repeat(widths[kind]);
    if (kind !== null) fields.push({ kind, at });
    parts.push(text);
    at += Buffer.byteLength(text);
  }
  return { bytes: Buffer.from(parts.join('').padEnd(padTo)), fields };
}

/**
 * Writes the varying bytes of frames. A generator shares one, so that the digits of a time are computed once per ms.
 */
export class Patcher {
  readonly #msDigits = new Uint8Array(msWidth);
  #ms = -1;
  #random = 0x2545f491;

  /** Patches the payload that starts at `at` in `bytes`. */
  patch(bytes: Uint8Array, at: number, fields: readonly Field[], seq: number, nowMs: number): void {
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!;
      const offset = at + field.at;
      if (field.kind === 'v') this.#value(bytes, offset);
      else if (field.kind === 'n') this.#noise(bytes, offset);
      else if (field.kind === 'seq') writeDigits(bytes, offset, seqWidth, seq);
      else if (field.kind === 'seq0') writeDigits(bytes, offset, seqWidth, seq, zero);
      else this.#time(bytes, offset, nowMs);
    }
  }

  #time(bytes: Uint8Array, at: number, nowMs: number): void {
    if (nowMs !== this.#ms) {
      this.#ms = nowMs;
      writeDigits(this.#msDigits, 0, msWidth, nowMs);
    }
    for (let i = 0; i < msWidth; i++) bytes[at + i] = this.#msDigits[i]!;
  }

  #noise(bytes: Uint8Array, at: number): void {
    const x = this.#draw();
    bytes[at] = 48 + ((x >>> 4) % 10);
    bytes[at + 1] = 48 + ((x >>> 16) % 10);
  }

  #draw(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return x;
  }

  #value(bytes: Uint8Array, at: number): void {
    const x = this.#draw();
    bytes[at] = 49 + ((x >>> 4) % 9);
    bytes[at + 1] = 48 + ((x >>> 8) % 10);
    bytes[at + 2] = 46;
    bytes[at + 3] = 48 + ((x >>> 16) % 10);
    bytes[at + 4] = 48 + ((x >>> 24) % 10);
  }
}

const space = 32;
const zero = 48;

/** Writes digits right-aligned; `pad` fills the rest. */
export function writeDigits(
  bytes: Uint8Array,
  at: number,
  width: number,
  value: number,
  pad: number = space,
): void {
  let rest = value;
  let i = at + width - 1;
  do {
    const next = Math.floor(rest / 10);
    bytes[i--] = 48 + (rest - next * 10);
    rest = next;
  } while (rest > 0 && i >= at);
  while (i >= at) bytes[i--] = pad;
}
