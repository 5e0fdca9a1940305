/**
 * Imports the sessions of version 0.1.0, which used LevelDB, once. A crash at any step leaves either the old folder
 * unchanged, so that all is imported again, or the folder set aside.
 */
import { existsSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { decodeRecord, encodeRecord } from '../../../../shared/files/json-record.ts';
import { setAside } from '../../../../shared/files/set-aside.ts';
import { codeOf, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import type { RecordChange, Records } from '../../../ports/records.ts';

/**
 * Imports the sessions; returns true if there were any. @throws system errors if the new records cannot be written; the
 * next start then retries
 */
export async function importLevelSessions(
  folder: string,
  records: Records,
  { nowMs, log }: { nowMs: number; log: Log },
): Promise<boolean> {
  if (!existsSync(folder)) return false;
  let changes: RecordChange[];
  try {
    changes = await readAll(folder);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    // A full or failing disk, missing rights or a lock say nothing about the data: the next start tries again.
    if (!isDamage(cause)) throw cause;
    const aside = setAside(folder, `${folder}.damaged-${nowMs}`);
    const reason = messageOf(cause);
    log.error({ aside, reason }, 'sessions of an earlier version could not be read; they were moved aside');
    return false;
  }
  if (changes.length > 0) await records.write(changes, true);
  const aside = setAside(folder, `${folder}.imported`);
  log.info({ records: changes.length, aside }, 'sessions of an earlier version were imported');
  return true;
}

/** LevelDB found the data damaged, or a file of its own missing. Other errors are the system's. */
function isDamage(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_INVALID') return true;
  return code === 'LEVEL_IO_ERROR' && /no such file/i.test(messageOf(cause));
}

/** LevelDB is loaded only here: nothing else needs it. */
async function readAll(folder: string): Promise<RecordChange[]> {
  const { ClassicLevel } = await import('classic-level');
  const db = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer', createIfMissing: false });
  await db.open();
  try {
    const changes: RecordChange[] = [];
    for await (const [key, value] of db.iterator()) {
      const record = decodeRecord(withoutChecksum(value));
      if (record) changes.push({ key, value: encodeRecord(record.head, record.body) });
    }
    return changes;
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
