/**
 * Looks after the lmdb file before lmdb does: lmdb maps the file into memory and believes it, so a file that is no
 * database, or is cut short, would end the whole process (SIGSEGV, SIGBUS) instead of giving an error.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findLmdbDamage, readLmdbHeader } from '../../shared/files/lmdb-file.ts';

/** Damaged files kept for a look; older ones are deleted. */
const asideMax = 2;

/** Null if lmdb may open the file, else what is wrong with it. Missing bytes at the end are put back as zeros. */
export function checkDatabaseFile(path: string, bytesMax: number): string | null {
  if (!existsSync(path)) return null;
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return null;
    const header = readLmdbHeader(file);
    if (typeof header === 'string') return header;
    const needed = (header.lastPage + 1) * header.pageBytes;
    if (needed > bytesMax) return `it claims to have ${needed} bytes`;
    // Pages that were never written may rightly be missing at the end.
    if (size < needed) ftruncateSync(file, needed);
  } finally {
    closeSync(file);
  }
  return findLmdbDamage(path);
}

/** Renames a damaged database to `*.damaged-<time>`; where it is now. */
export function setAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const aside = `${path}.damaged-${stamp}`;
  renameSync(path, aside);
  rmSync(`${path}-lock`, { force: true });
  const dir = dirname(path);
  const all = readdirSync(dir).filter((name) => name.startsWith(`${basename(path)}.damaged-`));
  for (const name of all.sort().slice(0, -asideMax)) rmSync(join(dir, name), { force: true });
  return aside;
}
