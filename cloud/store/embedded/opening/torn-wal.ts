/**
 * Repairs the end of DuckDB's write-ahead log after a power cut. DuckDB itself ignores a log that ends within an entry,
 * but refuses the whole database if an entry has its length and lacks its content: the file had grown, and its last
 * sectors had not been written. Such an end was never synced, so nothing in it had been confirmed.
 *
 * The log is a sequence of entries, each with its length (u64 LE), a checksum (8 bytes) and its content; the last entry
 * of a transaction is 5 bytes long. DuckDB's error names the offset behind the first bad entry's length and checksum.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';

const headBytes = 16;
const commitBytes = 5;
const complaint = /Corrupt WAL file: entry at byte position (\d+)/;

export interface CutTail {
  bytes: number;
  /** The file that keeps them. */
  keptAs: string;
}

/**
 * Cuts a torn end off the log of the database at `path`, given the error that opening it gave. Returns null and changes
 * nothing for any other error: a bad entry with a whole transaction behind it is damage to confirmed data.
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

/** Whether there is at most one transaction from the bad entry on, and only zeros behind it. */
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
