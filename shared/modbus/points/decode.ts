import { isBits } from '../frames/request.ts';
import { type PointConfig, sizeOf } from './point.ts';

/** A value as the device has it; null if it has none now. */
export type PointValue = number | bigint | boolean | string | null;

/** Reads a point from the data of an answer. */
export type PointReader = (data: Buffer) => PointValue;

/** Prepares the reading of a point from answers that begin at an address. */
export function pointReader(point: PointConfig, blockAddress: number): PointReader {
  const at = point.address - blockAddress;
  if (isBits(point.function)) {
    const [byte, mask] = [at >> 3, 1 << (at & 7)];
    return named(point, (data) => (data[byte]! & mask) !== 0);
  }
  if (point.type === 'bool') {
    const mask = 1 << point.bit!;
    const swapped = point.byteOrder === 'low-first';
    return named(point, (data) => {
      const word = swapped ? data.readUInt16LE(2 * at) : data.readUInt16BE(2 * at);
      return (word & mask) !== 0;
    });
  }
  const bytes = 2 * sizeOf(point);
  const from = 2 * at;
  const isPlain =
    point.byteOrder === 'high-first' &&
    (bytes === 2 || point.type === 'text' || point.wordOrder === 'high-first');
  const buffer = Buffer.alloc(bytes);
  const ordered = isPlain
    ? (data: Buffer) => data.subarray(from, from + bytes)
    : (data: Buffer) => inOrder(data, from, point, buffer);
  if (point.type === 'text') return (data) => textIn(ordered(data));
  const number = numberReader(point);
  return (data) => number(ordered(data));
}

/** A bool that has names for false (0) and true (1) is a state. */
function named({ states }: PointConfig, read: (data: Buffer) => boolean): PointReader {
  if (!states) return read;
  return (data) => {
    const text = read(data) ? '1' : '0';
    return states[text] ?? text;
  };
}

/** Copies the registers of a point, the highest byte first. */
function inOrder(
  data: Buffer,
  from: number,
  { type, wordOrder, byteOrder }: PointConfig,
  to: Buffer,
): Buffer {
  const words = to.length / 2;
  const isTurned = wordOrder === 'low-first' && type !== 'text';
  for (let i = 0; i < words; i++) {
    const at = from + 2 * (isTurned ? words - 1 - i : i);
    const [high, low] = byteOrder === 'high-first' ? [at, at + 1] : [at + 1, at];
    to[2 * i] = data[high]!;
    to[2 * i + 1] = data[low]!;
  }
  return to;
}

type NumberReader = (bytes: Buffer) => PointValue;

function numberReader(point: PointConfig): NumberReader {
  const { type, states } = point;
  const isUnavailable = unavailableCheck(point);
  const raw = rawReader(type);
  const scaled = scaler(point);
  return (bytes) => {
    if (isUnavailable?.(bytes)) return null;
    const value = raw(bytes);
    if (value === null) return null;
    if (states) return states[String(value)] ?? String(value);
    return scaled(value);
  };
}

function unavailableCheck({ unavailable, type }: PointConfig): ((bytes: Buffer) => boolean) | null {
  if (unavailable.length === 0) return null;
  const width = type === 'bcd' ? 0 : bitsOf(type);
  // A whole number may be written with its sign, as the device's manual does.
  const raws = new Set(
    unavailable.map((raw) => (width === 0 ? BigInt(raw) : BigInt.asUintN(width, BigInt(raw)))),
  );
  return (bytes) => raws.has(BigInt(`0x${bytes.toString('hex')}`));
}

function bitsOf(type: PointConfig['type']): number {
  return Number(/\d+$/.exec(type)?.[0] ?? 0);
}

function rawReader(type: PointConfig['type']): (bytes: Buffer) => number | bigint | null {
  switch (type) {
    case 'int16':
      return (bytes) => bytes.readInt16BE(0);
    case 'int32':
      return (bytes) => bytes.readInt32BE(0);
    case 'uint32':
      return (bytes) => bytes.readUInt32BE(0);
    case 'int64':
      return (bytes) => bytes.readBigInt64BE(0);
    case 'uint64':
      return (bytes) => bytes.readBigUInt64BE(0);
    case 'float32':
      return (bytes) => finite(bytes.readFloatBE(0));
    case 'float64':
      return (bytes) => finite(bytes.readDoubleBE(0));
    case 'bcd':
      return bcdIn;
    default:
      return (bytes) => bytes.readUInt16BE(0);
  }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function bcdIn(bytes: Buffer): number | null {
  const digits = bytes.toString('hex');
  return /^\d+$/.test(digits) ? Number(digits) : null;
}

/** Scales such as 0.1 divide, since 3 · 0.1 is 0.30000000000000004. */
function scaler({ scale, offset, type }: PointConfig): (value: number | bigint) => number | bigint {
  if (scale === 1 && offset === 0) {
    if (type === 'float32') return (value) => shortest(Number(value));
    return (value) =>
      typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  const divisor = Math.round(1 / scale);
  const isTenth = Math.abs(scale) < 1 && Math.abs(divisor * scale - 1) < 1e-12;
  const isFloat = type === 'float32';
  return (value) => {
    const number = isFloat ? shortest(Number(value)) : Number(value);
    return (isTenth ? number / divisor : number * scale) + offset;
  };
}

/** A float of 32 bits as the number with the fewest digits that means it: 230.1, and not 230.10000610351562. */
function shortest(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === value ? short : value;
}

/** Characters until the first NUL, without what cannot be printed. */
function textIn(bytes: Buffer): string | null {
  const end = bytes.indexOf(0);
  const text = bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim();
  return clean === '' ? null : clean;
}
