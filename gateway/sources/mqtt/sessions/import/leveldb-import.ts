/**
 * The import of earlier sessions (gateway/sources/mqtt/sessions/import): what version 0.1.0 kept in LevelDB becomes
 * records, once. Only this folder loads LevelDB, and it goes when that version is no longer taken over.
 *
 * Imports the sessions of version 0.1.0, which used LevelDB, once. A crash at any step leaves either the old folder
 * unchanged, so that all is imported again under the same keys, or the folder set aside. What is there already, as after
 * a downgrade and another upgrade, is merged (merge-sessions.ts).
 */
import { statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { decodeRecord, encodeRecord } from '../../../../../shared/files/json/json-record.ts';
import { setAside } from '../../../../../shared/files/set-aside.ts';
import { codeOf, messageOf } from '../../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../../shared/runtime/log.ts';
import type { Records } from '../../../../ports/records.ts';
import { findImportNotes, putImportNotes } from './import-notes.ts';
import { highestSeq, mergeSessions, type StoredRecord } from './merge-sessions.ts';

/**
 * Imports the sessions; `existing` are all records. Returns true if there were any to import. @throws system errors if
 * the new records cannot be written; the next start then retries
 */
export async function importLevelSessions(
  folder: string,
  records: Records,
  existing: readonly StoredRecord[],
  { nowMs, log }: { nowMs: number; log: Log },
): Promise<boolean> {
  const identity = identityOf(folder);
  if (identity === null) return false;
  let imported: StoredRecord[];
  try {
    imported = await readAll(folder);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    // A full or failing disk, missing rights or a lock say nothing about the data: the next start tries again.
    if (!isDamage(cause)) throw cause;
    const aside = setAside(folder, `${folder}.damaged-${nowMs}`);
    const reason = messageOf(cause);
    log.error({ aside, reason }, 'sessions of an earlier version could not be read; they were moved aside');
    return false;
  }
  const notes = findImportNotes(existing);
  const seqOffset = notes.seqOffset ?? highestSeq(existing);
  // Kept on disk before the first message is written: a repeat after a crash uses the same numbers.
  if (notes.seqOffset === null) await records.write([putImportNotes({ ...notes, seqOffset })], true);
  const { changes, brokers, ofOtherUsers } = mergeSessions(existing, imported, {
    seqOffset,
    knownBrokers: new Set(notes.brokers),
    isSameFolder: notes.folder === identity,
  });
  const all = [...new Set([...notes.brokers, ...brokers])];
  const done = putImportNotes({ seqOffset: null, brokers: all, folder: identity });
  await records.write([...changes, done], true);
  const aside = setAside(folder, `${folder}.imported`);
  if (ofOtherUsers > 0)
    log.warn(
      { messages: ofOtherUsers },
      'messages queued for clients whose session now belongs to another user were dropped',
    );
  log.info({ records: imported.length, aside }, 'sessions of an earlier version were imported');
  return true;
}

/** Stays the same when the folder is renamed. Null if there is no folder. @throws system errors */
function identityOf(folder: string): string | null {
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.birthtimeMs}`;
}

/** LevelDB found the data damaged, or a file of its own missing. Other errors are the system's. */
function isDamage(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_INVALID') return true;
  return code === 'LEVEL_IO_ERROR' && /no such file/i.test(messageOf(cause));
}

/** LevelDB is loaded only here: nothing else needs it. */
async function readAll(folder: string): Promise<StoredRecord[]> {
  const { ClassicLevel } = await import('classic-level');
  const db = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer', createIfMissing: false });
  await db.open();
  try {
    const records: StoredRecord[] = [];
    for await (const [key, value] of db.iterator()) {
      const record = decodeRecord(withoutChecksum(value));
      if (record) records.push([key, encodeRecord(record.head, record.body)]);
    }
    return records;
  } finally {
    await db.close();
  }
}

/** Added to a record's first number if the record ends with a checksum, because LevelDB does not verify its own. */
const checked = 2 ** 31;

/** Converts a record to the form before checksums. A record with a wrong checksum is discarded. */
function withoutChecksum(value: Buffer): Buffer {
  const first = value.length < 8 ? 0 : value.readUInt32LE(0);
  if (first < checked) return value;
  const end = value.length - 4;
  if (value.readUInt32LE(end) !== crc32(value.subarray(0, end))) return Buffer.alloc(0);
  const record = Buffer.from(value.subarray(0, end));
  record.writeUInt32LE(first - checked);
  return record;
}
