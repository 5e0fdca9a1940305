import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { NamedTypedValue, TypedReading, TypedValue } from '../../ports/source.ts';
import { messageLimits, tooMany, ValueCount } from '../objects/message-limits.ts';
import { formNumber, kinds, qualities, qualityShift, varintBytesMax } from './form.ts';

const none: readonly NamedTypedValue[] = [];

/**
 * Decodes what writeReadings has encoded, within the limits of any message.
 * @throws HarbingerError DECODE_READINGS, DECODE_TOO_LONG, DECODE_TOO_MANY
 */
export function readReadings(bytes: Buffer): TypedReading[] {
  const input = new Input(bytes);
  const form = input.byte();
  if (form !== formNumber)
    throw unreadable(
      `they are of form ${form}, and this version reads form ${formNumber}: read them with a later one`,
    );
  const count = new ValueCount();
  const readings: TypedReading[] = [];
  const number = input.varint();
  if (number > messageLimits.readings) throw tooMany(`${messageLimits.readings} readings`);
  for (let i = 0; i < number; i++) readings.push(readingIn(input, count));
  if (!input.isAtEnd) throw unreadable('there are bytes behind the last one');
  return readings;
}

function readingIn(input: Input, count: ValueCount): TypedReading {
  const site = input.name();
  const machine = input.name();
  const hasTime = input.byte();
  if (hasTime > 1) throw unreadable(`a time has the mark ${hasTime}`);
  const timeNs = hasTime === 1 ? input.int64() : undefined;
  const values: NamedTypedValue[] = [];
  const number = input.varint();
  for (let found = 1; found <= number; found++) {
    const name = input.name();
    count.add(name, found);
    values.push(valueIn(input, name));
  }
  count.check();
  return { site, machine, ...(timeNs !== undefined && { timeNs }), values: number === 0 ? none : values };
}

function valueIn(input: Input, name: string): NamedTypedValue {
  const head = input.byte();
  const quality = qualities[head >> qualityShift];
  if (quality === undefined) throw unreadable(`a value has the quality ${head >> qualityShift}`);
  const value = input.value(head & ((1 << qualityShift) - 1));
  return quality === 'good' ? [name, value] : [name, value, quality];
}

class Input {
  private readonly bytes: Buffer;
  private at = 0;
  private readonly names: string[] = [];

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.take(1)]!;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < varintBytesMax; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw unreadable('a number has no end');
  }

  int64(): bigint {
    return this.bytes.readBigInt64LE(this.take(8));
  }

  name(): string {
    const number = this.varint();
    if (number > 0) {
      const known = this.names[number - 1];
      if (known === undefined) throw unreadable(`there is no text ${number}`);
      return known;
    }
    const text = this.text();
    this.names.push(text);
    return text;
  }

  value(kind: number): TypedValue {
    if (kind === kinds.none) return null;
    if (kind === kinds.false || kind === kinds.true) return kind === kinds.true;
    if (kind === kinds.double) return this.bytes.readDoubleLE(this.take(8));
    if (kind === kinds.int64) return this.int64();
    if (kind === kinds.uint64) return this.bytes.readBigUInt64LE(this.take(8));
    if (kind === kinds.text) return this.text();
    throw unreadable(`there is no kind ${kind} of value`);
  }

  private text(): string {
    const length = this.varint();
    const from = this.take(length);
    return this.bytes.toString('utf8', from, from + length);
  }

  /** Returns where the next bytes begin. */
  private take(length: number): number {
    const from = this.at;
    if (length > this.bytes.length - from)
      throw unreadable(`they end at byte ${this.bytes.length}, in the middle`);
    this.at = from + length;
    return from;
  }
}

function unreadable(why: string): HarbingerError {
  return new HarbingerError('DECODE_READINGS', 'decode', `readings of a source cannot be read: ${why}`);
}
