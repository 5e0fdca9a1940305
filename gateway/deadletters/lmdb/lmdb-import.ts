/**
 * Import (gateway/deadletters/lmdb): takes over the letters of version 0.1.0, which used an lmdb file, once. Nothing here is needed for later versions. A crash at any step leaves either the file
 * unchanged, so that all is imported again under the same ids, or a note that its content is imported, so that the next
 * start only sets it aside. Letters that are already there
 * (as after a downgrade and another upgrade) keep their ids: the imported ones get ids above them.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
import {
  type Begun,
  contentOf,
  type ImportNote,
  putImportNote,
  readImportNote,
  readIntact,
} from './import-note.ts';
import { isSystemError, openOldLetters } from './old-letters.ts';
import { tryReading } from './try-reading.ts';

const fileName = 'letters.lmdb';
/** Suffixes of the file's name that earlier builds left behind when they were killed. */
const interrupted = ['importing-1', 'importing-2'];
const lettersPerWrite = 500;
/** No gateway has ever kept this many bytes of letters; a header that claims more is damaged. */
const fileBytesMax = 64 * 2 ** 30;

export interface ImportSteps {
  /** Reads the file in a separate process. */
  read(path: string): Promise<string | null>;
  setAside(from: string, to: string): string;
}

/**
 * Imports the letters. The file keeps its name until that is done: that a start was killed is not evidence of damage.
 * @throws system errors if the disk is at fault; the next start then retries
 */
export async function importLmdbLetters(
  dir: string,
  records: Records,
  log: Log,
  steps: ImportSteps = { read: (path) => tryReading(path), setAside },
): Promise<void> {
  const path = join(dir, fileName);
  for (const name of interrupted.map((ending) => `${path}.${ending}`))
    if (existsSync(name) && !existsSync(path)) renameSync(name, path);
  if (!existsSync(path)) return;
  const putAside = (ending: string) => {
    for (const name of [`${path}-lock`, join(dir, 'opening')]) rmSync(name, { force: true });
    return steps.setAside(path, `${path}.${ending}`);
  };
  const note = await readImportNote(records);
  const damage = findProblem(path);
  if (damage === null && note.done !== null && note.done === (await contentOf(path))) {
    const aside = putAside('imported');
    log.info({ aside }, 'dead letters that an earlier start had imported were set aside');
    return;
  }
  const problem = damage ?? (await steps.read(path));
  if (problem !== null) {
    // A repaired file may be imported later, and its letters must not get ids that new letters have by then.
    if (note.begun !== null) await records.write([putImportNote({ ...note, begun: null })], true);
    const aside = putAside('damaged');
    const remedy = `to try again, stop the gateway and rename the file to ${fileName}`;
    log.error({ aside, problem, remedy }, 'the old dead letters are damaged and were set aside');
    return;
  }
  const letters = await copyLetters(path, records, note);
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
async function copyLetters(path: string, records: Records, note: ImportNote): Promise<number> {
  const done = await contentOf(path);
  const old = await openOldLetters(path);
  try {
    const before = readLedger(await readIntact(records, ledgerKey)) ?? { nextId: 1, dropped: 0 };
    const begun = note.begun ?? (await beginImport(records, note, before));
    let [count, nextId] = [0, begun.offset + (old.ledger?.nextId ?? 1)];
    const changes: RecordChange[] = [];
    for (const { key: oldId, value: letter } of old.letters.getRange()) {
      const id = begun.offset + oldId;
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
    const dropped = begun.dropped + (old.ledger?.dropped ?? 0);
    const end = [putLedger({ ...before, nextId, dropped }), putImportNote({ begun: null, done })];
    await records.write([...changes, ...end], true);
    return count;
  } finally {
    await old.close();
  }
}

/**
 * Decides by how much the ids of imported letters are raised, and keeps that on disk before the first letter is
 * written: 0 where there are no letters yet.
 */
async function beginImport(records: Records, note: ImportNote, before: Ledger): Promise<Begun> {
  let offset = before.nextId - 1;
  for (const key of records.keys()) offset = Math.max(offset, parseLetterKey(key)?.id ?? 0);
  const begun = { offset, dropped: before.dropped };
  await records.write([putImportNote({ ...note, begun })], true);
  return begun;
}
