/**
 * The end of DuckDB's write-ahead log after a power cut. DuckDB itself ignores a log that ends within an entry, but
 * refuses the whole database where an entry's length is there and its content is not: the file had grown, its last
 * sectors had not been written. Such an end was never synced, so nothing in it had been confirmed.
 *
 * The log is a row of entries, each its length (u64 LE), a checksum (8 bytes) and its content; a transaction's last
 * entry is 5 bytes long. DuckDB names the place behind the first bad entry's length and checksum.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';

const headBytes = 16;
const commitBytes = 5;
const complaint = /Corrupt WAL file: entry at byte position (\d+)/;

export interface CutTail {
  bytes: number;
  /** Where they were put aside. */
  keptAs: string;
}

/**
 * Cuts a torn end off the log of the database at `path`, given why it could not be opened. Null, and nothing changed,
 * where it is anything else: with a whole transaction behind it, the bad entry is damage to what was confirmed.
 */
export function cutTornTail(path: string, reason: string): CutTail | null {
  const position = Number(complaint.exec(reason)?.[1] ?? Number.NaN);
  const wal = `${path}.wal`;
  const bytes = Number.isNaN(position) ? null : readFileSync(wal);
  const from = position - headBytes;
  if (!bytes || from < 0 || position > bytes.length || !isTorn(bytes, from)) return null;
  const tail = bytes.subarray(from);
  const keptAs = `${wal}.torn`;
  writeFileSync(keptAs, tail, { flush: true });
  const file = openSync(wal, 'r+');
  try {
    ftruncateSync(file, from);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { bytes: tail.length, keptAs };
}

/** From the bad entry on there is at most one transaction, and nothing but zeros behind that. */
function isTorn(bytes: Buffer, from: number): boolean {
  let at = from;
  while (at + headBytes <= bytes.length) {
    const length = bytes.readBigUInt64LE(at);
    if (length === 0n) break;
    const end = BigInt(at + headBytes) + length;
    if (end >= bytes.length) return true;
    at = Number(end);
    if (length === BigInt(commitBytes)) break;
  }
  return bytes.subarray(at).every((byte) => byte === 0);
}
