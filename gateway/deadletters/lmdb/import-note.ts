import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { decodeRecord, encodeRecord } from '../../../shared/files/json/json-record.ts';
import { readLmdbHeader } from '../../../shared/files/lmdb-file.ts';
import type { RecordChange, Records } from '../../ports/records.ts';
import { isSystemError } from './old-letters.ts';

/** Decisions of an import when it began; a repeat after a crash goes by it. */
export interface Begun {
  /** Added to the ids of the imported letters. */
  offset: number;
  /** Letters that had been dropped before, without those of the imported file. */
  dropped: number;
}

/** How far imports have come, kept beside the letters. It stays for good, because a power cut may undo a rename. */
export interface ImportNote {
  /** Null if no import is under way. */
  begun: Begun | null;
  /** Content (see `contentOf`) of the file that was imported last; null if there was none. */
  done: string | null;
}

const noteKey = 'import';

export function putImportNote({ begun, done }: ImportNote): RecordChange {
  return { key: noteKey, value: encodeRecord({ ...begun, done }) };
}

/** A damaged note counts as none. @throws system errors */
export async function readImportNote(records: Records): Promise<ImportNote> {
  const value = await readIntact(records, noteKey);
  const { offset, dropped, done } = (value && decodeRecord(value)?.head) ?? {};
  const begun =
    typeof offset === 'number' ? { offset, dropped: typeof dropped === 'number' ? dropped : 0 } : null;
  return { begun, done: typeof done === 'string' ? done : null };
}

/** Null if there is no such record, or if it is damaged: that must not keep the gateway from starting. */
export async function readIntact(records: Records, key: string): Promise<Buffer | null> {
  try {
    return await records.get(key);
  } catch (error) {
    if (isSystemError(error)) throw error;
    return null;
  }
}

const chunkBytes = 1 << 20;

/**
 * Identifies what an lmdb file contains, wherever it is and however often it was copied: a digest of the pages that it
 * uses. @throws system errors; Error if it has no header
 */
export async function contentOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const header = readLmdbHeader(file.fd);
    if (typeof header === 'string') throw new Error(`${path}: ${header}`);
    const end = (header.lastPage + 1) * header.pageBytes;
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(chunkBytes);
    for (let at = 0; at < end; ) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunkBytes, end - at), at);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
