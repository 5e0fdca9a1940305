/**
 * Import (gateway/deadletters/lmdb): takes over the letters of version 0.1.0, which used an lmdb file, once. Nothing here is needed for later versions. A crash at any step leaves either the file
 * unchanged, so that all is imported again under the same ids, or the file set aside. Letters that are already there
 * (as after a downgrade and another upgrade) keep their ids: the imported ones get ids above them.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord, encodeRecord } from '../../../shared/files/json-record.ts';
import { findLmdbDamage, readLmdbHeader } from '../../../shared/files/lmdb-file.ts';
import { setAside } from '../../../shared/files/set-aside.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { RecordChange, Records } from '../../ports/records.ts';
import {
  type Ledger,
  ledgerKey,
  parseLetterKey,
  putLedger,
  putLetter,
  readLedger,
  sizeOf,
} from '../letter-record.ts';
import { sourceOf } from '../letter-source.ts';
import { isSystemError, openOldLetters } from './old-letters.ts';
import { tryReading } from './try-reading.ts';

const fileName = 'letters.lmdb';
/** Suffixes of the file's name that earlier builds left behind when they were killed. */
const interrupted = ['importing-1', 'importing-2'];
const lettersPerWrite = 500;
/** No gateway has ever kept this many bytes of letters; a header that claims more is damaged. */
const fileBytesMax = 64 * 2 ** 30;

/**
 * Imports the letters. The file keeps its name until that is done: that a start was killed is not evidence of damage.
 * `read` reads the file in a separate process. @throws system errors if the disk is at fault; the next start then
 * retries
 */
export async function importLmdbLetters(
  dir: string,
  records: Records,
  log: Log,
  read: (path: string) => Promise<string | null> = tryReading,
): Promise<void> {
  const path = join(dir, fileName);
  for (const name of interrupted.map((ending) => `${path}.${ending}`))
    if (existsSync(name) && !existsSync(path)) renameSync(name, path);
  if (!existsSync(path)) return;
  const putAside = (ending: string) => {
    const aside = setAside(path, `${path}.${ending}`);
    for (const name of [`${path}-lock`, join(dir, 'opening')]) rmSync(name, { force: true });
    return aside;
  };
  const problem = findProblem(path) ?? (await read(path));
  if (problem !== null) {
    const aside = putAside('damaged');
    const remedy = `to try again, stop the gateway and rename the file to ${fileName}`;
    log.error({ aside, problem, remedy }, 'the old dead letters are damaged and were set aside');
    return;
  }
  const letters = await copyLetters(path, records);
  const aside = putAside('imported');
  log.info({ letters, aside }, 'dead letters of an earlier version were imported');
}

/** Returns null if lmdb may open the file. @throws system errors */
function findProblem(path: string): string | null {
  try {
    return findDamage(path);
  } catch (error) {
    if (isSystemError(error)) throw error;
    return messageOf(error);
  }
}

/** Missing pages at the end of the file are restored, because lmdb would read beyond it. */
function findDamage(path: string): string | null {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return 'it is empty';
    const header = readLmdbHeader(file);
    if (typeof header === 'string') return header;
    const needed = (header.lastPage + 1) * header.pageBytes;
    if (needed > fileBytesMax) return `it claims to have ${needed} bytes`;
    if (size < needed) ftruncateSync(file, needed);
  } finally {
    closeSync(file);
  }
  return findLmdbDamage(path);
}

/** Copies the letters, and returns their number. */
async function copyLetters(path: string, records: Records): Promise<number> {
  const old = await openOldLetters(path);
  try {
    const { offset, before } = await beginImport(records);
    let [count, nextId] = [0, offset + (old.ledger?.nextId ?? 1)];
    let changes: RecordChange[] = [];
    for (const { key: oldId, value: letter } of old.letters.getRange()) {
      const id = offset + oldId;
      const bytes = sizeOf(letter);
      const key = {
        id,
        code: letter.code,
        bytes,
        source: sourceOf(letter),
        keptMs: letter.atMs,
        isOld: false,
      };
      changes.push(putLetter(key, letter));
      count++;
      nextId = Math.max(nextId, id + 1);
      if (changes.length >= lettersPerWrite) await records.write(changes.splice(0), true);
    }
    const dropped = before.dropped + (old.ledger?.dropped ?? 0);
    changes = [...changes, putLedger({ ...before, nextId, dropped }), { key: importKey, value: null }];
    await records.write(changes, true);
    return count;
  } finally {
    await old.close();
  }
}

/** The record of an import that has begun: a repeat after a crash uses the same ids. */
const importKey = 'import';

/**
 * Decides by how much the ids of imported letters are raised, and keeps that on disk before the first letter is
 * written: 0 where there are no letters yet.
 */
async function beginImport(records: Records): Promise<{ offset: number; before: Ledger }> {
  const value = await records.get(importKey);
  const begun = value === null ? null : decodeRecord(value)?.head;
  const before = readLedger(await records.get(ledgerKey)) ?? { nextId: 1, dropped: 0 };
  if (typeof begun?.offset === 'number') return { offset: begun.offset, before };
  let offset = before.nextId - 1;
  for (const key of records.keys()) offset = Math.max(offset, parseLetterKey(key)?.id ?? 0);
  await records.write([{ key: importKey, value: encodeRecord({ offset }) }], true);
  return { offset, before };
}
