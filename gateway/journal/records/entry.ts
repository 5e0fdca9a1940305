/**
 * Encodes changes of records, which form the body of a block, one entry after the other. Integers are little-endian.
 *
 *     0  CRC-32 of the following bytes, seeded with the folder's random id
 *     4  length of the key u32, in bytes of UTF-8
 *     8  length of the value u32; 2^32 − 1: the record is deleted
 *     12 key, then value
 *
 * Each entry has a checksum of its own, so that it can be read without the rest of its block.
 */
import { crc32 } from 'node:zlib';
import type { RecordChange } from '../../ports/records.ts';

const headerBytes = 12;
const deleted = 2 ** 32 - 1;

export interface Entry extends RecordChange {
  /** Length of the whole entry. */
  bytes: number;
}

export function encodeEntry({ key, value }: RecordChange, seed: number): Buffer {
  const name = Buffer.from(key);
  const entry = Buffer.allocUnsafe(headerBytes + name.length + (value?.length ?? 0));
  entry.writeUInt32LE(name.length, 4);
  entry.writeUInt32LE(value ? value.length : deleted, 8);
  name.copy(entry, headerBytes);
  value?.copy(entry, headerBytes + name.length);
  entry.writeUInt32LE(crc32(entry.subarray(4), seed));
  return entry;
}

/** Returns null if the bytes at `at` are not an intact entry. The value shares memory with `bytes`. */
export function decodeEntry(bytes: Buffer, at: number, seed: number): Entry | null {
  const valueLengthAt = at + 8;
  if (valueLengthAt + 4 > bytes.length) return null;
  const length = bytes.readUInt32LE(valueLengthAt);
  const valueAt = at + headerBytes + bytes.readUInt32LE(at + 4);
  const end = valueAt + (length === deleted ? 0 : length);
  if (end > bytes.length || crc32(bytes.subarray(at + 4, end), seed) !== bytes.readUInt32LE(at)) return null;
  const key = bytes.toString('utf8', at + headerBytes, valueAt);
  return { key, value: length === deleted ? null : bytes.subarray(valueAt, end), bytes: end - at };
}
