import type { TypedReading, TypedValue } from '../../ports/source.ts';
import {
  formNumber,
  int64Max,
  int64Min,
  kinds,
  qualities,
  qualityShift,
  textLengthMax,
  uint64Max,
  varintBytesMax,
} from './form.ts';

/** A UTF-16 code unit needs at most this many bytes in UTF-8. */
const utf8BytesMax = 3;
const firstBytes = 256;

/**
 * Encodes readings. It bounds nothing but texts, because what is too much becomes a dead letter where it is read, as with
 * messages of bytes. An integer beyond 64 bits is written as its digits.
 */
export function writeReadings(readings: readonly TypedReading[]): Buffer {
  const out = new Output();
  out.byte(formNumber);
  out.varint(readings.length);
  for (const { site, machine, timeNs, values } of readings) {
    out.name(site);
    out.name(machine);
    out.byte(timeNs === undefined ? 0 : 1);
    // A time that no 64 bits hold is refused where it is read, as the least one is.
    if (timeNs !== undefined) out.int64(isInt64(timeNs) ? timeNs : int64Min);
    out.varint(values.length);
    for (const [name, value, quality = 'good'] of values) {
      out.name(name);
      out.value(value, qualities.indexOf(quality) << qualityShift);
    }
  }
  return out.bytes();
}

function isInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max;
}

class Output {
  private buffer = Buffer.allocUnsafe(firstBytes);
  private length = 0;
  private readonly numbers = new Map<string, number>();

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  byte(value: number): void {
    this.need(1);
    this.buffer[this.length++] = value;
  }

  varint(value: number): void {
    this.need(varintBytesMax);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.buffer[this.length++] = (rest & 0x7f) | 0x80;
    this.buffer[this.length++] = rest;
  }

  int64(value: bigint): void {
    this.need(8);
    this.length = this.buffer.writeBigInt64LE(value, this.length);
  }

  /** Writes a text that comes again and again. */
  name(text: string): void {
    const number = this.numbers.get(text);
    if (number !== undefined) return this.varint(number);
    this.numbers.set(text, this.numbers.size + 1);
    this.varint(0);
    this.text(text);
  }

  value(value: TypedValue, quality: number): void {
    if (value === null) return this.byte(kinds.none | quality);
    if (typeof value === 'boolean') return this.byte((value ? kinds.true : kinds.false) | quality);
    if (typeof value === 'number') {
      this.byte(kinds.double | quality);
      this.need(8);
      this.length = this.buffer.writeDoubleLE(value, this.length);
    } else if (typeof value === 'bigint' && value >= int64Min && value <= uint64Max) {
      this.byte((isInt64(value) ? kinds.int64 : kinds.uint64) | quality);
      this.int64(BigInt.asIntN(64, value));
    } else {
      this.byte(kinds.text | quality);
      this.text(String(value).slice(0, textLengthMax));
    }
  }

  private text(text: string): void {
    const most = text.length * utf8BytesMax;
    this.need(varintBytesMax + most);
    this.varint(Buffer.byteLength(text));
    this.length += this.buffer.write(text, this.length, 'utf8');
  }

  private need(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
