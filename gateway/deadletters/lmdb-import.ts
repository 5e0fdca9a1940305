/**
 * Imports the letters of version 0.1.0, which used an lmdb file, once. A crash at any step leaves either the file
 * unchanged, so that all is imported again under the same ids, or the file set aside.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findLmdbDamage, readLmdbHeader } from '../../shared/files/lmdb-file.ts';
import { setAside } from '../../shared/files/set-aside.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { RecordChange, Records } from '../ports/records.ts';
import { type Ledger, putLedger, putLetter, type StoredLetter, sizeOf } from './letter-record.ts';

const fileName = 'letters.lmdb';
/** Names of the file while it is read, one per attempt: lmdb may end the process, and that must not repeat for ever. */
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
    setAside(path(from), path(`${fileName}.${ending}`));
    for (const name of [...attempts.map((one) => `${one}-lock`), 'opening'])
      rmSync(path(name), { force: true });
  };
  const damaged = (from: string, problem: string) => {
    putAside(from, 'damaged');
    log.error(
      { aside: path(`${fileName}.damaged`), problem },
      'the old dead letters are damaged and were set aside',
    );
  };
  const reading = attempts[attempt + 1];
  if (reading === undefined) return damaged(attempts[attempt]!, 'reading it ended the process twice');
  renameSync(path(attempts[attempt]!), path(reading));
  try {
    const problem = findProblem(path(reading));
    if (problem !== null) return damaged(reading, problem);
    const letters = await copyLetters(path(reading), records);
    putAside(reading, 'imported');
    log.info(
      { letters, aside: path(`${fileName}.imported`) },
      'dead letters of an earlier version were imported',
    );
  } catch (error) {
    if (!isSystemError(error)) return damaged(reading, messageOf(error));
    renameSync(path(reading), path(fileName));
    throw error;
  }
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

/** Copies the letters, and returns their number. lmdb is loaded only here; nothing else in the gateway needs it. */
async function copyLetters(path: string, records: Records): Promise<number> {
  const { open } = await import('lmdb');
  const env = open({ path, noSubdir: true, maxDbs: 2 });
  try {
    const letters = env.openDB<StoredLetter, number>({ name: 'letters' });
    const ledger = env.openDB<Ledger, string>({ name: 'ledger' }).get('ledger');
    let [count, nextId] = [0, ledger?.nextId ?? 1];
    let changes: RecordChange[] = [];
    for (const { key: id, value: letter } of letters.getRange()) {
      changes.push(putLetter({ id, code: letter.code, bytes: sizeOf(letter) }, letter));
      count++;
      nextId = Math.max(nextId, id + 1);
      if (changes.length >= lettersPerWrite) await records.write(changes.splice(0), true);
    }
    changes = [...changes, putLedger({ nextId, dropped: ledger?.dropped ?? 0 })];
    await records.write(changes, true);
    return count;
  } finally {
    await env.close();
  }
}
