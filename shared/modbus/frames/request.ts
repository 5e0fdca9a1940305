/**
 * Frames of Modbus (shared/modbus/frames): requests to read, in the two forms in which they are sent, and the search for
 * their answers. Pure: no clock and no connection; these are in ../line.
 */

/** 1: coils, 2: discrete inputs, 3: holding registers, 4: input registers. Nothing here writes to a device. */
export type ReadFunction = 1 | 2 | 3 | 4;

export interface ReadRequest {
  /** 1 … 247 on a line; over TCP also 0 and 255. */
  unit: number;
  function: ReadFunction;
  /** From 0, as it is sent: register 40001 of a manual that counts from 1 is 0. */
  address: number;
  /** Bits (functions 1 and 2) or registers. */
  count: number;
}

export type Answer = { data: Buffer } | { exception: number };

/** The specification's limits of one request. */
export const countsMax: Readonly<Record<ReadFunction, number>> = { 1: 2_000, 2: 2_000, 3: 125, 4: 125 };
/** The bit by which an answer says that it is an exception. */
export const exceptionBit = 0x80;
export const addressMax = 0xffff;

export const isBits = (of: ReadFunction) => of === 1 || of === 2;

/** Bytes of data in the answer. */
export function dataBytes({ function: of, count }: Pick<ReadRequest, 'function' | 'count'>): number {
  return isBits(of) ? Math.ceil(count / 8) : 2 * count;
}

/** Encodes function, address and count, which are the same in both forms. */
export function pduOf({ function: of, address, count }: ReadRequest): Buffer {
  const pdu = Buffer.allocUnsafe(5);
  pdu[0] = of;
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(count, 3);
  return pdu;
}

const meanings: Readonly<Record<number, string>> = {
  1: 'it does not know this function: read the register with another one',
  2: 'it has no such register: check address, count and function in its manual',
  3: 'it does not read so many at once, or not from there: lower countMax, or gapMax',
  4: 'it has failed: see what the device itself shows',
  5: 'it needs longer: ask again later',
  6: 'it is busy: ask less often',
  8: 'its memory is damaged: see what the device itself shows',
  10: 'the Modbus gateway in between has no way to it: check its settings',
  11: 'the device behind the Modbus gateway does not answer: check its power, cable and unit number',
};

/** Describes an exception as a clause with what to do. */
export function describeException(code: number): string {
  return `exception ${code}, ${meanings[code] ?? 'which the specification does not name: see the manual of the device'}`;
}
