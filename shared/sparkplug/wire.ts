import { HarbingerError } from '../runtime/errors.ts';

/** Ways in which a field is written, by the numbers of Protocol Buffers. */
export const wires = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const varintBytesMax = 10;

/**
 * Reads fields of Protocol Buffers one after the other. Nothing is copied but texts. A field that has another number than
 * those known is passed over, as the format says.
 */
export class WireReader {
  /** Number and wire of the field that `next` has found. */
  field = 0;
  wire = 0;
  private readonly bytes: Buffer;
  private at: number;
  private readonly end: number;

  constructor(bytes: Buffer, at = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Reads the head of the next field; false at the end. @throws HarbingerError SPARKPLUG_PAYLOAD */
  next(): boolean {
    if (this.at >= this.end) return false;
    const head = Number(this.varint());
    this.wire = head & 7;
    this.field = Math.floor(head / 8);
    if (this.field === 0) throw damaged('a field has the number 0');
    return true;
  }

  /** Reads an unsigned number of 64 bits. @throws HarbingerError SPARKPLUG_PAYLOAD */
  uint64(): bigint {
    this.expect(wires.varint);
    return this.varint();
  }

  bool(): boolean {
    return this.uint64() !== 0n;
  }

  float(): number {
    this.expect(wires.fixed32);
    return this.bytes.readFloatLE(this.take(4));
  }

  double(): number {
    this.expect(wires.fixed64);
    return this.bytes.readDoubleLE(this.take(8));
  }

  text(): string {
    const from = this.span();
    return this.bytes.toString('utf8', from, this.at);
  }

  /** Returns a reader of a message within this one. */
  message(): WireReader {
    const from = this.span();
    return new WireReader(this.bytes, from, this.at);
  }

  /** Passes over the value of a field. @throws HarbingerError SPARKPLUG_PAYLOAD */
  skip(): void {
    if (this.wire === wires.varint) this.varint();
    else if (this.wire === wires.fixed64) this.take(8);
    else if (this.wire === wires.fixed32) this.take(4);
    else if (this.wire === wires.bytes) this.span();
    else throw damaged(`field ${this.field} is written in the way ${this.wire}, which there is not`);
  }

  /** Moves behind a value with a length, and returns where it begins. */
  private span(): number {
    this.expect(wires.bytes);
    const length = this.varint();
    if (length > BigInt(this.end - this.at)) throw damaged(`field ${this.field} ends behind the message`);
    return this.take(Number(length));
  }

  private varint(): bigint {
    // Most numbers are small, and those of 64 bits are put together of two halves.
    let low = 0;
    let high = 0;
    for (let i = 0; i < varintBytesMax; i++) {
      if (this.at >= this.end) throw damaged('it ends within a number');
      const byte = this.bytes[this.at++]!;
      const bits = byte & 0x7f;
      if (i < 4) low += bits * 2 ** (7 * i);
      else high += bits * 2 ** (7 * (i - 4));
      if (byte < 0x80) return i < 4 ? BigInt(low) : BigInt.asUintN(64, BigInt(low) + (BigInt(high) << 28n));
    }
    throw damaged('a number has no end');
  }

  private expect(wire: number): void {
    if (this.wire !== wire)
      throw damaged(`field ${this.field} is written in the way ${this.wire} in place of ${wire}`);
  }

  private take(length: number): number {
    const from = this.at;
    if (length > this.end - from) throw damaged('it ends within a value');
    this.at = from + length;
    return from;
  }
}

export function damaged(why: string): HarbingerError {
  return new HarbingerError('SPARKPLUG_PAYLOAD', 'decode', `a Sparkplug payload cannot be read: ${why}`);
}
