/**
 * Imports the letters of version 0.1.0, which used an lmdb file, once. A crash at any step leaves either the file
 * unchanged, so that all is imported again under the same ids, or the file set aside. Letters that are already there
 * (as after a downgrade and another upgrade) keep their ids: the imported ones get ids above them.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord, encodeRecord } from '../../shared/files/json-record.ts';
import { findLmdbDamage, readLmdbHeader } from '../../shared/files/lmdb-file.ts';
import { setAside } from '../../shared/files/set-aside.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { RecordChange, Records } from '../ports/records.ts';
import {
  type Ledger,
  ledgerKey,
  parseLetterKey,
  putLedger,
  putLetter,
  readLedger,
  type StoredLetter,
  sizeOf,
} from './letter-record.ts';

const fileName = 'letters.lmdb';
/**
 * Names of the file while lmdb reads it for the first time, one per attempt: damage may end the process, and that must
 * not repeat for ever. Copying, which takes longer, is not counted: a process that is killed then says nothing of the file.
 */
const attempts = [fileName, `${fileName}.importing-1`, `${fileName}.importing-2`];
const lettersPerWrite = 500;
/** No gateway's letters were ever this large; a header that claims more is damaged. */
const fileBytesMax = 64 * 2 ** 30;

/** Imports the letters. @throws system errors if the disk is at fault; the next start then retries */
export async function importLmdbLetters(dir: string, records: Records, log: Log): Promise<void> {
  const attempt = attempts.findLastIndex((name) => existsSync(join(dir, name)));
  if (attempt < 0) return;
  const path = (name: string) => join(dir, name);
  const putAside = (from: string, ending: string) => {
    const aside = setAside(path(from), path(`${fileName}.${ending}`));
    for (const name of [...attempts.map((one) => `${one}-lock`), 'opening'])
      rmSync(path(name), { force: true });
    return aside;
  };
  const damaged = (from: string, problem: string) => {
    const aside = putAside(from, 'damaged');
    const remedy = `to try again, stop the gateway and rename the file to ${fileName}`;
    log.error({ aside, problem, remedy }, 'the old dead letters are damaged and were set aside');
  };
  const reading = attempts[attempt + 1];
  if (reading === undefined) return damaged(attempts[attempt]!, 'reading it ended the process twice');
  renameSync(path(attempts[attempt]!), path(reading));
  try {
    const problem = findProblem(path(reading));
    if (problem !== null) return damaged(reading, problem);
    await readThrough(path(reading));
  } catch (error) {
    if (!isSystemError(error)) return damaged(reading, messageOf(error));
    renameSync(path(reading), path(fileName));
    throw error;
  }
  renameSync(path(reading), path(fileName));
  const letters = await copyLetters(path(fileName), records);
  const aside = putAside(fileName, 'imported');
  log.info({ letters, aside }, 'dead letters of an earlier version were imported');
}

/** lmdb uses errno numbers for the system's errors, and numbers below -30000 for its own. */
function isSystemError(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || (typeof code === 'number' && code > 0);
}

/** Returns null if lmdb may open the file. Missing pages at its end are restored, because lmdb would read beyond it. */
function findProblem(path: string): string | null {
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

/** The databases of the old file. lmdb is loaded only here; nothing else in the gateway needs it. */
async function openOld(path: string) {
  const { open } = await import('lmdb');
  const env = open({ path, noSubdir: true, maxDbs: 2 });
  return {
    letters: env.openDB<StoredLetter, number>({ name: 'letters' }),
    ledger: env.openDB<Ledger, string>({ name: 'ledger' }).get('ledger'),
    close: () => env.close(),
  };
}

/** Reads every letter once: damage shows here, by an error or by the end of the process. */
async function readThrough(path: string): Promise<void> {
  const old = await openOld(path);
  try {
    for (const { value } of old.letters.getRange()) sizeOf(value);
  } finally {
    await old.close();
  }
}

/** Copies the letters, and returns their number. */
async function copyLetters(path: string, records: Records): Promise<number> {
  const old = await openOld(path);
  try {
    const { offset, before } = await beginImport(records);
    let [count, nextId] = [0, offset + (old.ledger?.nextId ?? 1)];
    let changes: RecordChange[] = [];
    for (const { key, value: letter } of old.letters.getRange()) {
      const id = offset + key;
      changes.push(putLetter({ id, code: letter.code, bytes: sizeOf(letter) }, letter));
      count++;
      nextId = Math.max(nextId, id + 1);
      if (changes.length >= lettersPerWrite) await records.write(changes.splice(0), true);
    }
    const dropped = before.dropped + (old.ledger?.dropped ?? 0);
    changes = [...changes, putLedger({ nextId, dropped }), { key: importKey, value: null }];
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
